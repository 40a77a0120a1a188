"""Invitations: for one address, for seven days, for one use."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from actors import Marketplace, Person
from contexts.vendors.people import (
    VERIFY,
    a_verified_person,
    accepting,
    facts_of,
    invited,
    token_of,
)
from plaza.contexts.vendors.invitation import (
    INVITATION_LIFETIME,
    InvalidEmail,
    Invitation,
    InvitationExpired,
    InvitationForAnother,
    InvitationIsRevoked,
    InvitationUsed,
)
from plaza.kernel.refusals import Refusal

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def an_invitation(email: str = "Käthe@Plaza.example") -> Invitation:
    invitation, _ = Invitation.invite(
        uuid4(), email=email, role="staff", invited_by=uuid4(), now=NOW
    )
    return invitation


def test_an_invitation_is_good_once_and_for_seven_days() -> None:
    invitation = an_invitation()
    almost = NOW + INVITATION_LIFETIME - timedelta(seconds=1)

    fact = invitation.accept("käthe@plaza.example", almost)

    assert (fact.invitation_id, fact.version) == (invitation.id, 2)
    with pytest.raises(InvitationUsed):
        invitation.accept("käthe@plaza.example", almost)
    with pytest.raises(InvitationExpired):
        an_invitation().accept("käthe@plaza.example", NOW + INVITATION_LIFETIME)


@pytest.mark.parametrize("at", [NOW, NOW + timedelta(days=8)], ids=["open", "expired"])
def test_to_others_it_is_told_first_that_it_is_not_for_them(at: datetime) -> None:
    invitation = an_invitation()

    with pytest.raises(InvitationForAnother):
        invitation.accept("somebody@plaza.example", at)

    assert invitation.accepted_at is None


def test_what_was_taken_back_is_good_no_more() -> None:
    invitation = an_invitation()

    assert invitation.revoke(NOW) is not None
    assert invitation.revoke(NOW) is None
    with pytest.raises(InvitationIsRevoked):
        invitation.accept("käthe@plaza.example", NOW)


@pytest.mark.parametrize("email", ["nobody", "a b@plaza.example", "@plaza.example"])
def test_nobody_is_invited_under_what_is_no_address(email: str) -> None:
    with pytest.raises(InvalidEmail):
        an_invitation(email)


async def test_the_answer_does_not_tell_whether_the_address_has_an_account(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    owner, known = await marketplace.a_vendor(), await marketplace.a_shopper()

    answers = [
        await owner.post(f"{owner.path}/members", {"email": email, "role": "staff"})
        for email in (known.email, f"{uuid4().hex}@plaza.example")
    ]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json().keys() == answers[1].json().keys()
    for answer in answers:
        (fact,) = await facts_of(database, answer.json()["id"])
        assert (fact["type"], fact["version"]) == ("vendors.member_invited.v1", 1)
        assert answer.json()["email"] not in fact["payload"]


async def refused_to(person: Person, token: str) -> tuple[int, str]:
    answer = await accepting(person, token)
    return answer.status_code, answer.json()["code"]


async def test_only_the_holder_of_the_address_accepts(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    owner, stranger = await marketplace.a_vendor(), await a_verified_person(marketplace, database)
    unverified = await marketplace.a_shopper()
    token = token_of(marketplace, (await invited(owner, unverified.email))["id"])

    assert (await accepting(marketplace.anybody, token)).status_code == 401
    assert await refused_to(stranger, token) == (403, "invitation_for_another")
    other = await marketplace.a_shopper()
    assert await refused_to(other, token) == (403, "invitation_for_another")
    assert await refused_to(unverified, token) == (403, "email_not_verified")
    # What was tried has used nothing up.
    await database.execute(VERIFY, unverified.email)
    assert (await accepting(unverified, token)).status_code == 201


async def test_a_token_that_was_not_signed_here_is_none(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    person = await a_verified_person(marketplace, database)

    for token in ("x", token_of(marketplace, uuid4()), token_of(marketplace, uuid4())[:-1] + "A"):
        assert await refused_to(person, token) == (422, "invalid_invitation")


async def test_what_is_over_is_refused_by_its_reason(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    owner, person = await marketplace.a_vendor(), await a_verified_person(marketplace, database)
    revoked, expired = await invited(owner, person.email), await invited(owner, person.email)
    await database.execute(
        "UPDATE vendors.invitation SET expires_at = now() WHERE id = $1", expired["id"]
    )

    for invitation, code in ((revoked, "invitation_revoked"), (expired, "invitation_expired")):
        token = token_of(marketplace, invitation["id"])
        assert await refused_to(person, token) == (422, code)
    shown = (await owner.get(f"{owner.path}/invitations")).json()["items"]
    assert [item["status"] for item in shown] == ["expired", "revoked"]


async def test_an_owner_takes_an_invitation_back(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    owner, person = await marketplace.a_vendor(), await a_verified_person(marketplace, database)
    invitation = await invited(owner, person.email)
    path = f"{owner.path}/invitations/{invitation['id']}"

    first, second = await owner.client.delete(path), await owner.client.delete(path)

    assert first.status_code == 200
    assert first.json() == second.json()
    token = token_of(marketplace, invitation["id"])
    assert await refused_to(person, token) == (422, "invitation_revoked")
    assert len(await facts_of(database, invitation["id"])) == 2


async def test_an_invitation_that_is_accepted_many_times_at_once_makes_one_member(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    owner, person = await marketplace.a_vendor(), await a_verified_person(marketplace, database)
    token = token_of(marketplace, (await invited(owner, person.email, "manager"))["id"])

    answers = await asyncio.gather(*(accepting(person, token) for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 7
    assert {a.json()["code"] for a in answers if a.is_error} == {"invitation_used"}
    again = token_of(marketplace, (await invited(owner, person.email, "staff"))["id"])
    assert await refused_to(person, again) == (409, "already_member")


async def test_nobody_joins_a_vendor_that_has_closed(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    owner, person = await marketplace.a_vendor(), await a_verified_person(marketplace, database)
    token = token_of(marketplace, (await invited(owner, person.email))["id"])
    await owner.post(f"{owner.path}/close")

    assert await refused_to(person, token) == (409, "vendor_closed")
    form = {"email": person.email, "role": "staff"}
    answer = await owner.post(f"{owner.path}/members", form)
    assert (answer.status_code, answer.json()["code"]) == (409, "vendor_closed")


def test_refusals_are_final_where_no_repeat_would_help() -> None:
    kinds: list[type[Refusal]] = [InvitationUsed, InvitationIsRevoked, InvitationExpired]
    assert {kind.status for kind in kinds} == {422}
