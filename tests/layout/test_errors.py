"""docs/errors.md tells every refusal that there is, as the code has it."""

from layout.refusals_told import DOCUMENT, advice_written, document, refusals


def test_the_list_of_errors_is_what_the_code_says() -> None:
    assert document(advice_written()) == DOCUMENT.read_text(), "Run scripts/errors."


def test_every_error_says_what_to_do() -> None:
    advice = advice_written()
    assert {told.code for told in refusals() if not advice.get(told.code)} == set()


def test_members_are_found_where_refusals_are_made_and_where_they_make_themselves() -> None:
    members = {told.code: set(told.members) for told in refusals()}
    assert members["cart_changed"] == {"current_total"}
    # `advice` goes into its detail.
    assert members["illegal_transition"] == {"from", "to", "allowed", "cart_id"}
    assert members["stale_version"] == {"current_version"}
    assert members["rate_limited"] == {"policy"}
    # An event has the same name as its class.
    assert members["account_erased"] == set()


def test_no_code_has_two_statuses() -> None:
    codes = [told.code for told in refusals()]
    assert sorted(set(codes)) == sorted(codes)
