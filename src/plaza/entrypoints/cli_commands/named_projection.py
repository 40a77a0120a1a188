"""A read model as an argument."""

import rich_click as click

from plaza.bootstrap import PROJECTIONS
from plaza.projecting.projection import Projection


class NamedProjection(click.ParamType[Projection]):
    """A read model by its name."""

    name = "read model"

    def convert(
        self, value: str | Projection, param: click.Parameter | None, ctx: click.Context | None
    ) -> Projection:
        if isinstance(value, Projection):
            return value
        known = {projection.name: projection for projection in PROJECTIONS}
        if value not in known:
            self.fail(f"{value!r} is none of {', '.join(known)}.", param, ctx)
        return known[value]
