"""A bug that is to be planted is there in the processes that are started with it."""

import os
import subprocess
import sys

from crash_plaza.planting import PLANTS, environment_of

BUGS = """
import sitecustomize
from plaza.reading.freshness import Freshness
print(Freshness.position_covered.__module__)
for plant in sitecustomize.PLANTS:
    plant()
    print(plant.__name__)
"""


def test_a_process_has_the_bug_that_it_was_started_with_and_can_have_every_other() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BUGS],
        env=os.environ | environment_of("deaf_reads"),
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stderr == ""
    assert done.stdout.split() == ["sitecustomize", *PLANTS]
