"""How schemathesis gets its tokens: a Web Fuzzing Commons document."""

import json
from pathlib import Path
from typing import Any

from fuzz_plaza.people import Person

PEERS = ["owner", "rival"]
"""Whatever one of them can read of their own, the other must not get."""
CATALOG_KEY = "key"


def write_log_ins(file: Path, persons: list[Person], key_secret: str | None) -> None:
    """Write who can log in, and how; an expired or revoked session is replaced by a new one."""
    entries = [_log_in(person) for person in persons]
    if key_secret is not None:
        headers = [{"name": "Authorization", "value": f"Bearer {key_secret}"}]
        entries.append({"name": CATALOG_KEY, "fixedHeaders": headers})
    file.write_text(json.dumps({"auth": entries}))


def _log_in(person: Person) -> dict[str, Any]:
    form = {"email": person.email, "password": person.password}
    return {
        "name": person.name,
        "loginEndpointAuth": {
            "endpoint": "/v1/sessions",
            "verb": "POST",
            "contentType": "application/json",
            "payloadRaw": json.dumps(form),
            "token": {
                "extractFrom": "body",
                "extractSelector": "/access_token",
                "sendIn": "header",
                "sendName": "Authorization",
                "sendTemplate": "Bearer {token}",
            },
        },
    }
