from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from adapters.people import People
from plaza.adapters.mail_contents import StoredMailContents
from plaza.adapters.order_letters import StoredOrderLetters
from plaza.contexts.notifications.letter import Letter
from plaza.contexts.notifications.letters import Letters
from plaza.kernel.keys import derived_key
from plaza.kernel.shopper_secrets import ShopperSecrets
from plaza.kernel.signed_id import SignedIds
from plaza.reading.pools import open_private_pool
from plaza.settings import Settings
from writing.watching import watching

WITH_LINK = {"verify_email": "/verify-email", "reset_password": "/reset-password"}
NOTICES = ["already_registered", "password_changed"]


@pytest.fixture
def tokens(settings: Settings) -> SignedIds:
    return SignedIds(derived_key(settings.secret(), "mail-token"))


@pytest_asyncio.fixture(loop_scope="session")
async def people(settings: Settings) -> AsyncIterator[People]:
    async with watching(settings) as connection:
        yield People(connection)


@pytest_asyncio.fixture(loop_scope="session")
async def contents(settings: Settings, tokens: SignedIds) -> AsyncIterator[StoredMailContents]:
    assert settings.database_url is not None
    reads = await open_private_pool(settings.database_url, 1)
    letters = Letters("plaza", "https://plaza.example")
    secrets = ShopperSecrets(derived_key(settings.secret(), "shopper-secret"))
    orders = StoredOrderLetters(reads, secrets, letters)
    yield StoredMailContents(reads, tokens, letters, orders)
    await reads.close()


def link_in(letter: Letter) -> str:
    (link,) = {word for word in letter.text.split() if "?token=" in word}
    assert link in letter.html
    return link


def named_by(link: str, purpose: str, tokens: SignedIds) -> UUID | None:
    """The id that whoever opens the link shows."""
    (token,) = parse_qs(urlsplit(link).query)["token"]
    return tokens.read(token, purpose)


@pytest.mark.parametrize(("purpose", "path"), WITH_LINK.items())
async def test_a_link_names_its_request_for_its_purpose_alone(
    people: People, contents: StoredMailContents, tokens: SignedIds, purpose: str, path: str
) -> None:
    account_id, email = await people.account()
    mail_id = await people.request(purpose, email, account_id)

    letter = await contents.letter_of(purpose, mail_id)

    assert letter is not None
    assert letter.recipient == email
    link = link_in(letter)
    assert link.startswith(f"https://plaza.example{path}?token=")
    assert named_by(link, purpose, tokens) == mail_id
    assert named_by(link, "invitation", tokens) is None


@pytest.mark.parametrize("purpose", NOTICES)
async def test_a_notice_goes_to_the_account_without_a_link_that_does_anything(
    people: People, contents: StoredMailContents, purpose: str
) -> None:
    account_id, email = await people.account()
    letter = await contents.letter_of(purpose, await people.request(purpose, email, account_id))

    assert letter is not None
    assert letter.recipient == email
    assert "token" not in letter.text + letter.html


@pytest.mark.parametrize("purpose", [*WITH_LINK, *NOTICES])
async def test_an_address_that_nobody_has_gets_nothing(
    people: People, contents: StoredMailContents, purpose: str
) -> None:
    mail_id = await people.request(purpose, "nobody@plaza.example", None)

    assert await contents.letter_of(purpose, mail_id) is None


@pytest.mark.parametrize("purpose", WITH_LINK)
@pytest.mark.parametrize("changes", [{"is_used": True}, {"hours": -1}], ids=["used", "expired"])
async def test_a_link_that_would_do_nothing_is_not_sent(
    people: People, contents: StoredMailContents, purpose: str, changes: dict[str, int]
) -> None:
    account_id, email = await people.account()
    mail_id = await people.request(
        purpose, email, account_id, is_used="is_used" in changes, hours=changes.get("hours", 1)
    )

    assert await contents.letter_of(purpose, mail_id) is None


