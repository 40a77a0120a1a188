"""What of the write side no read model shows, and why."""

TABLES: dict[str, str] = {
    "identity.account": "A person's own data is asked of the write side, by that person.",
    "identity.mail_request": "What a link in a mail is worth is nobody's to read.",
    "identity.oidc_attempt": "A log-in that is under way.",
    "identity.oidc_identity": "A person's own data.",
    "identity.recovery_code": "A secret.",
    "identity.refresh_token": "A secret.",
    "identity.session": "A person's own data.",
    "identity.signing_key": "A secret; what is public of it is served from memory.",
    "identity.totp": "A secret.",
    "inventory.reservation": "Its sums stand in the stock's rows, which are shown.",
    "notifications.mail": "Operators ask the write side.",
    "ordering.address": "It is asked for each time, so that what is forgotten is gone at once.",
    "ordering.cart": "Its owner's working state, asked of the write side.",
    "ordering.cart_line": "As the cart.",
    "payments.operation": "How it is asked for; what came of it stands in payment and share.",
    "payments.payment_event": "As operations.",
    "payments.webhook": "What a provider said, word for word once.",
    "vendors.api_key": "The vendor's own data, asked of the write side.",
    "vendors.invitation": "As API keys.",
    "vendors.member": "As API keys.",
    "vendors.requirement": "Operators and applicants ask the write side.",
    "vendors.requirement_answer": "As requirements.",
}

COLUMNS: dict[str, tuple[str, str]] = {
    "catalog.category": ("version created_at", "Only who changes it asks for the version."),
    "catalog.offer": ("created_at", "Offers stand in the order of their facts."),
    "catalog.offer_price": ("offer_id vendor_id", "Its key: readers see it in its offer."),
    "catalog.product": ("created_at", "When it was published is what counts."),
    "catalog.variant": ("product_id vendor_id", "Its key: readers see it in its product."),
    "inventory.movement": (
        "stock_id vendor_id actor version",
        "Readers see it by its offer and location; who did it stands in the journal.",
    ),
    "inventory.stock": (
        "id offer_id vendor_id product_id variant_id bucket buckets version",
        "Readers see the sums of an offer's buckets, by the ids of the offer.",
    ),
    "inventory.stocking": (
        "offer_id vendor_id product_id variant_id is_low version created_at",
        "Its key; and whether an offer is low follows from its amounts when it is read.",
    ),
    "ordering.order_group": (
        "cart_id acceptance_s version",
        "How it came about; until when it is accepted stands in the vendor order.",
    ),
    "ordering.order_line": (
        "order_id vendor_id account_id commission_rule_id commission_rule_version commission_minor",
        "Its key; commissions are nobody's to read yet.",
    ),
    "ordering.vendor_order": (
        "order_id account_id version created_at",
        "Its key: readers see it in its order.",
    ),
    "payments.payment": (
        """account_id operation_id authorization_id provider_reference open_attempts claimed_until
        next_check_at checks expires_at version told told_code""",
        "How it is gone about with the provider, and what had been told of it.",
    ),
    "payments.share": (
        """id payment_id order_id account_id currency capturing_minor voiding_minor version
        created_at""",
        "Its key; and how much of what goes back, which is shown, was never captured.",
    ),
    "vendors.former_slug": ("created_at", "The name is what leads on, however old it is."),
    "vendors.vendor": (
        "contact_email created_at tax_rate",
        "The address is asked for each time; the tax stands in each line that was bought.",
    ),
}

NOT_SHOWN = {
    f"{table}.{column}" for table, (columns, _) in COLUMNS.items() for column in columns.split()
}
