"""The result for people: where every penny of the file is, and what does not agree."""

from collections.abc import Iterator
from decimal import Decimal

from bench_plaza.bars import Bar
from rich.console import Console, RenderableType
from rich.table import Table

from replay_retail_plaza.invoices import PENCE
from replay_retail_plaza.planning import Plan
from replay_retail_plaza.replay import Replayed
from replay_retail_plaza.sums import Sums, VendorDay

RESIDUALS_MAX = 30
REFUSALS_MAX = 10


def print_report(plan: Plan, replayed: Replayed, bars: list[Bar]) -> None:
    console = Console(highlight=False)
    console.print(_told(replayed))
    for table in _tables(plan, replayed, bars):
        console.print(table)
    for refusal in replayed.refusals[:REFUSALS_MAX]:
        console.print(refusal, style="red", markup=False)
    if len(replayed.refusals) > REFUSALS_MAX:
        console.print(f"… {len(replayed.refusals)} refusals in all.", style="red")


def unexplained(plan: Plan, replayed: Replayed) -> Decimal:
    """What of the file's total is neither sold nor canceled nor named; must be 0."""
    sums = replayed.sums
    named = sum((left.amount for left in plan.left_out.values()), Decimal(0))
    return plan.total - Decimal(sums.sold_minor - sums.canceled_minor) / PENCE - named


def _told(replayed: Replayed) -> str:
    wish, latency = replayed.wish, replayed.latency
    return (
        f"\n{replayed.orders:,} orders with {replayed.lines:,} lines and "
        f"{replayed.vendor_orders:,} vendor orders in {replayed.duration_s:.1f} s: "
        f"{replayed.orders_per_s:.1f} orders/s by {wish.customers} customers at a time, "
        f"{wish.workers} API process{'es' * (wish.workers > 1)}, {wish.vendors} vendors.\n"
        f"Cart and completion together: p50 {latency.p50_ms:.0f} ms, p99 {latency.p99_ms:.0f} ms. "
        f"Read models had caught up {replayed.caught_up_s:.1f} s after the last answer.\n"
    )


def _tables(plan: Plan, replayed: Replayed, bars: list[Bar]) -> Iterator[RenderableType]:
    yield _file_table(plan, replayed)
    yield _residual_table(replayed)
    yield _cpu_table(replayed)
    yield _bar_table(bars)


def _file_table(plan: Plan, replayed: Replayed) -> Table:
    table = _table("The file", "count", "pounds")
    sums = replayed.sums
    table.add_row("sold as orders", f"{replayed.orders:,} orders", _pounds(sums.sold_minor))
    count = f"{replayed.cancellations:,} cancellations"
    table.add_row("canceled of them", count, _pounds(-sums.canceled_minor))
    for reason, left in sorted(plan.left_out.items()):
        table.add_row(reason, f"{left.lines:,} lines", f"{left.amount:,.2f}")
    table.add_section()
    table.add_row("the file's total", "", f"{plan.total:,.2f}")
    table.add_row("not explained", "", f"{unexplained(plan, replayed):,.2f}")
    return table


def _cpu_table(replayed: Replayed) -> Table:
    """What an order costs, however busy the machine is with other things."""
    table = _table("Processor time", "s", "ms an order")
    orders = max(replayed.orders, 1)
    for role, used_s in sorted(replayed.cpu_s.items(), key=lambda item: -item[1]):
        table.add_row(role, f"{used_s:.1f}", f"{used_s * 1000 / orders:.1f}")
    table.add_section()
    whole_s = sum(replayed.cpu_s.values())
    table.add_row("all", f"{whole_s:.1f}", f"{whole_s * 1000 / orders:.1f}")
    return table


def _residual_table(replayed: Replayed) -> Table:
    days = len(replayed.shown)
    heading = f"Queues of vendors - file, {days:,} sums of a vendor and day"
    table = _table(heading, "sold", "canceled")
    for key, residual in list(replayed.residuals.items())[:RESIDUALS_MAX]:
        table.add_row(_vendor_day(key), *_cells(residual))
    table.add_section()
    table.add_row(f"{len(replayed.residuals):,} that differ", *_cells(_whole(replayed)))
    kept = _pounds(replayed.kept_residual_minor)
    table.add_row("kept by the payment provider - (sold - canceled)", kept, "")
    return table


def _whole(replayed: Replayed) -> Sums:
    sums = replayed.residuals.values()
    sold, canceled = (sum(abs(getattr(s, n)) for s in sums) for n in Sums.__struct_fields__)
    return Sums(sold, canceled)


def _vendor_day(key: VendorDay) -> str:
    vendor, day = key
    return f"vendor {vendor + 1}, {day}"


def _cells(sums: Sums) -> tuple[str, str]:
    return _pounds(sums.sold_minor), _pounds(sums.canceled_minor)


def _pounds(pence: int) -> str:
    return f"{Decimal(pence) / PENCE:,.2f}"


def _bar_table(bars: list[Bar]) -> Table:
    table = _table("Bar", "measured", "wanted", "")
    for bar in bars:
        verdict = "[green]ok[/]" if bar.met else "[bold red]MISSED[/]"
        table.add_row(bar.name, f"{bar.measured:.1f}", bar.wanted, verdict)
    return table


def _table(*headings: str) -> Table:
    first, *others = headings
    table = Table(first)
    for heading in others:
        table.add_column(heading, justify="right")
    return table
