"""A vendor that has closed sells nothing more: its offers are withdrawn, fifty at a time."""

from plaza.contexts.catalog.commands.withdraw_offers import WithdrawOffers, withdraw_offers
from plaza.contexts.vendors.events import VendorClosed
from plaza.processes.process import Process


def follow_up(event: VendorClosed) -> WithdrawOffers:
    return WithdrawOffers(vendor_id=event.vendor_id)


PROCESS = Process(
    name="withdraw_offers_on_vendor_closed",
    on=VendorClosed,
    follow_up=follow_up,
    command=withdraw_offers,
)
