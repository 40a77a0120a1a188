"""Everything that plaza consists of, listed once, by hand."""

from typing import Any

from litestar.types import ControllerRouterHandler

from plaza.contexts.catalog import category, offer, product
from plaza.contexts.catalog import http as catalog_http
from plaza.contexts.catalog import snapshot as catalog_snapshot
from plaza.contexts.identity import (
    account,
    http_account,
    http_mail_links,
    http_oidc,
    http_sessions,
    http_totp,
)
from plaza.contexts.identity import http as identity_http
from plaza.contexts.identity import snapshot as identity_snapshot
from plaza.contexts.inventory import http as inventory_http
from plaza.contexts.inventory import snapshot as inventory_snapshot
from plaza.contexts.notifications import http as notifications_http
from plaza.contexts.notifications import snapshot as notifications_snapshot
from plaza.contexts.ordering import http as ordering_http
from plaza.contexts.ordering import (
    http_addresses,
    http_cart_lines,
    http_order_addresses,
    order_group,
)
from plaza.contexts.ordering import snapshot as ordering_snapshot
from plaza.contexts.payments import http as payments_http
from plaza.contexts.payments import snapshot as payments_snapshot
from plaza.contexts.vendors import http as vendors_http
from plaza.contexts.vendors import (
    http_api_keys,
    http_inviting,
    http_members,
    http_onboarding,
    member,
    requirement,
    vendor,
)
from plaza.contexts.vendors import snapshot as vendors_snapshot
from plaza.crossings.accounts import http as accounts_http
from plaza.crossings.addresses import http as addresses_http
from plaza.crossings.carts import http_completion
from plaza.crossings.members import http as members_http
from plaza.crossings.offers import http as offers_http
from plaza.crossings.orders import http as orders_http
from plaza.crossings.orders import http_vendor
from plaza.crossings.payments import http as payment_crossings_http
from plaza.crossings.products import http as products_http
from plaza.crossings.vendors import http as vendor_crossings_http
from plaza.kernel.refusals import Refusal
from plaza.operations import http as operations_http
from plaza.operations import http_journal, http_keys
from plaza.operations.demo import http as demo_http
from plaza.operations.mails import http as mails_http
from plaza.operations.projections import http as projections_http
from plaza.operations.projections import http_builds, http_parked
from plaza.outbox.snapshot import Snapshot
from plaza.processes import (
    cancel_order_on_vendor_order_canceled,
    cancel_order_on_vendor_order_declined,
    cancel_order_on_vendor_order_expired,
    queue_mail_on_mail_requested,
    queue_mail_on_member_invited,
    queue_mail_on_order_canceled,
    queue_mail_on_order_failed,
    queue_mail_on_order_placed,
    queue_mail_on_vendor_order_placed,
    reopen_cart_on_order_canceled,
    withdraw_offers_on_vendor_closed,
)
from plaza.processes.process import Process
from plaza.projecting.projection import Projection
from plaza.projecting.sorted_shape import SortedShape
from plaza.read_models.bestsellers import http as bestsellers_http
from plaza.read_models.bestsellers import projection as bestsellers
from plaza.read_models.bestsellers import sorted_sets as sorted_bestsellers
from plaza.read_models.category_tree import http as category_tree_http
from plaza.read_models.category_tree import projection as category_tree
from plaza.read_models.category_tree import served_copy as tree_copies
from plaza.read_models.order_history import http as order_history_http
from plaza.read_models.order_history import projection as order_history
from plaza.read_models.order_page import http as order_page_http
from plaza.read_models.order_page import projection as order_page
from plaza.read_models.payment_list import http as payment_list_http
from plaza.read_models.payment_list import projection as payment_list
from plaza.read_models.product_listing import http as product_listing_http
from plaza.read_models.product_listing import projection as product_listing
from plaza.read_models.product_listing import served_copy as listing_copies
from plaza.read_models.product_page import http as product_page_http
from plaza.read_models.product_page import projection as product_page
from plaza.read_models.product_page import served_copy as page_copies
from plaza.read_models.product_suggestions import http as product_suggestions_http
from plaza.read_models.product_suggestions import projection as product_suggestions
from plaza.read_models.product_suggestions import sorted_sets as sorted_suggestions
from plaza.read_models.stock_overview import http as stock_overview_http
from plaza.read_models.stock_overview import projection as stock_overview
from plaza.read_models.vendor_applications import http as vendor_applications_http
from plaza.read_models.vendor_applications import projection as vendor_applications
from plaza.read_models.vendor_directory import http as vendor_directory_http
from plaza.read_models.vendor_directory import projection as vendor_directory
from plaza.read_models.vendor_directory import served_copy as directory_copies
from plaza.read_models.vendor_order_queue import http as vendor_order_queue_http
from plaza.read_models.vendor_order_queue import projection as vendor_order_queue
from plaza.read_models.vendor_products import http as vendor_products_http
from plaza.read_models.vendor_products import projection as vendor_products
from plaza.reading.served_copy import Asked

