"""Passwords that everybody tries first."""

import re
from functools import cache
from importlib.metadata import distribution

LIST = re.compile(r'^    "([a-z_]+)": "([^"]*)"', re.MULTILINE)


class PasswordListMissing(Exception):  # noqa: N818  a broken installation, seen at the start
    """The lists of common passwords are not where zxcvbn keeps them."""


@cache
def common_passwords(length_min: int) -> frozenset[str]:
    """Frequent passwords, names and words that are long enough to be accepted, in small letters.

    The lists are zxcvbn's. Each word stands in one of them, so that a password such as `basketball`
    is among the words. They are read as a text: importing them would build ranked dictionaries of
    the short words too, which cost several times the memory.

    Raises:
        PasswordListMissing: zxcvbn keeps them elsewhere.
    """
    file = distribution("zxcvbn").locate_file("zxcvbn/frequency_lists.py")
    with open(str(file), encoding="utf-8") as lists:  # noqa: PTH123  it may be no pathlib.Path
        found = dict(LIST.findall(lists.read()))
    if "passwords" not in found:
        raise PasswordListMissing("zxcvbn/frequency_lists.py has no list of passwords.")
    words = (word for listed in found.values() for word in listed.split(","))
    return frozenset(word for word in words if len(word) >= length_min)
