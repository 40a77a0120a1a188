"""How PostgreSQL plans for connections that look everything up by keys."""

KEYED_PLANS = {
    "jit": "off",
    # Left to choose, PostgreSQL plans the dearest of such statements anew at every run, since it
    # overrates what arrays of unknown length hold.
    "plan_cache_mode": "force_generic_plan",
    # A plan is kept for as long as nobody analyzes its tables. Made while they hold a hundred rows,
    # it would read all of them; on a new marketplace that were thousands a minute later.
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}
"""Settings of a connection."""
