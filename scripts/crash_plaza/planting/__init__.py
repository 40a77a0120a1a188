"""Bugs that can be planted into plaza's processes, to see that a run finds them."""

import os
from pathlib import Path

VARIABLE = "CRASH_PLANT"
"""Names the bug; `sitecustomize.py` beside this file is what every Python process begins with."""

PLANTS = {
    "deaf_reads": "reads do not wait for what their token names",
    "forgetful_keys": "idempotency keys are forgotten",
    "hasty_acknowledgements": "one change of a price of five is acknowledged and not committed",
    "dropped_facts": "projectors drop one fact of fifty",
    "shuffled_log": "the sequencer takes the facts of a tick in the wrong order",
}


def environment_of(plant: str) -> dict[str, str]:
    """What a process has to be started with to have the bug."""
    path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    return {VARIABLE: plant, "PYTHONPATH": path}
