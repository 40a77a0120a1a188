"""The bench of the marketplace itself: start, reads, commands, memory."""

import os
import platform
from collections.abc import Mapping
from urllib.request import urlopen

import msgspec

from bench_plaza.command_rate import measure_command_rate
from bench_plaza.goods import CardList, Goods, first_card, read_goods
from bench_plaza.memory import Memory, largest, memory_by_role
from bench_plaza.plaza_process import Plaza, running_plaza
from bench_plaza.progress import doing
from bench_plaza.read_load import LoadGenerator
from bench_plaza.read_rate import Effort, ReadRate, measure_reads
from bench_plaza.results import (
    CEILING,
    FILTERED_LIST,
    LIST,
    PRODUCT_PAGE,
    USUAL_LIST,
    Machine,
    Results,
)
from bench_plaza.usual_way import create_database, running_usual_way
from bench_plaza.visibility import measure_visibility
