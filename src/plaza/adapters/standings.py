"""What callers may do now, asked of the contexts that know it."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from plaza.kernel.actor import MARKET
from plaza.reading.pools import PrivateReads
from plaza.web.callers import AccountStandings, KeyStandings
from plaza.web.standings import Changes, KeyStanding, Notes, Remembered, Standing

ACCOUNT = """
    SELECT a.is_operator, coalesce(m.vendors, '{}') AS vendors, coalesce(m.roles, '{}') AS roles
    FROM identity.session s JOIN identity.account a ON a.id = s.account_id
    CROSS JOIN LATERAL (
        SELECT array_agg(m.vendor_id) AS vendors, array_agg(m.role) AS roles
        FROM vendors.member m WHERE m.account_id = a.id) m
    WHERE s.id = $1 AND a.id = $2 AND a.erased_at IS NULL
        AND s.revoked_at IS NULL AND s.expires_at > now()
"""

API_KEY = """
    SELECT id, vendor_id, scopes, expires_at FROM vendors.api_key
    WHERE secret_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
"""

# A transaction that this snapshot does not see yet has the number of the horizon or a higher one.
# The next query begins there: it may repeat some notes, but misses none.
NOTES = """
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon,
        n.txid::text::bigint AS txid, n.subject
    FROM (SELECT 1) one LEFT JOIN writing.standing_change n ON n.txid >= $1::text::xid8
"""


def account_standings(reads: PrivateReads, changes: Changes) -> AccountStandings:
    """Standings by session and account; a session that has ended has none."""

    async def lookup(place: tuple[UUID, UUID]) -> Standing | None:
        async with reads.within(MARKET) as connection:
            row = await connection.fetchrow(ACCOUNT, *place)
        if row is None:
            return None
        roles = dict(zip(row["vendors"], row["roles"], strict=True))
        return Standing(is_operator=row["is_operator"], roles=roles)

    return Remembered(changes, lookup, lambda place, _: place)


def key_standings(reads: PrivateReads, changes: Changes) -> KeyStandings:
    """Standings of API keys by the digest of their secret."""

    async def lookup(digest: bytes) -> KeyStanding | None:
        async with reads.within(MARKET) as connection:
            row = await connection.fetchrow(API_KEY, digest)
        if row is None:
            return None
        scopes = frozenset(row["scopes"])
        return KeyStanding(row["id"], row["vendor_id"], scopes, row["expires_at"])

    return Remembered(changes, lookup, lambda _, standing: (standing.key_id,))


def ask_notes(reads: PrivateReads) -> Callable[[int], Awaitable[Notes]]:
    """Asks whose standing has changed."""

    async def ask(horizon: int) -> Notes:
        async with reads.within(MARKET) as connection:
            rows = await connection.fetch(NOTES, str(horizon))
        told = frozenset((row["txid"], row["subject"]) for row in rows if row["subject"])
        return Notes(rows[0]["horizon"], told)

    return ask
