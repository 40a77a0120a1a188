"""Settings by which PostgreSQL notices that a process, or its network, has silently gone.

Until then, what the process held blocks others: rows, the sequencer's turn, a follower's lease.
"""

NOTICED_AFTER_S_MAX = 30

NOTICING_PEERS = {
    "idle_in_transaction_session_timeout": "30s",
    # Asked after 10 s without a word, and given up 15 s later; over TCP only.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    # The same, while an answer is on its way.
    "tcp_user_timeout": "25000",
}
"""Settings of a connection."""
