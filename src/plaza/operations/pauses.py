"""Ends the pauses of vendors whose time has come; facts about it come from the command."""

import asyncpg
import structlog

from plaza.contexts.vendors.commands.resume_vendor import ResumeVendor, resume_vendor
from plaza.kernel.actor import Actor, Surface
from plaza.kernel.ids import new_id
from plaza.settings import Settings
from plaza.writing.answer import answer_with
from plaza.writing.engine import open_command_runner
from plaza.writing.failures import Constraints
from plaza.writing.runner import Context

ACTOR = Actor(kind="system", name="end_pauses")
CHUNK = 500

# The database's clock decides, here and once more in the command.
DUE = """
    SELECT id FROM vendors.vendor WHERE paused_until <= now() ORDER BY paused_until LIMIT $1
"""

log = structlog.get_logger()


async def end_pauses(settings: Settings, constraints: Constraints) -> int:
    """Resume every vendor whose pause is over; several sweepers at once do no more than one.

    Returns:
        How many pauses were found to be over.
    """
    connection = await asyncpg.connect(
        settings.database_url,
        server_settings={
            "role": "plaza_app",
            "plaza.scope": "market",
            "application_name": "plaza pauses",
        },
    )
    try:
        due = [row["id"] for row in await connection.fetch(DUE, CHUNK)]
    finally:
        await connection.close()
    if not due:
        return 0
    async with open_command_runner(settings, constraints, "plaza pauses") as runner:
        for vendor_id in due:
            context = Context(
                actor=ACTOR, surface=Surface(vendor_id=vendor_id), correlation_id=new_id()
            )
            command = ResumeVendor(vendor_id=vendor_id, is_due=True)
            await runner.run(resume_vendor, command, context, lambda _: answer_with(200, None))
    log.info("pauses_ended", vendors=len(due))
    return len(due)