@pytest.mark.parametrize("purpose", [*WITH_LINK, *NOTICES])
async def test_who_was_erased_gets_nothing_more(
    people: People, contents: StoredMailContents, purpose: str
) -> None:
    account_id, email = await people.account()
    mail_id = await people.request(purpose, email, account_id)
    await people.erased(account_id)

    assert await contents.letter_of(purpose, mail_id) is None


async def test_who_was_erased_is_told_so(people: People, contents: StoredMailContents) -> None:
    account_id, email = await people.account()
    mail_id = await people.request("account_erased", email, account_id)
    await people.erased(account_id)

    letter = await contents.letter_of("account_erased", mail_id)

    assert letter is not None
    assert letter.recipient == email
    assert "Ada" not in letter.text


@pytest.mark.parametrize("purpose", ["reset_password", "already_registered", "verify_email"])
async def test_an_address_that_only_compares_equal_gets_nobody_elses_mail(
    people: People, contents: StoredMailContents, purpose: str
) -> None:
    stored = f"{uuid4().hex}@strasse.example"
    account_id, _ = await people.account(stored)
    mail_id = await people.request(purpose, stored.replace("strasse", "straße").upper(), account_id)

    letter = await contents.letter_of(purpose, mail_id)

    assert letter is not None
    assert letter.recipient == stored


async def test_a_new_address_is_confirmed_by_who_reads_it(
    people: People, contents: StoredMailContents
) -> None:
    account_id, _ = await people.account(is_verified=True)
    await people.wants(account_id, "new@plaza.example")
    wanted = await people.request("verify_email", "new@plaza.example", account_id)
    former = await people.request("verify_email", "former@plaza.example", account_id)

    letter = await contents.letter_of("verify_email", wanted)

    assert letter is not None
    assert letter.recipient == "new@plaza.example"
    # The account has changed its mind since.
    assert await contents.letter_of("verify_email", former) is None


async def test_an_address_that_is_confirmed_is_not_asked_for_again(
    people: People, contents: StoredMailContents
) -> None:
    account_id, email = await people.account(is_verified=True)
    mail_id = await people.request("verify_email", email, account_id)

    assert await contents.letter_of("verify_email", mail_id) is None


async def test_a_request_is_answered_by_a_mail_of_its_own_kind_only(
    people: People, contents: StoredMailContents
) -> None:
    account_id, email = await people.account()
    mail_id = await people.request("already_registered", email, account_id)

    assert await contents.letter_of("reset_password", mail_id) is None
    assert await contents.letter_of("invitation", mail_id) is None


async def test_nobody_writes_to_strangers_by_registering_them(
    people: People, contents: StoredMailContents
) -> None:
    account_id, email = await people.account(name="You have won, see www.eve.example")
    for purpose in ("verify_email", "already_registered"):
        mail_id = await people.request(purpose, email, account_id)
        letter = await contents.letter_of(purpose, mail_id)
        assert letter is not None
        assert "eve.example" not in letter.subject + letter.text + letter.html


async def test_an_invitation_says_who_invites_to_what(
    people: People, contents: StoredMailContents, tokens: SignedIds
) -> None:
    account_id, _ = await people.account()
    mail_id = await people.invitation(await people.vendor(), invited_by=account_id)

    letter = await contents.letter_of("invitation", mail_id)

    assert letter is not None
    assert letter.recipient == "eve@plaza.example"
    for word in ("Ada", "Oak & Sons", "manager"):
        assert word in letter.text
    assert link_in(letter).startswith("https://plaza.example/invitations?token=")
    assert named_by(link_in(letter), "invitation", tokens) == mail_id


@pytest.mark.parametrize("changes", [{"ended": "accepted"}, {"ended": "revoked"}, {"hours": -1}])
async def test_an_invitation_that_is_over_is_not_sent(
    people: People, contents: StoredMailContents, changes: dict[str, object]
) -> None:
    mail_id = await people.invitation(await people.vendor(), **changes)

    assert await contents.letter_of("invitation", mail_id) is None


async def test_nobody_is_invited_to_a_vendor_that_has_closed(
    people: People, contents: StoredMailContents
) -> None:
    mail_id = await people.invitation(await people.vendor("closed"))

    assert await contents.letter_of("invitation", mail_id) is None
