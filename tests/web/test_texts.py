"""Texts that people, and people who mean harm, write: stored and shown unchanged, or refused."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from actors import PASSWORD, Marketplace, Vendor, a_variant
from web.refused import refused

NAUGHTY: list[str] = json.loads(
    (Path(__file__).parents[1] / "cases" / "naughty-strings" / "blns.json").read_text()
)
OWN = [
    "e\u0301 is not normalized to \u00e9",
    "\u202eright to left\u202c and back",
    "zero\u200bwidth\ufeff\u2060",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0010ffff",
    "line\r\nfeeds\u2028\u0085 and\ttabs \x01\x1b[31m\x7f",
    "  blanks around  ",
    "\ufdfa" * 60,
]
TEXTS = list(dict.fromkeys([*NAUGHTY, *OWN]))

AT_ONCE = 8
JSON = {"content-type": "application/json"}


def fits(text: str, length_max: int) -> bool:
    """Whether a field that wants something visible takes it."""
    return 1 <= len(text) <= length_max and not text.isspace()


async def each(
    texts: list[str], act: Callable[[int, str], Awaitable[httpx.Response]]
) -> dict[str, httpx.Response]:
    """Act on each text, some at once; no answer may be a failure."""
    free = asyncio.Semaphore(AT_ONCE)

    async def acted(number: int, text: str) -> tuple[str, httpx.Response]:
        async with free:
            return text, await act(number, text)

    answers = dict(await asyncio.gather(*(acted(*numbered) for numbered in enumerate(texts))))
    failed = {text: answer.text for text, answer in answers.items() if answer.status_code >= 500}
    assert failed == {}
    return answers


def some_for(length_max: int) -> list[str]:
    """A fourth of what is taken and all that is not: every text is tried on products."""
    taken = [text for text in TEXTS if fits(text, length_max)]
    return [text for text in TEXTS if not fits(text, length_max)] + taken[::4]


def a_product_of(text: str) -> dict[str, Any]:
    """A product that says it in every field."""
    variant = a_variant(
        sku=text[:100] or None, barcode=text, option_values={text[:60] or "-": text[:120] or "-"}
    )
    return {
        "title": text,
        "description": text,
        "brand": text,
        "attributes": {text[:60] or "-": text},
        "options": [text[:60] or "-"],
        "media": [{"url": "/picture.svg", "alt": text}],
        "variants": [variant],
    }


# fault 74
async def test_a_product_says_unchanged_what_its_vendor_wrote(vendor: Vendor) -> None:
    answers = await each(
        TEXTS, lambda _, text: vendor.post(f"{vendor.path}/products", a_product_of(text))
    )
    created = {text: answer.json()["id"] for text, answer in answers.items() if answer.is_success}
    assert created.keys() == {text for text in TEXTS if fits(text, 200)}
    shown = await every_item(vendor, f"{vendor.path}/products")

    for text, product_id in created.items():
        own, sent = shown[product_id], a_product_of(text)
        said = {name: own[name] for name in ("title", "description", "brand", "attributes")}
        assert said == {name: sent[name] for name in said}
        assert own["media"] == sent["media"]
        assert own["options"] == sent["options"]
        assert own["variants"][0]["option_values"] == sent["variants"][0]["option_values"]
        assert own["variants"][0]["barcode"] == text
        assert own["offers"][0]["sku"] == sent["variants"][0]["sku"]


async def every_item(vendor: Vendor, path: str) -> dict[str, dict[str, Any]]:
    """All pages of a list, by id."""
    items: dict[str, dict[str, Any]] = {}
    page: dict[str, Any] = {"next_cursor": ""}
    while page["next_cursor"] is not None:
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
        answer = await vendor.get(path, params={"limit": 100, **cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        items |= {item["id"]: item for item in page["items"]}
    return items


# fault 74
async def test_the_public_page_shows_changes_unchanged(
    marketplace: Marketplace, vendor: Vendor
) -> None:
    created = await vendor.lists_product()
    path, version = f"{vendor.path}/products/{created['id']}", 2
    for start in range(0, len(TEXTS), 50):
        said = {f"{start + n}": text for n, text in enumerate(TEXTS[start : start + 50])}
        pictures = [{"url": "/picture.svg", "alt": text} for text in list(said.values())[:30]]
        paragraphs = "\n".join(said.values())
        change = {"attributes": said, "media": pictures, "description": paragraphs}
        answer = await vendor.patch(path, change, version=version)
        assert answer.status_code == 200, answer.text
        token, version = answer.headers["plaza-consistency"], answer.json()["version"]

        public = await marketplace.anybody.get(
            f"/v1/products/{created['id']}", headers={"plaza-consistency": token}
        )
        page = public.json()
        assert (page["attributes"], page["description"]) == (said, paragraphs)
        assert page["media"] == pictures


# fault 74
async def test_a_category_is_called_what_it_was_named(fresh_marketplace: Marketplace) -> None:
    operator, texts = await fresh_marketplace.operator(), some_for(120)
    answers = await each(
        texts,
        lambda n, text: operator.post("/v1/categories", {"name": text, "slug": f"category-{n}"}),
    )
    assert {text for text, answer in answers.items() if answer.is_success} == {
        text for text in texts if fits(text, 120)
    }
    tree = (await operator.get("/v1/categories")).json()["items"]
    assert {node["name"] for node in tree} == {text for text in texts if fits(text, 120)}


# fault 74
async def test_a_vendor_is_called_what_it_was_named(fresh_marketplace: Marketplace) -> None:
    operator, texts = await fresh_marketplace.operator(), some_for(120)

    async def applied(number: int, text: str) -> httpx.Response:
        return await operator.post(
            "/v1/vendors",
            {
                "name": text,
                "description": text,
                "slug": f"vendor-{number}",
                "country": "GB",
                "currency": "GBP",
                "contact_email": "hello@vendor.example",
            },
        )

    answers = await each(texts, applied)
    vendors = {text: a.json()["id"] for text, a in answers.items() if a.is_success}
    some = dict(list(vendors.items())[::2])
    await each(list(some), lambda _, text: operator.post(f"/v1/vendors/{some[text]}/approve"))
    shown = await every_item(Vendor(operator.client), "/v1/vendors")

    assert vendors.keys() == {text for text in texts if fits(text, 120)}
    assert {shown[vendor_id]["name"] for vendor_id in some.values()} == set(some)
    assert all(vendor["name"] == vendor["description"] for vendor in shown.values())


# fault 74
async def test_no_text_is_taken_for_an_address(marketplace: Marketplace) -> None:
    vendor = await marketplace.an_applicant()
    some = [text for text in TEXTS[::5] if fits(text, 254) and len(text) >= 3]

    async def changed(_: int, text: str) -> httpx.Response:
        return await vendor.patch(vendor.path, {"contact_email": text}, version=1)

    answers = await each(some, changed)

    assert {answer.json()["code"] for answer in answers.values()} == {"invalid_email"}


# fault 74
async def test_a_person_is_called_what_they_say(marketplace: Marketplace) -> None:
    some = [text for text in TEXTS[::12] if fits(text, 120)]  # each costs three password hashes
    unique = uuid4().hex

    async def registered(number: int, text: str) -> httpx.Response:
        form = {"email": f"p{number}-{unique}@plaza.example", "password": PASSWORD, "name": text}
        return await marketplace.anybody.post("/v1/accounts", form)

    async def shown(number: int, _: str) -> httpx.Response:
        person = await marketplace.logged_in(f"p{number}-{unique}@plaza.example")
        return await person.get("/v1/account")

    assert {answer.status_code for answer in (await each(some, registered)).values()} == {202}
    for text, answer in (await each(some, shown)).items():
        assert answer.json()["name"] == text


# fault 74
async def test_no_text_breaks_a_log_in(marketplace: Marketplace) -> None:
    some = [text for text in TEXTS[::12] if text]

    async def logged_in(_: int, text: str) -> httpx.Response:
        form = {"email": text[:254].ljust(3, "x"), "password": text[:250]}
        return await marketplace.anybody.post("/v1/sessions", form)

    async def registered(_: int, text: str) -> httpx.Response:
        form = {"email": text[:254].ljust(3, "x"), "password": PASSWORD, "name": "x"}
        return await marketplace.anybody.post("/v1/accounts", form)

    assert {a.status_code for a in (await each(some, logged_in)).values()} <= {400, 401}
    assert {a.status_code for a in (await each(some, registered)).values()} <= {202, 400, 422}


FIELDS = ["title", "description", "brand"]
UNSTORABLE = ['"a\\u0000b"', '"\\ud800"', '"\\udc00\\ud800"', b'"\xff"', b'"\xc0\x80"']


# fault 74
@pytest.mark.parametrize("text", UNSTORABLE)
@pytest.mark.parametrize("place", [*FIELDS, "attribute name", "attribute", "sku", "option"])
async def test_what_cannot_be_stored_is_refused_in_every_field(
    vendor: Vendor, place: str, text: str | bytes
) -> None:
    mark = "the text goes here"
    body: dict[str, Any] = {"title": "Chair", "variants": [a_variant()]}
    if place in FIELDS:
        body[place] = mark
    elif place.startswith("attribute"):
        body["attributes"] = {mark: "x"} if place == "attribute name" else {"x": mark}
    elif place == "sku":
        body["variants"][0]["sku"] = mark
    else:
        body |= {"options": [mark], "variants": [a_variant(option_values={mark: mark})]}
    raw = text if isinstance(text, bytes) else text.encode()
    content = json.dumps(body).encode().replace(f'"{mark}"'.encode(), raw)
    answer = await vendor.client.post(f"{vendor.path}/products", content=content, headers=JSON)
    refused(answer, 400, "malformed_json")


# fault 74
async def test_e_mails_are_one_however_they_are_normalized(marketplace: Marketplace) -> None:
    unique = uuid4().hex
    forms = [f"ren\u00e9-{unique}@plaza.example", f"Rene\u0301-{unique}@PLAZA.example"]
    for email in forms:
        form = {"email": email, "password": PASSWORD, "name": "René"}
        assert (await marketplace.anybody.post("/v1/accounts", form)).status_code == 202
    people = [await marketplace.logged_in(email) for email in forms]
    accounts = [(await person.get("/v1/account")).json()["id"] for person in people]
    assert accounts[0] == accounts[1]
