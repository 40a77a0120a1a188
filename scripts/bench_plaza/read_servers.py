"""Everything that is asked for the same lists and pages: plaza, plaza otherwise, the usual way."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

import httpx
import msgspec
from buying_plaza.processes import by_role

from bench_plaza.api_process import running_api, running_bare_app
from bench_plaza.keep_alive import UnexpectedAnswer
from bench_plaza.plaza_process import Plaza
from bench_plaza.progress import doing
from bench_plaza.read_rate import Address
from bench_plaza.results import (
    BARE,
    CEILING,
    CEILING_OF_TWO,
    FILTERED_LIST,
    LIST,
    PRODUCT_PAGE,
    TWO_PROCESSES,
    UNCACHED_LIST,
    UNCACHED_PAGE,
    USUAL_LIST,
)
from bench_plaza.storefront import CARDS
from bench_plaza.usual_way import UsualWay, running_usual_way
from plaza.read_models.product_listing.document import ListedProduct, ProductList

# Every read is counted, as of a client on another machine, and none is refused.
LIMITS = {
    "PLAZA_RATE_LIMITS_EXEMPT_LOOPBACK": "0",
    "PLAZA_RATE_LIMITS": "public_reads=60000000/60s:60000000,private_reads=off,commands=off,"
    "log_in=off,log_in_email=off",
}
CACHES_OFF = {"PLAZA_NEAR_CACHE_MB": "0", "PLAZA_SERVED_COPIES": "0"}


@contextmanager
def read_addresses(
    plaza: Plaza, cards: Sequence[ListedProduct], database_url: str
) -> Iterator[tuple[dict[str, Address], UsualWay]]:
    """Start what is measured beside plaza itself.

    The usual way and the ceilings stand beside the list, so that they meet the same moments.
    """
    api, page = api_pid(plaza), f"/v1/products/{cards[0].slug}"
    listed = f"/v1/products?limit={CARDS}"
    with ExitStack() as stack, doing("Starting what plaza is measured beside"):
        usual = stack.enter_context(running_usual_way(database_url))
        uncached = stack.enter_context(running_api(plaza, LIMITS | CACHES_OFF))
        two = stack.enter_context(running_api(plaza, LIMITS | {"PLAZA_WORKERS": "2"}))
        bare = stack.enter_context(running_bare_app())
        addresses = {
            USUAL_LIST: Address(usual.origin + listed, usual.pid),
            LIST: Address(plaza.origin + listed, api),
            CEILING: Address(f"{plaza.origin}/bench/constant", api),
            BARE: Address(f"{bare.origin}/", bare.pid),
            PRODUCT_PAGE: Address(plaza.origin + page, api),
            FILTERED_LIST: Address(plaza.origin + _filtered(cards), api),
            UNCACHED_LIST: Address(uncached.origin + listed, uncached.pid),
            UNCACHED_PAGE: Address(uncached.origin + page, uncached.pid),
            TWO_PROCESSES: Address(two.origin + listed, two.pid),
            CEILING_OF_TWO: Address(f"{two.origin}/bench/constant", two.pid),
        }
        kept = stack.pop_all()
    with kept:
        yield addresses, usual


def api_pid(plaza: Plaza) -> int:
    (pid,) = (process.pid for role, process in by_role(plaza.pid) if role == "API")
    return pid


def bodies_of(addresses: Mapping[str, Address]) -> dict[str, bytes]:
    """What they answer.

    Raises:
        UnexpectedAnswer: it is not the same, so that it would not be the same work.
    """
    bodies = {name: _body(address.url) for name, address in addresses.items()}
    theirs = _cards(bodies[USUAL_LIST])
    for name in (LIST, UNCACHED_LIST, TWO_PROCESSES):
        for card, other in zip(_cards(bodies[name]), theirs, strict=True):
            if card != other:
                raise UnexpectedAnswer(f"{name} shows {card}, the usual way {other}.")
    filtered = _cards(bodies[FILTERED_LIST])
    if len(theirs) != CARDS or len(filtered) != CARDS:
        raise UnexpectedAnswer(f"A list of {CARDS} has {len(theirs)}, filtered {len(filtered)}.")
    return bodies


def _filtered(cards: Sequence[ListedProduct]) -> str:
    slugs = Counter(card.category.slug for card in cards if card.category)
    ((category, _),) = slugs.most_common(1)
    return f"/v1/products?category={category}&sort=price_asc&in_stock=true&limit={CARDS}"


def _body(url: str) -> bytes:
    headers = {"accept-encoding": "identity"}
    return httpx.get(url, headers=headers, timeout=10, trust_env=False).raise_for_status().content


def _cards(body: bytes) -> list[ListedProduct]:
    return msgspec.json.decode(body, type=ProductList).items
