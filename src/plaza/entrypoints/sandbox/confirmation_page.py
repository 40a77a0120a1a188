"""The page that a bank would show: the shopper approves or declines."""

from decimal import Decimal
from html import escape

from plaza.entrypoints.sandbox.charge import Charge
from plaza.kernel.money import decimals_of

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox bank</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 28rem; margin: 15vh auto }}
form {{ display: inline }}
button {{ font: inherit; padding: .5rem 1.25rem; margin-right: .5rem }}
</style>
</head>
<body>
<h1>Sandbox bank</h1>
<p>Order {order}: <strong>{amount} {currency}</strong></p>
{rest}
</body>
</html>
"""
BUTTONS = """<p>Nobody is charged: this is play money.</p>
<form method="post" action="/confirmations/{reference}/approve"><button>Approve</button></form>
<form method="post" action="/confirmations/{reference}/decline"><button>Decline</button></form>"""
SAID = {
    "approved": "Approved. You may go back to the shop.",
    "declined": "Declined. You may go back to the shop and try again.",
    "closed": "The shop waits for this no more.",
}


def confirmation_page(charge: Charge) -> str:
    """The page for a charge as it stands."""
    decimals = decimals_of(charge.currency)
    waits = charge.status == "action_required"
    said = f"<p>{SAID.get(charge.status)}</p>"
    return PAGE.format(
        order=escape(charge.order_number),
        amount=f"{Decimal(charge.amount_minor).scaleb(-decimals):,.{decimals}f}",
        currency=escape(charge.currency),
        rest=BUTTONS.format(reference=escape(charge.reference)) if waits else said,
    )
