"""How PostgreSQL plans for connections that look everything up by keys."""

KEYED_PLANS = {
    "jit": "off",
    # Left to choose, PostgreSQL plans the costliest of such statements anew at every run, since it
    # overrates what arrays of unknown length hold.
    "plan_cache_mode": "force_generic_plan",
    # A plan is kept until somebody analyzes its tables. One made while they hold a hundred rows
    # reads all of them, which on a new marketplace are thousands a minute later.
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}
"""Settings of a connection."""
