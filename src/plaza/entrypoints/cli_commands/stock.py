"""`plaza stock`: whether stock adds up, and putting it right."""

import asyncio
import sys
from collections import Counter

import msgspec
import rich_click as click

from plaza.entrypoints.cli_commands.progress_bar import progress_bar
from plaza.entrypoints.connected import connected_settings
from plaza.entrypoints.installation import repair_stock
from plaza.entrypoints.reachable import check_installation
from plaza.operations.stock_repair import Mended
from plaza.operations.stock_verification import (
    Difference,
    found_differences,
    reading_stock,
)
from plaza.settings import Settings, settings_from

EXIT_DIFFERS = 1


@click.group()
def stock() -> None:
    """How much there is of what: whether all of it adds up."""


@stock.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document a line.")
def verify(*, as_json: bool) -> None:
    """Check every row of stock.

    What is on hand, reserved and backordered is the sum of its movements; what is reserved and
    backordered is what carts and orders hold; no more is reserved than is on hand; and who holds
    something still may: a cart in its time, an order that is pending or placed.

    It changes nothing, and orders may come in meanwhile. Ends with 1 when something differs.

    For example:

        plaza stock verify

        plaza stock verify --json > differences.jsonl
    """
    with connected_settings(settings_from(), say=_aside) as connected:
        asyncio.run(check_installation(connected.settings))
        found = asyncio.run(_verified(connected.settings, as_json=as_json))
    _conclude(found)


@stock.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document a line.")
def repair(*, yes: bool, as_json: bool) -> None:
    """Put right what `plaza stock verify` finds.

    What is on hand stays as it is: a movement `adjustment` for the reason `repair` completes its
    history. What is reserved becomes what carts and orders hold. What is held for an order that
    has ended is released, what a placed one holds is committed, what a cart holds past its time
    expires. Each step is a command that stands in the journal and in the log.

    Ends with 1 when something is left that takes a person.

    For example:

        plaza stock repair

        plaza stock repair --yes --json
    """
    with connected_settings(settings_from(), say=_aside) as connected:
        asyncio.run(check_installation(connected.settings))
        found = asyncio.run(_verified(connected.settings, as_json=None if as_json else False))
        if found:
            _aside(_sentence(found))
            if not yes:
                click.confirm("Put this right?", abort=True, err=True)
            found = asyncio.run(_repaired(connected.settings, as_json=as_json))
    _conclude(found)


async def _verified(settings: Settings, *, as_json: bool | None) -> Counter[str]:
    """How often each check fails; each difference is printed, unless as_json is None."""
    found: Counter[str] = Counter()
    with progress_bar("Checking stock") as show:
        async with reading_stock(settings) as connection:
            async for difference in found_differences(connection, show):
                found[difference.check] += 1
                if as_json is not None:
                    _print(difference, _line(difference), as_json=as_json)
    return found


async def _repaired(settings: Settings, *, as_json: bool) -> Counter[str]:
    """Repair, and check again: what is left."""

    def say(mended: Mended) -> None:
        _print(mended, _told(mended), as_json=as_json)

    with progress_bar("Repairing stock") as show:
        await repair_stock(settings, say, show)
    return await _verified(settings, as_json=None)


def _print(told: msgspec.Struct, line: str, *, as_json: bool) -> None:
    click.echo(msgspec.json.encode(told).decode() if as_json else line)


def _line(found: Difference) -> str:
    where = f"stock {found.stock_id}  offer {found.offer_id}"
    if found.is_of_row:
        return f"{where}  {found.check}: {found.expected} expected, {found.found} found"
    holder = f"cart {found.cart_id}" if found.cart_id else f"order {found.order_id}"
    status = "" if found.cart_id else f" ({found.order_status or 'there is none'})"
    return f"{where}  {found.check}: {found.found} held for {holder}{status}"


def _told(mended: Mended) -> str:
    subject = f"stock {mended.stock_id}  offer {mended.offer_id}"
    if mended.cart_id or mended.order_id:
        subject = f"cart {mended.cart_id}" if mended.cart_id else f"order {mended.order_id}"
    return f"{mended.done:<9}  {subject}" + (f": {mended.reason}" if mended.reason else "")


def _sentence(found: Counter[str]) -> str:
    checks = ", ".join(f"{check} {count:,}" for check, count in found.most_common())
    return f"{found.total():,} differences: {checks}."


def _conclude(found: Counter[str]) -> None:
    """Say how it stands, beside what may be read by a program."""
    _aside(_sentence(found) if found else "All stock adds up.")
    if found:
        sys.exit(EXIT_DIFFERS)


def _aside(line: str) -> None:
    click.echo(line, err=True)
