"""The decoder of bodies, on its own."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaza.crossings.products.http import NewProduct
from plaza.kernel.refusals import Malformed
from plaza.web.strict_json import DEPTH_MAX, InvalidInput, MalformedJson, decode_strictly


class Text(msgspec.Struct, forbid_unknown_fields=True):
    text: str


class Anything(msgspec.Struct, forbid_unknown_fields=True):
    anything: Any


STORABLE = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
PLAIN = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | STORABLE
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner) | st.dictionaries(STORABLE, inner), max_leaves=20
)


# fault 74
@given(STORABLE, st.booleans())
def test_every_storable_text_is_taken_as_it_is(text: str, ascii_only: bool) -> None:  # noqa: FBT001  hypothesis draws it
    raw = json.dumps({"text": text}, ensure_ascii=ascii_only).encode()
    assert decode_strictly(raw, Text).text == text


# fault 74
@given(STORABLE, st.sampled_from(["\\u0000", "\\ud800", "\\udfff", "\\ud800\\ud800"]), STORABLE)
def test_nul_and_half_surrogates_are_found_wherever_they_stand(
    before: str, bad: str, behind: str
) -> None:
    text = f"{json.dumps(before)[:-1]}{bad}{json.dumps(f' {behind}')[1:]}"
    for raw in (f'{{"anything": {text}}}', f'{{"anything": [{{{text}: 1}}]}}'):
        with pytest.raises(MalformedJson):
            decode_strictly(raw.encode(), Anything)


@given(VALUES)
def test_what_can_be_read_in_one_way_only_is_taken(value: Any) -> None:
    raw = json.dumps({"anything": value}).encode()
    assert decode_strictly(raw, Anything).anything == value


@given(st.binary() | VALUES.map(lambda value: json.dumps(value).encode()))
def test_any_other_bytes_are_refused_and_nothing_else_happens(raw: bytes) -> None:
    with pytest.raises(Malformed):
        decode_strictly(raw, NewProduct)


# fault 76
@pytest.mark.parametrize("pair", ["[]", '{"a":}'])
def test_depth_is_counted_exactly(pair: str) -> None:
    opening, closing = pair[:-1], pair[-1]
    inside = "1" if pair != "[]" else ""

    def nested(depth: int) -> bytes:
        return f'{{"anything":{opening * depth}{inside}{closing * depth}}}'.encode()

    decode_strictly(nested(DEPTH_MAX - 1), Anything)
    for depth in (DEPTH_MAX, 500, 900):
        with pytest.raises(MalformedJson, match="nested deeper"):
            decode_strictly(nested(depth), Anything)


# fault 76
def test_brackets_inside_texts_are_no_depth() -> None:
    text = '[[{{"\\' * 100
    assert decode_strictly(json.dumps({"text": text}).encode(), Text).text == text


# fault 73
def test_a_name_that_stands_twice_at_the_end_of_many_is_found() -> None:
    names = ",".join(f'"k{number}":0' for number in range(5_000))
    with pytest.raises(MalformedJson, match="twice"):
        decode_strictly(f'{{"anything":{{{names},"k4999":1}}}}'.encode(), Anything)


@given(VALUES)
def test_pointers_lead_to_what_is_wrong(value: Any) -> None:
    body = {"title": value, "variants": [{"price": value}], "media": value}
    with pytest.raises(Malformed) as told:
        decode_strictly(json.dumps(body).encode(), NewProduct)
    for error in told.value.members["errors"]:
        found: Any = body
        *steps, last = [
            step.replace("~1", "/").replace("~0", "~") for step in error.pointer.split("/")[1:]
        ]
        for step in steps:
            found = found[int(step)] if isinstance(found, list) else found[step]
        if isinstance(found, list):
            assert int(last) < len(found)
        else:
            assert (last in found) == (error.code != "missing")


def test_a_large_body_is_told_its_first_error_only() -> None:
    body = {"titel": "x" * 300_000, "variants": 5}
    with pytest.raises(Malformed) as told:
        decode_strictly(json.dumps(body).encode(), NewProduct)
    assert [error.pointer for error in told.value.members["errors"]] == ["/titel"]


def test_no_more_errors_are_told_than_anybody_reads() -> None:
    body = {"title": "x", "variants": [{} for _ in range(90)]}
    with pytest.raises(InvalidInput) as told:
        decode_strictly(json.dumps(body).encode(), NewProduct)
    assert len(told.value.members["errors"]) == 50
