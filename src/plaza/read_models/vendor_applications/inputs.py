"""What of the write side it shows."""

from plaza.projecting.inputs import Inputs

INPUTS = Inputs(
    shown={
        "vendors.vendor": (
            "id",
            "slug",
            "name",
            "country",
            "currency",
            "description",
            "status",
            "status_reason",
            "submitted_at",
            "paused_until",
            "version",
        ),
    },
    followed={
        "vendors.vendor": ("paused_at",),
    },
)
