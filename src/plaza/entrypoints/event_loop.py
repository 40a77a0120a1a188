"""The event loop of the processes that SAQ starts; granian is told its own on its command line."""

import asyncio
import sys

if sys.platform != "win32":
    import uvloop


def use_fast_loop() -> None:
    """Make loops of libuv from now on; SAQ makes its own, after the settings are imported."""
    if sys.platform != "win32":
        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
