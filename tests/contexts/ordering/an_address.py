"""An address as people give it."""

from typing import Any


def an_address(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Ada Lovelace",
        "line1": "12 St James's Square",
        "city": "London",
        "postal_code": "SW1Y 4JH",
        "country": "GB",
    } | changes
