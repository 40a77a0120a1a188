"""Which types of event this version of plaza knows, whoever subscribes to them."""

from collections.abc import Iterator

from plaza.kernel.event import Event


def known_types() -> set[str]:
    """The types of all events that are defined; a log may hold those of a newer version too."""
    return {kind.type() for kind in _kinds(Event) if kind.__struct_config__.tag is not None}


def _kinds(kind: type[Event]) -> Iterator[type[Event]]:
    for below in kind.__subclasses__():
        yield below
        yield from _kinds(below)
