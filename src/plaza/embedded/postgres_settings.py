from collections.abc import Mapping
from pathlib import Path

SETTINGS = {
    "listen_addresses": "",  # Nothing outside this machine, nor other users of it, may connect.
    "unix_socket_permissions": "0700",
    "max_connections": "400",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",  # The binaries come without LLVM.
    "max_prepared_transactions": "0",  # An orphan would hold the sequencer's snapshot for ever.
    "idle_in_transaction_session_timeout": "30s",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "tcp_keepalives_idle": "30",
    "client_connection_check_interval": "2s",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
FOR_TESTS = {
    "max_connections": "1600",  # Many marketplaces stand side by side.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


def settings_text(sockets: Path, *, durable: bool, overrides: Mapping[str, str]) -> str:
    """The whole `postgresql.conf`."""
    chosen = {**SETTINGS, "unix_socket_directories": str(sockets)}
    chosen |= {} if durable else FOR_TESTS
    chosen |= overrides
    lines = [f"{name} = {_quoted(value)}" for name, value in chosen.items()]
    return "\n".join(["# Written by plaza at every start.", *lines, ""])


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
