"""The result for people: tables, and each bar with ok or MISSED."""

from collections.abc import Iterable, Iterator, Mapping

from rich.console import Console, Group, RenderableType
from rich.table import Table

from bench_plaza.bars import Bar
from bench_plaza.checkout_bench import CALM, CheckoutResults
from bench_plaza.crowd import Served
from bench_plaza.identity_bench import Flooded, IdentityResults
from bench_plaza.latency import Latency
from bench_plaza.results import CEILING, Alone, Results


def print_report(results: Results, bars: Iterable[Bar]) -> None:
    Console(highlight=False).print(Group(*_tables(results), _bar_table(bars)))


def print_identity_report(results: IdentityResults, bars: Iterable[Bar]) -> None:
    tables = [
        _flood_table("with the default limits", results.limited),
        _flood_table("without limits", results.unlimited),
    ]
    Console(highlight=False).print(Group(*tables, _bar_table(bars)))


def print_checkout_report(results: CheckoutResults, bars: Iterable[Bar]) -> None:
    tables = [_hot_table(results), _checkout_table(results), _cpu_table(results.cpu_ms)]
    Console(highlight=False).print(*tables, _bar_table(bars))


def _cpu_table(cpu_ms: Mapping[str, float]) -> Table:
    table = _table("Processor time of a checkout at that pace", "ms")
    for role, used_ms in sorted(cpu_ms.items(), key=lambda item: -item[1]):
        table.add_row(role, f"{used_ms:.1f}")
    table.add_row("all", f"{sum(cpu_ms.values()):.1f}", style="bold")
    return table


def _hot_table(results: CheckoutResults) -> Table:
    calm = results.completions_per_s[CALM]
    table = _table(f"{results.buyers} buyers want", "completions/s", "of the calm")
    for kind, per_s in results.completions_per_s.items():
        table.add_row(kind, f"{per_s:,.1f}", f"{per_s / calm:.0%}")
    return table


def _checkout_table(results: CheckoutResults) -> Table:
    table = _table("Checkout", "p50 ms", "p99 ms")
    table.add_row(f"completion at {results.paced_per_s:.1f} orders/s", *_cells(results.paced))
    lines = f"{results.large_lines} lines of {results.large_vendors} vendors"
    table.add_row(f"completion of {lines}", *_cells(results.large))
    table.add_row("cart, line, address, completion, alone", *_cells(results.lone))
    return table


def _flood_table(what: str, flooded: Flooded) -> Table:
    answers = ", ".join(f"{n:,} x {status}" for status, n in sorted(flooded.flood.answers.items()))
    heading = f"{flooded.flood.per_s:,.0f} log-ins/s {what}: {answers}"
    columns = ("calm p50 ms", "calm p99 ms", "p50 ms", "p99 ms", "p99, times")
    table = _table(heading, *columns)
    for route, calm in flooded.calm.items():
        stormy = _cells(flooded.stormy[route])
        table.add_row(route, *_cells(calm), *stormy, f"{flooded.times(route):.1f}")
    return table


def _tables(results: Results) -> Iterator[RenderableType]:
    machine, effort, demo = results.machine, results.effort, results.demo
    yield (
        f"\n{machine.system}, {machine.cores} cores, Python {machine.python}. "
        f"First start to ready {results.first_start_s:.1f} s, of that {demo.products:,} demo "
        f"products at {demo.products_per_s:,.0f} products/s."
    )
    yield (
        f"Reads by {machine.generator} on {effort.connections} connections, "
        f"median of {effort.rounds} rounds of {effort.seconds} s.\n"
    )
    yield _read_table(results)
    yield _crowd_table(results)
    if results.alone is not None:
        yield _write_table(results.alone)
    yield _memory_table(results)


def _table(*headings: str) -> Table:
    first, *others = headings
    table = Table(first)
    for heading in others:
        table.add_column(heading, justify="right")
    return table


def _read_table(results: Results) -> Table:
    ceiling = results.reads[CEILING].load.requests_per_s
    columns = ("requests/s", "p50 ms", "p99 ms", "CPU µs", "bytes", "ceiling")
    table = _table("Read", *columns)
    for name, rate in results.reads.items():
        per_s = rate.load.requests_per_s
        cells = (f"{rate.cpu_us:,.0f}", f"{results.body_bytes[name]:,}", f"{per_s / ceiling:.0%}")
        table.add_row(name, f"{per_s:,.0f}", *_cells(rate.load.latency), *cells)
    return table


def _crowd_table(results: Results) -> Table:
    changing = results.changing
    table = _table("Shoppers in a storefront", "a second", "p50 ms", "p99 ms", "measured")
    alone = f"{results.crowd.connections:,} connections"
    _add_load(table, "reads, at first nothing in memory", results.cold, alone)
    _add_load(table, "reads, nothing changes", results.crowd, alone)
    beside = f"hit rate {changing.hit_rate:.1%}"
    _add_load(table, "reads while prices change", changing.reads, beside)
    per_s = f"{changing.commands_per_s:,.0f}"
    table.add_row("commands beside them", per_s, *_cells(changing.command), "")
    rounds = f"{changing.watched} rounds"
    table.add_row("sent until seen", "", *_cells(changing.sent_to_seen), rounds)
    table.add_row("answered until seen", "", *_cells(changing.answered_to_seen), rounds)
    return table


def _add_load(table: Table, name: str, load: Served, measured: str) -> None:
    failed = f", {load.failures:,} failed: {load.first_failures[0]}" if load.failures else ""
    table.add_row(name, f"{load.per_s:,.0f}", *_cells(load.latency), f"{measured}{failed}")


def _write_table(alone: Alone) -> Table:
    visibility, commands = alone.visibility, alone.commands
    rounds = f"{visibility.rounds} rounds"
    table = _table("Command", "commands/s", "p50 ms", "p99 ms", "measured")
    for name, latency in (
        ("sent until seen", visibility.sent_to_seen),
        ("answered until seen", visibility.answered_to_seen),
        ("read with the command's token", visibility.read_with_token),
    ):
        table.add_row(name, "", *_cells(latency), rounds)
    per_s, clients = f"{commands.commands_per_s:,.0f}", f"{commands.clients} clients"
    table.add_row("change a price", per_s, *_cells(commands.latency), clients)
    caught_up = f"{commands.caught_up_after_ms:.1f}"
    table.add_row("caught up after the last", "", "", caught_up, "once")
    return table


def _memory_table(results: Results) -> Table:
    table = _table("Memory", "processes", "when ready, MB", "largest, MB", "together, MB")
    for role, memory in results.memory.items():
        ready = results.memory_when_ready.get(role)
        first = "" if ready is None else f"{ready.largest_mb:.0f}"
        held = (f"{memory.largest_mb:.0f}", f"{memory.total_mb:.0f}")
        table.add_row(role, str(memory.processes), first, *held)
    return table


def _bar_table(bars: Iterable[Bar]) -> Table:
    table = _table("Bar", "measured", "wanted", "")
    for bar in bars:
        verdict = "[green]ok[/]" if bar.met else "[bold red]MISSED[/]"
        table.add_row(bar.name, f"{bar.measured:.1f}", bar.wanted, verdict)
    return table


def _cells(latency: Latency) -> tuple[str, str]:
    return f"{latency.p50_ms:.1f}", f"{latency.p99_ms:.1f}"
