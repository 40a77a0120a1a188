"""The operator's account, made at the first start."""

import secrets

from plaza.contexts.identity.commands.appoint_operator import AppointOperator, appoint_operator
from plaza.contexts.identity.passwords import Passwords, WeakPassword
from plaza.kernel.actor import MARKET, SYSTEM
from plaza.kernel.ids import new_id
from plaza.settings import InvalidSetting, Settings
from plaza.writing.answer import answer_with
from plaza.writing.engine import open_command_runner
from plaza.writing.failures import Constraints
from plaza.writing.runner import Context

DEMO_PASSWORD = "demo-operator"  # noqa: S105  printed at every start, for the demo only
PASSWORD_BYTES = 12


async def ensure_operator(settings: Settings, constraints: Constraints) -> str | None:
    """Make sure that somebody runs the marketplace.

    Returns:
        The password, where the account was made now.
    """
    password = settings.operator_password
    if password is None:
        demo = settings.demo
        password = DEMO_PASSWORD if demo else secrets.token_urlsafe(PASSWORD_BYTES)
    try:
        return await appoint(
            settings, constraints, email=settings.operator_email, name="Operator", password=password
        )
    except WeakPassword as weak:
        raise InvalidSetting(f"PLAZA_OPERATOR_PASSWORD cannot be used. {weak.detail}") from weak


async def appoint(
    settings: Settings,
    constraints: Constraints,
    *,
    email: str,
    name: str,
    password: str | None = None,
) -> str | None:
    """Make the account of an e-mail an operator's.

    Returns:
        The password, where the account was made now; a random one unless one was given.
    """
    password = password or secrets.token_urlsafe(PASSWORD_BYTES)
    passwords = Passwords(workers=1)
    try:
        hashed = await passwords.hashed(password)
    finally:
        passwords.close()
    command = AppointOperator(email=email, name=name, password_hash=hashed)
    context = Context(actor=SYSTEM, surface=MARKET, correlation_id=new_id())
    async with open_command_runner(settings, constraints, "plaza operator") as runner:
        given = await runner.run(
            appoint_operator, command, context, lambda made: answer_with(200, made)
        )
    return password if given.body == b"true" else None
