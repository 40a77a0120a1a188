"""Where the sandbox of payments works beside a marketplace that is tried out."""

import socket

import msgspec

from plaza.entrypoints.connected import Connected
from plaza.kernel.loopback import LoopbackUrl
from plaza.settings import Settings

HOST = "127.0.0.1"
DISTANCE = 1000
"""From the API's port: a second marketplace is likely to take the next one."""
ATTEMPTS = 50
PORT_MIN, PORT_MAX = 1024, 65_535


def with_sandbox(connected: Connected, given: Settings) -> Connected:
    """Offer play money where the servers are the embedded ones; a chosen address is kept.

    Args:
        connected: settings whose servers work.
        given: the settings before addresses were filled in. A database of one's own may hold a
            marketplace that sells, so there the sandbox has to be asked for.
    """
    settings = connected.settings
    is_own = connected.servers is None or given.database_url is not None
    if settings.sandbox_url is not None or is_own:
        return connected
    url = LoopbackUrl(f"http://{HOST}:{_spare_port(settings.port)}")
    return Connected(msgspec.structs.replace(settings, sandbox_url=url), connected.servers)


def _spare_port(api_port: int) -> int:
    """The same one at every start as long as nobody else takes it: links lead to it."""
    span = PORT_MAX - PORT_MIN + 1
    wanted = [PORT_MIN + (api_port + DISTANCE + n - PORT_MIN) % span for n in range(ATTEMPTS)]
    return next((port for port in wanted if port != api_port and _is_free(port)), wanted[0])


def _is_free(port: int) -> bool:
    with socket.socket() as attempt:
        # As the sandbox itself does: connections that are still closing are no rival.
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((HOST, port))
            attempt.listen()
        except OSError:
            return False
    return True
