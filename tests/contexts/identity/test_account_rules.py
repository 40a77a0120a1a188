"""The rules of the account, without a database."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from plaza.contexts.identity.account import Account, InvalidEmail, WrongPassword

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def an_account(email: str = "Ann@plaza.example") -> Account:
    account, _ = Account.register(uuid4(), email=email, name="Ann", password_hash="hash")
    return account


def test_an_address_is_kept_as_it_was_typed_and_compared_in_any_spelling() -> None:
    account = an_account("Ann@plaza.example")

    assert account.email == "Ann@plaza.example"
    assert account.has_email("ANN@PLAZA.EXAMPLE")
    assert not account.has_email("bob@plaza.example")


def test_each_change_counts_the_version_that_its_fact_carries() -> None:
    account = an_account()

    changed = account.change(name="Bob", email=None)
    verified = account.verify_email("ann@plaza.example", NOW)
    password = account.set_password("other")
    erased = account.erase(NOW)

    assert changed is not None
    assert verified is not None
    facts = (changed, verified, password, erased)
    assert [fact.version for fact in facts] == [2, 3, 4, 5]
    assert {fact.account_id for fact in facts} == {account.id}


def test_going_back_to_the_own_address_takes_the_other_one_back() -> None:
    account = an_account()
    account.change(name=None, email="bob@plaza.example")

    account.change(name=None, email="ANN@plaza.example")

    assert account.pending_email is None
    assert account.verify_email("bob@plaza.example", NOW) is None
    assert account.email == "Ann@plaza.example"


def test_a_refused_address_changes_nothing() -> None:
    account = an_account()

    with pytest.raises(InvalidEmail):
        account.change(name=None, email="nobody")

    assert (account.pending_email, account.version) == (None, 1)


def test_what_was_confirmed_is_not_confirmed_again() -> None:
    account = an_account()

    assert account.verify_email("ann@plaza.example", NOW) is not None
    assert account.verify_email("ann@plaza.example", NOW) is None
    assert account.version == 2


def test_nothing_of_the_person_is_left_after_the_erasure() -> None:
    account = an_account()
    account.is_operator = True
    account.change(name=None, email="bob@plaza.example")
    account.verify_email("ann@plaza.example", NOW)

    account.erase(NOW)

    left = {c.key: getattr(account, c.key) for c in Account.__table__.columns}
    assert {name for name, value in left.items() if value} == {"id", "version", "erased_at"}


def test_a_password_that_was_changed_meanwhile_proves_nothing() -> None:
    account = an_account()
    account.expect_password("hash")

    for checked in ("other", None):
        with pytest.raises(WrongPassword):
            account.expect_password(checked)
