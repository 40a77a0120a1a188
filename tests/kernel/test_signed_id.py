from uuid import uuid4

import pytest

from plaza.kernel.signed_id import SignedIds

IDS = SignedIds(b"a key of the tests")


def test_a_signed_id_is_read_for_its_purpose_and_no_other() -> None:
    named = uuid4()
    text = IDS.sign(named, "invitation")

    assert IDS.read(text, "invitation") == named
    assert IDS.read(text, "reset_password") is None
    assert SignedIds(b"another key").read(text, "invitation") is None


def test_no_other_text_names_the_same_id() -> None:
    text = IDS.sign(uuid4(), "invitation")
    others = {text[:i] + other + text[i + 1 :] for i in range(len(text)) for other in "Aa0-_"}

    assert {IDS.read(other, "invitation") for other in others - {text}} == {None}


@pytest.mark.parametrize("text", ["", "x", "=", "é", "a" * 53, "a" * 54, "a" * 100_000, "\0"])
def test_what_nobody_signed_is_no_id(text: str) -> None:
    assert IDS.read(text, "invitation") is None
