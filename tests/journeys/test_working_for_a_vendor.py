"""A person registers, sells, and lets somebody else and a program work for the vendor."""

import asyncio
import re
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest_asyncio

from actors import PASSWORD, Marketplace, Person, a_variant, open_marketplace
from plaza.entrypoints.mailing import mail_folder, mailing
from plaza.settings import Settings

TOKEN = re.compile(r"\?token=([\w-]+)")


class Post:
    """What was mailed, as its readers find it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def to(self, email: str, subject: str) -> EmailMessage:
        """The mail to somebody whose subject holds these words."""
        async with asyncio.timeout(10):
            while True:
                for mail in self._mails():
                    if email in mail["to"] and subject in mail["subject"]:
                        return mail
                await asyncio.sleep(0.02)

    def _mails(self) -> list[EmailMessage]:
        files = sorted(self._folder.glob("*.eml"))
        return [message_from_bytes(f.read_bytes(), policy=policy.default) for f in files]


def token_in(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    found = TOKEN.search(body.get_content())
    assert found is not None
    return found[1]


@pytest_asyncio.fixture(loop_scope="session")
async def mailed_marketplace(
    fresh_settings: Settings, tmp_path: Path
) -> AsyncIterator[Marketplace]:
    """A marketplace that wants verified addresses and puts its mails into a folder."""
    settings = msgspec.structs.replace(
        fresh_settings, require_verified_email=True, data_dir=tmp_path
    )
    async with open_marketplace(settings) as marketplace, mailing(settings):
        yield marketplace


async def registered(marketplace: Marketplace, post: Post, name: str) -> Person:
    """Somebody who has an account and is logged in, by the mail that they got."""
    anybody, email = marketplace.anybody, f"{name}-{uuid4().hex[:8]}@plaza.example"
    form = {"email": email, "password": PASSWORD, "name": name.title()}
    answer = await anybody.post("/v1/accounts", form)
    assert (answer.status_code, answer.json()) == (202, {"status": "check_your_mail"})
    credentials = {"email": email, "password": PASSWORD}
    early = await anybody.post("/v1/sessions", credentials)
    assert (early.status_code, early.json()["code"]) == (403, "email_not_verified")

    token = token_in(await post.to(email, "Confirm"))
    assert (await anybody.post("/v1/accounts/verify", {"token": token})).status_code == 200
    return await marketplace.logged_in(email)


async def test_from_registration_to_a_key_that_is_revoked(mailed_marketplace: Marketplace) -> None:
    marketplace = mailed_marketplace
    post = Post(mail_folder(marketplace.settings))
    owner = await registered(marketplace, post, "olive")

    application = {
        "name": "Olive's Lamps",
        "country": "GB",
        "currency": "GBP",
        "contact_email": "lamps@plaza.example",
    }
    applied = await owner.post("/v1/vendors", application)
    assert (applied.status_code, applied.json()["status"]) == (201, "applied")
    vendor = f"/v1/vendors/{applied.json()['id']}"
    approved = await (await marketplace.operator()).post(f"{vendor}/approve")
    assert approved.json()["status"] == "approved"

    manager = await registered(marketplace, post, "manu")
    assert manager.email is not None
    invited = await owner.post(f"{vendor}/members", {"email": manager.email, "role": "manager"})
    assert invited.status_code == 202
    assert (await manager.get(f"{vendor}/members")).status_code == 404
    token = token_in(await post.to(manager.email, "Olive's Lamps"))
    accepted = await manager.post("/v1/invitations/accept", {"token": token})
    assert accepted.status_code == 201, accepted.text
    members = (await manager.get(f"{vendor}/members")).json()["items"]
    assert {member["role"] for member in members} == {"owner", "manager"}

    scopes = ["catalog:write", "catalog:read", "inventory:write"]
    refused = await manager.post(f"{vendor}/api-keys", {"name": "Shop", "scopes": scopes})
    assert refused.status_code == 403
    made = await owner.post(f"{vendor}/api-keys", {"name": "Shop", "scopes": scopes})
    assert made.status_code == 201
    program = Person(marketplace.client(made.json()["secret"]))

    lamp = {"title": "Lamp", "variants": [a_variant(stock=3)]}
    created = await program.post(f"{vendor}/products", lamp)
    assert created.status_code == 201, created.text
    product = created.json()
    published = await program.post(f"{vendor}/products/{product['id']}/publish")
    assert published.status_code == 200
    shown = await marketplace.anybody.get(
        f"/v1/products/{product['slug']}",
        headers={"plaza-consistency": published.headers["plaza-consistency"]},
    )
    assert shown.json()["title"] == "Lamp"
    assert (await program.get(f"{vendor}/products")).json()["items"][0]["title"] == "Lamp"
    assert (await program.get("/v1/account")).status_code == 403

    revoked = await owner.client.delete(f"{vendor}/api-keys/{made.json()['id']}")
    assert revoked.status_code == 200
    after = await program.post(f"{vendor}/products", lamp)
    assert (after.status_code, after.json()["code"]) == (401, "not_authenticated")

    entries = (await owner.get(f"{vendor}/audit?limit=100")).json()["items"]
    told = {(entry["operation"], entry["actor"].partition(":")[0]) for entry in entries}
    assert told >= {
        ("applyAsVendor", "account"),
        ("approveVendor", "account"),
        ("inviteMember", "account"),
        ("acceptInvitation", "account"),
        ("createApiKey", "account"),
        ("createProduct", "api_key"),
        ("revokeApiKey", "account"),
    }
