"""A person's authenticator app, and people who have one."""

import time
from dataclasses import dataclass, field
from typing import Any

import httpx
import pyotp

from actors import PASSWORD, Marketplace, Person

TOTP = "/v1/account/totp"
SESSIONS = "/v1/sessions"
SECRET = """
    SELECT t.* FROM identity.totp t JOIN identity.account a ON a.id = t.account_id
    WHERE a.email = $1
"""


@dataclass
class App:
    """Shows the codes of one secret."""

    secret: str

    def code(self, steps: int = 0) -> str:
        """The code of now, or of some steps earlier or later."""
        return pyotp.TOTP(self.secret).at(int(time.time()), counter_offset=steps)

    def wrong_code(self) -> str:
        """Six digits that are the code of none of the steps around now."""
        near = {self.code(steps) for steps in range(-3, 4)}
        return next(code for digit in "0123456789" if (code := digit * 6) not in near)


@dataclass
class Guarded:
    """Somebody whose account has a second factor."""

    person: Person
    app: App
    used_code: str
    """The code of the step before, by which the app was confirmed."""
    recovery_codes: list[str] = field(default_factory=list)

    def form(self, code: str | None = None, **changes: Any) -> dict[str, Any]:
        told = {"email": self.person.email, "password": PASSWORD} | changes
        return told if code is None else told | {"code": code}


async def enrolled(marketplace: Marketplace) -> tuple[Person, App]:
    """Somebody who has scanned the secret and not yet confirmed it."""
    shopper = await marketplace.a_shopper()
    answer = await shopper.post(TOTP, {"password": PASSWORD})
    assert answer.status_code == 201, answer.text
    return shopper, App(answer.json()["secret"])


async def guarded(marketplace: Marketplace) -> Guarded:
    shopper, app = await enrolled(marketplace)
    code = app.code(-1)
    answer = await shopper.post(f"{TOTP}/confirm", {"code": code})
    assert answer.status_code == 200, answer.text
    return Guarded(shopper, app, code, answer.json()["recovery_codes"])


async def log_in(
    marketplace: Marketplace, who: Guarded, code: str | None = None, **changes: Any
) -> httpx.Response:
    return await marketplace.anybody.post(SESSIONS, who.form(code, **changes))


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")
