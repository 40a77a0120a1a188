"""A guest's cart is opened by its secret, and by nothing else."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from actors import Marketplace
from contexts.asking import told as without_trace
from contexts.ordering.an_address import an_address
from contexts.ordering.carts import HeldCart, a_cart, an_offer, lines_of, quantities, told
from plaza.kernel.keys import derived_key
from plaza.kernel.shopper_secrets import ShopperSecrets


async def everything_asked(cart: HeldCart, line_id: str) -> list[httpx.Response]:
    wanted = {"offer_id": str(uuid4()), "quantity": 1}
    return [
        await cart.asks("GET"),
        await cart.asks("POST", "/lines", wanted),
        await cart.asks("POST", "/lines/batch", {"lines": [wanted]}),
        await cart.asks("PATCH", f"/lines/{line_id}", {"quantity": 2}),
        await cart.asks("DELETE", f"/lines/{line_id}"),
        await cart.asks("PUT", "/address", an_address()),
    ]


# fault 64
async def test_without_its_own_secret_a_cart_is_as_one_that_does_not_exist(
    marketplace: Marketplace,
) -> None:
    offer = await an_offer(await marketplace.a_vendor())
    cart, other = await a_cart(marketplace.anybody, (offer, 1)), await a_cart(marketplace.anybody)
    (line,) = lines_of(cart.created)
    assert cart.secret is not None
    assert other.secret is not None
    shown = [None, "", "wrong", other.secret, cart.secret[:-1], cart.secret + "=", "%C3%A9"]

    for secret in shown:
        theirs = HeldCart(marketplace.anybody, cart.id, secret)
        nobodys = HeldCart(marketplace.anybody, str(uuid4()), secret)
        answers = await everything_asked(theirs, line["id"])
        for answer, missing in zip(
            answers, await everything_asked(nobodys, line["id"]), strict=True
        ):
            assert answer.status_code == 401, secret
            assert without_trace(answer) == without_trace(missing), secret

    assert quantities(await cart.shows()) == {offer: 1}


# fault 64
async def test_who_is_logged_in_opens_a_guests_cart_with_its_secret_only(
    marketplace: Marketplace,
) -> None:
    offer = await an_offer(await marketplace.a_vendor())
    cart, other = await a_cart(marketplace.anybody, (offer, 1)), await a_cart(marketplace.anybody)
    shopper = await marketplace.a_shopper()
    (line,) = lines_of(cart.created)

    for secret in (None, "", "wrong", other.secret):
        theirs = HeldCart(shopper, cart.id, secret)
        nobodys = HeldCart(shopper, str(uuid4()), secret)
        answers = [*await everything_asked(theirs, line["id"]), await theirs.claimed_by(shopper)]
        missing = [*await everything_asked(nobodys, line["id"]), await nobodys.claimed_by(shopper)]
        assert {answer.status_code for answer in answers} == {404}, secret
        assert [without_trace(each) for each in answers] == [
            without_trace(each) for each in missing
        ]

    opened = HeldCart(shopper, cart.id, cart.secret)
    assert quantities(told(await opened.adds(offer, 2))) == {offer: 3}
    assert await opened.shows() == await cart.shows()


async def test_the_secret_of_a_claimed_cart_opens_nothing(marketplace: Marketplace) -> None:
    cart = await a_cart(marketplace.anybody)
    shopper, thief = await marketplace.a_shopper(), await marketplace.a_shopper()
    told(await cart.claimed_by(shopper))

    assert (await cart.asks("GET")).status_code == 404
    assert (await cart.adds(str(uuid4()))).status_code == 404
    assert (await cart.claimed_by(thief)).status_code == 404
    assert (await thief.get(cart.path, headers=cart.headers)).status_code == 404
    assert (await shopper.get(cart.path)).status_code == 200


async def test_a_vendors_program_has_no_cart(marketplace: Marketplace) -> None:
    vendor = await marketplace.a_vendor()
    key = {"name": "Key", "scopes": ["catalog:read"]}
    made = (await vendor.post(f"{vendor.path}/api-keys", key)).json()
    program = marketplace.client(made["secret"])
    cart = await a_cart(marketplace.anybody)

    for answer in (
        await program.post("/v1/carts", json={}),
        await program.get(cart.path, headers=cart.headers),
        await program.get(f"/v1/carts/{uuid4()}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "account_needed")


async def test_a_repeat_of_the_creation_is_given_the_same_secret(
    marketplace: Marketplace,
) -> None:
    key: dict[str, Any] = {"headers": {"Idempotency-Key": str(uuid4())}}

    first = await marketplace.anybody.post("/v1/carts", {}, **key)
    again = await marketplace.anybody.post("/v1/carts", {}, **key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("text", ["", "x", "=" * 54, "ä" * 54])
def test_what_is_no_secret_opens_nothing(text: str) -> None:
    secrets = ShopperSecrets(derived_key(b"a secret of the tests", "shopper-secret"))
    cart_id = uuid4()

    assert not secrets.opens_cart(text, cart_id)
    assert not secrets.opens_order(text, cart_id)


def test_a_secret_opens_one_thing() -> None:
    secrets = ShopperSecrets(derived_key(b"a secret of the tests", "shopper-secret"))
    others = ShopperSecrets(derived_key(b"another secret", "shopper-secret"))
    same_id: UUID = uuid4()

    of_cart, of_order = secrets.of_cart(same_id), secrets.of_order(same_id)

    assert secrets.opens_cart(of_cart, same_id)
    assert secrets.opens_order(of_order, same_id)
    assert not secrets.opens_cart(of_order, same_id)
    assert not secrets.opens_order(of_cart, same_id)
    assert not secrets.opens_cart(of_cart, uuid4())
    assert not others.opens_cart(of_cart, same_id)
