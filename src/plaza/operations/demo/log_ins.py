"""Who may log in to the demo marketplace."""

VENDOR_PASSWORD = "demo-vendor"  # noqa: S105  printed at every start, for the demo only


def owner_email(vendor_slug: str) -> str:
    """The log-in of a demo vendor's owner."""
    return f"owner@{vendor_slug}.example"
