"""Log lines of all processes: JSON for machines, columns for people."""

import logging

import structlog

from plaza.settings import Settings

LEVELS = logging.getLevelNamesMapping()


def configure_logs(settings: Settings) -> None:
    """Set up structlog once for the process."""
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer()
    if settings.log_format == "console":
        renderer = structlog.dev.ConsoleRenderer(colors=False)
    level = LEVELS[settings.log_level.upper()]
    logging.basicConfig(level=max(level, logging.WARNING), format="%(name)s: %(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _tracebacks(settings),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )


def _tracebacks(settings: Settings) -> structlog.typing.Processor:
    """Tracebacks without local variables, which hold passwords and tokens."""
    if settings.log_format == "console":
        return structlog.processors.format_exc_info
    transformer = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return structlog.processors.ExceptionRenderer(transformer)
