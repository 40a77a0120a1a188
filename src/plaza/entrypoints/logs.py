"""Log lines of all processes: JSON for machines, columns for people; secrets in neither."""

import logging
import re
from typing import Any

import structlog

from plaza.kernel.redaction import redacted, redacted_value
from plaza.settings import Settings

LEVELS = logging.getLevelNamesMapping()

# What moves a terminal's cursor, ends a line, or turns the direction of text around.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
CONTROL_IN_LINES = re.compile(CONTROL.pattern.replace(r"\x00-\x1f", r"\x00-\x09\x0b-\x1f"))
TRACEBACK = "exception"
SERVER = "_granian"
"""The logger of the server that runs the API, which does not pass on what it is told."""

Event = structlog.typing.EventDict
Processor = structlog.typing.Processor


def configure_logs(settings: Settings) -> None:
    """Set up structlog once for the process, and the libraries' loggers like it."""
    level = LEVELS[settings.log_level.upper()]
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    after: list[Processor] = [_tracebacks(settings), without_secrets, *_renderers(settings)]
    structlog.configure(
        processors=[*before, *after],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    remove_record = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*before, structlog.stdlib.add_logger_name],
        processors=[remove_record, *after],
    )
    handler.setFormatter(formatter)
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler])
    for own_handler in logging.getLogger(SERVER).handlers:
        own_handler.setFormatter(formatter)


def without_secrets(_logger: Any, _method: str, event: Event) -> Event:
    """Mask what is secret by its name or by its looks, wherever it stands."""
    cleaned: Event = redacted_value(dict(event))
    return cleaned


def on_one_line(_logger: Any, _method: str, event: Event) -> Event:
    """Encode what could forge a line of a log that people read; JSON does so by itself."""
    told = {name: _encoded(value) for name, value in event.items() if name != TRACEBACK}
    if TRACEBACK in event:
        lines = CONTROL_IN_LINES.sub(_escape, str(event[TRACEBACK])).split("\n")
        told[TRACEBACK] = "\n".join(f"    {line}" for line in lines)
    return told


def _tracebacks(settings: Settings) -> Processor:
    """Tracebacks without local variables, which hold passwords and tokens."""
    if settings.log_format == "console":
        return structlog.processors.format_exc_info
    transformer = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return structlog.processors.ExceptionRenderer(transformer)


def _renderers(settings: Settings) -> list[Processor]:
    if settings.log_format == "console":
        return [on_one_line, structlog.dev.ConsoleRenderer(colors=False)]
    return [structlog.processors.JSONRenderer()]


def _encoded(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else redacted(repr(value))
    return CONTROL.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    return repr(found[0])[1:-1]
