"""Connections whose clients ask and do not read are closed by the kernel."""

import asyncio
import os
import socket
import stat
from pathlib import Path

OPEN_FILES = Path("/proc/self/fd")
IS_POSSIBLE = hasattr(socket, "TCP_USER_TIMEOUT") and OPEN_FILES.exists()
FIRST_WAIT_S, WAIT_S_MAX = 0.01, 5.0


async def bound_unread_answers(timeout_s: float) -> None:
    """Let every connection that this process accepts end when nothing is taken for so long.

    The server has no deadline for writing, and holds an answer as long as the connection. A socket
    that is accepted inherits TCP_USER_TIMEOUT of the one that listens. That one is the server's
    own, and is there soon after the application has started: it is looked for among the open
    files. Systems without that option have no such bound.
    """
    if not IS_POSSIBLE:
        return
    wait_s = FIRST_WAIT_S
    while not bound_listeners(int(timeout_s * 1000)) and wait_s < WAIT_S_MAX:
        await asyncio.sleep(wait_s)
        wait_s *= 2


def bound_listeners(timeout_ms: int) -> int:
    """Set the option on this process's listening TCP sockets; gives how many there are."""
    return sum(_is_bound(int(entry.name), timeout_ms) for entry in OPEN_FILES.iterdir())


def _is_bound(number: int, timeout_ms: int) -> bool:
    try:
        if not stat.S_ISSOCK(os.fstat(number).st_mode):
            return False
        copy = os.dup(number)
    except OSError:
        # Closed meanwhile, as the list of open files itself.
        return False
    with socket.socket(fileno=copy) as opened:
        is_tcp = opened.family in {socket.AF_INET, socket.AF_INET6}
        if not is_tcp or not opened.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            return False
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, timeout_ms)
        return True
