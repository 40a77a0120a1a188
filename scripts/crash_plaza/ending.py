"""What everybody is shown when all is over: the end of the log, without naming a token."""

import asyncio
import time
from collections.abc import Sequence

from oversell_plaza.history import Violation

from crash_plaza.client import Client
from crash_plaza.history import History, LogEntry, Mark
from crash_plaza.judging import of_endings
from crash_plaza.shelf import Good, marks_of_listing, marks_of_page

RIGHT_WITHIN_S = 15.0
"""As soon as nothing is broken any more; nobody has to wait for a copy to expire."""
ASK_AGAIN_S = 0.5
CONNECTIONS = 6


async def shown_in_the_end(
    port: int, goods: Sequence[Good], log: Sequence[LogEntry]
) -> list[Violation]:
    """What is still wrong when the time is up."""
    deadline_s = time.monotonic() + RIGHT_WITHIN_S
    # Each API process has answers of its own in memory, and it is chance who gets a connection.
    clients = [Client(f"last {number}", port, History()) for number in range(CONNECTIONS)]
    while True:
        found = [wrong for client in clients for wrong in await _wrong(client, goods, log)]
        if not found or time.monotonic() > deadline_s:
            for client in clients:
                await client.caller.hang_up()
            return found
        await asyncio.sleep(ASK_AGAIN_S)


async def _wrong(client: Client, goods: Sequence[Good], log: Sequence[LogEntry]) -> list[Violation]:
    pages, listings = await _pages(client, goods), await _listings(client, goods)
    return [*of_endings(pages, log, "pages"), *of_endings(listings, log, "listings")]


async def _pages(client: Client, goods: Sequence[Good]) -> list[Mark]:
    marks: list[Mark] = []
    for good in goods:
        answer = await client.look(good.page)
        marks += [good.status("unanswered")] if answer is None else marks_of_page(good, answer)
    return marks


async def _listings(client: Client, goods: Sequence[Good]) -> list[Mark]:
    marks: list[Mark] = []
    for listing in dict.fromkeys(good.listing for good in goods):
        of_shop = [good for good in goods if good.listing == listing]
        answer = await client.look(listing)
        if answer is None:
            marks += [good.status("unanswered") for good in of_shop]
        else:
            marks += marks_of_listing(of_shop, answer)
    return marks