ROUTES: list[ControllerRouterHandler] = [
    *identity_http.ROUTES,
    *http_sessions.ROUTES,
    *http_account.ROUTES,
    *http_totp.ROUTES,
    *http_oidc.ROUTES,
    *http_mail_links.ROUTES,
    *accounts_http.ROUTES,
    *http_addresses.ROUTES,
    *http_order_addresses.ROUTES,
    *addresses_http.ROUTES,
    *vendor_crossings_http.ROUTES,
    *vendors_http.ROUTES,
    *http_members.ROUTES,
    *http_api_keys.ROUTES,
    *http_inviting.ROUTES,
    *http_onboarding.ROUTES,
    *members_http.ROUTES,
    *catalog_http.ROUTES,
    *inventory_http.ROUTES,
    *products_http.ROUTES,
    *offers_http.ROUTES,
    *http_completion.ROUTES,
    *orders_http.ROUTES,
    *http_vendor.ROUTES,
    *ordering_http.ROUTES,
    *http_cart_lines.ROUTES,
    *product_listing_http.ROUTES,
    *product_page_http.ROUTES,
    *product_suggestions_http.ROUTES,
    *bestsellers_http.ROUTES,
    *vendor_directory_http.ROUTES,
    *category_tree_http.ROUTES,
    *vendor_products_http.ROUTES,
    *vendor_applications_http.ROUTES,
    *stock_overview_http.ROUTES,
    *order_history_http.ROUTES,
    *order_page_http.ROUTES,
    *vendor_order_queue_http.ROUTES,
    *payments_http.ROUTES,
    *payment_crossings_http.ROUTES,
    *payment_list_http.ROUTES,
    *notifications_http.ROUTES,
    *operations_http.ROUTES,
    *projections_http.ROUTES,
    *http_builds.ROUTES,
    *http_parked.ROUTES,
    *http_journal.ROUTES,
    *http_keys.ROUTES,
    *mails_http.ROUTES,
    *demo_http.ROUTES,
]

PROJECTIONS: list[Projection] = [
    product_listing.PROJECTION,
    product_page.PROJECTION,
    product_suggestions.PROJECTION,
    bestsellers.PROJECTION,
    vendor_directory.PROJECTION,
    category_tree.PROJECTION,
    vendor_products.PROJECTION,
    vendor_applications.PROJECTION,
    stock_overview.PROJECTION,
    order_history.PROJECTION,
    order_page.PROJECTION,
    vendor_order_queue.PROJECTION,
    payment_list.PROJECTION,
]

SORTED_SETS: list[SortedShape] = [sorted_suggestions.SORTED_SETS, sorted_bestsellers.SORTED_SETS]
"""What Redis keeps sorted of read models, beside their tables."""

ASKED: dict[str, Asked] = {
    "product_listing": listing_copies.asked,
    "product_page": page_copies.asked,
    "vendor_directory": directory_copies.asked,
    "category_tree": tree_copies.asked,
}
"""What the keys of served copies ask; what is kept sorted in Redis is asked there anyway."""

PROCESSES: list[Process] = [
    withdraw_offers_on_vendor_closed.PROCESS,
    reopen_cart_on_order_canceled.PROCESS,
    cancel_order_on_vendor_order_canceled.PROCESS,
    cancel_order_on_vendor_order_declined.PROCESS,
    cancel_order_on_vendor_order_expired.PROCESS,
    queue_mail_on_mail_requested.PROCESS,
    queue_mail_on_member_invited.PROCESS,
    queue_mail_on_order_placed.PROCESS,
    queue_mail_on_order_canceled.PROCESS,
    queue_mail_on_order_failed.PROCESS,
    queue_mail_on_vendor_order_placed.PROCESS,
]

SNAPSHOTS: list[Snapshot] = [
    vendors_snapshot.snapshot,
    catalog_snapshot.snapshot,
    inventory_snapshot.snapshot,
    ordering_snapshot.snapshot,
    payments_snapshot.snapshot,
    identity_snapshot.snapshot,
    notifications_snapshot.snapshot,
]
"""What every context tells of its present state."""

JOBS: list[Any] = []
"""What the worker does for the outside world; webhooks and imports will stand here."""

CONSTRAINTS: dict[str, tuple[type[Refusal], str]] = {
    **account.CONSTRAINTS,
    **vendor.CONSTRAINTS,
    **member.CONSTRAINTS,
    **requirement.CONSTRAINTS,
    **category.CONSTRAINTS,
    **product.CONSTRAINTS,
    **offer.CONSTRAINTS,
    **order_group.CONSTRAINTS,
}
"""The refusals that violated constraints mean."""
