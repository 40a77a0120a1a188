"""Numbers that are read aloud: unique, scattered, and wrong when a digit is wrong."""

from hypothesis import given
from hypothesis import strategies as st

from plaza.contexts.ordering.order_number import ALPHABET, SPACE, is_order_number, order_number_of

ORDINALS = st.integers(min_value=1, max_value=SPACE - 1)


def test_numbers_do_not_meet() -> None:
    numbers = {order_number_of(ordinal) for ordinal in range(1, 50_001)}
    assert len(numbers) == 50_000


@given(ORDINALS, ORDINALS)
def test_two_ordinals_never_have_one_number(one: int, other: int) -> None:
    assert (order_number_of(one) == order_number_of(other)) == (one == other)


@given(ORDINALS)
def test_a_number_is_two_groups_of_letters_that_are_not_mistaken(ordinal: int) -> None:
    number = order_number_of(ordinal)
    assert number[4] == "-"
    assert len(number) == 9
    assert set(number.replace("-", "")) <= set(ALPHABET)
    assert is_order_number(number)


@given(ORDINALS, st.integers(min_value=0, max_value=7), st.sampled_from(ALPHABET))
def test_one_wrong_letter_is_noticed(ordinal: int, place: int, letter: str) -> None:
    plain = order_number_of(ordinal).replace("-", "")
    changed = plain[:place] + letter + plain[place + 1 :]
    assert is_order_number(changed) == (changed == plain)


def test_consecutive_orders_have_numbers_far_apart() -> None:
    beginnings = {order_number_of(ordinal)[:2] for ordinal in range(1, 33)}
    assert len(beginnings) > 20


def test_what_is_no_number_is_not_taken_for_one() -> None:
    assert not is_order_number("")
    assert not is_order_number("ILOU-ILOU")
    assert not is_order_number(order_number_of(7) + "0")
