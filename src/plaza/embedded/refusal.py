class CannotStart(Exception):  # noqa: N818  the sentence is shown to whoever starts plaza
    """The embedded servers cannot work here; the message says why and what to do instead."""
