import base64
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaza.outbox.token import ConsistencyTokens, InvalidConsistencyToken

KEY = b"k" * 32
TOKENS = ConsistencyTokens(KEY, uuid4())
EVENT_IDS = st.integers(min_value=0, max_value=2**63 - 1)


@given(event=EVENT_IDS)
def test_a_token_names_the_event_that_it_was_issued_for(event: int) -> None:
    assert TOKENS.event_in(TOKENS.issue(event)) == event


@given(event=EVENT_IDS)
def test_a_token_is_the_same_whenever_it_is_issued(event: int) -> None:
    assert TOKENS.issue(event) == TOKENS.issue(event)


# fault 50
@given(event=EVENT_IDS, place=st.integers(min_value=0, max_value=39), bit=st.integers(0, 7))
def test_a_token_with_any_bit_changed_is_refused(event: int, place: int, bit: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(TOKENS.issue(event)))
    assert len(raw) == 40
    raw[place] ^= 1 << bit
    with pytest.raises(InvalidConsistencyToken):
        TOKENS.event_in(base64.urlsafe_b64encode(raw).decode())


# fault 50
@given(token=st.text())
def test_whatever_is_no_token_is_refused_as_malformed(token: str) -> None:
    with pytest.raises(InvalidConsistencyToken) as refused:
        TOKENS.event_in(token)
    assert refused.value.status == 400


# fault 50
@given(raw=st.binary(max_size=100))
def test_bytes_of_any_length_are_refused(raw: bytes) -> None:
    with pytest.raises(InvalidConsistencyToken):
        TOKENS.event_in(base64.urlsafe_b64encode(raw).decode())


# fault 50
def test_a_token_signed_by_another_key_is_refused() -> None:
    forger = ConsistencyTokens(b"f" * 32, TOKENS.epoch_id)
    with pytest.raises(InvalidConsistencyToken, match="not issued here"):
        TOKENS.event_in(forger.issue(1))


# fault 16, fault 20
def test_a_token_of_another_epoch_is_refused() -> None:
    before_the_restore = ConsistencyTokens(KEY, uuid4())
    with pytest.raises(InvalidConsistencyToken, match="restore"):
        TOKENS.event_in(before_the_restore.issue(1))
