"""`plaza operators add`, where the password comes from elsewhere."""

import pytest
from click.testing import CliRunner

from plaza.entrypoints.cli import plaza

ADD = ["operators", "add", "ada@plaza.example", "--password-stdin"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b"", "no password on standard input"),
        (b"\n", "no password on standard input"),
        (b"caf\xe9 au lait, two sugars\n", "is not UTF-8"),
    ],
)
def test_without_a_password_that_can_be_read_nobody_becomes_an_operator(
    given: bytes, said: str
) -> None:
    done = CliRunner().invoke(plaza, ADD, input=given)
    assert done.exit_code == 2
    assert said in done.output
