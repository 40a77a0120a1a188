"""The kinds of process that plaza is made of, as command lines."""

import os
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from plaza.kernel.loopback import LoopbackUrl
from plaza.settings import ENVIRONMENT_PREFIX, Settings

API_MEMORY_MIB_MAX = 512
"""An API process that grows beyond this is replaced by a fresh one, without a refused request."""
API_CONCURRENCY_MAX = 2048
"""Requests at work in one API process; more than may wait for a connection, so that health
answers while commands queue."""


def commands(settings: Settings) -> dict[str, list[str]]:
    """The sandbox is one of them only where it is asked for."""
    sandbox = {} if settings.sandbox_url is None else {"sandbox": _sandbox(settings.sandbox_url)}
    return {
        "api": [
            *(_program("granian"), "--interface", "asgi", "--factory"),
            "plaza.entrypoints.api:create_app",
            *("--host", settings.host, "--port", str(settings.port)),
            *("--workers", str(settings.workers), "--loop", "uvloop", "--no-ws"),
            # Frames of HTTP/2 may drip in for ever; it is for the proxy in front.
            *("--http", "1", "--http1-header-read-timeout", _milliseconds(settings)),
            *("--backlog", str(API_CONCURRENCY_MAX), "--backpressure", str(API_CONCURRENCY_MAX)),
            *("--respawn-failed-workers", "--respawn-interval", "0.5"),
            *("--workers-max-rss", str(API_MEMORY_MIB_MAX), "--workers-kill-timeout", "3"),
            *("--no-access-log", "--log-level", "warning"),
        ],
        "projector": [_program("saq"), "plaza.entrypoints.projector.settings", "--quiet"],
        "worker": [_program("saq"), "plaza.entrypoints.worker.settings", "--quiet"],
        **sandbox,
    }


def environment(settings: Settings, inherited: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What a child process sees: our environment, with the settings as they came out."""
    others = {k: v for k, v in inherited.items() if not k.startswith(ENVIRONMENT_PREFIX)}
    return {**others, **settings.environment(), "PYTHONUNBUFFERED": "1"}


def _sandbox(url: LoopbackUrl) -> list[str]:
    return [
        *(_program("granian"), "--interface", "asgi", "--factory"),
        "plaza.entrypoints.sandbox.server:create_sandbox",
        *("--host", url.host, "--port", str(url.port)),
        # One process: its books are kept by one thread.
        *("--workers", "1", "--loop", "uvloop", "--no-ws", "--http", "1"),
        *("--workers-kill-timeout", "2", "--no-access-log", "--log-level", "warning"),
    ]


def _milliseconds(settings: Settings) -> str:
    return str(int(settings.header_timeout_s * 1000))


def _program(name: str) -> str:
    """The program of this Python's environment, whatever PATH says."""
    return str(Path(sysconfig.get_path("scripts"), name))
