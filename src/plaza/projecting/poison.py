"""What goes wrong because of a fact, told from what goes wrong around it."""

import asyncpg

from plaza.projecting.steps import Fenced

# SQLSTATE classes: cardinality, data, constraints, names and rights, a limit, check option, raised.
OF_THE_FACT = ("21", "22", "23", "42", "54", "44", "P0")

# The build was taken away from under the follower; there is another one to look for.
OF_THE_BUILD = (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError)

AROUND_IT = (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError, Fenced)


def is_poison(error: Exception) -> bool:
    """Whether the same facts would fail again, however often they are tried.

    A failure of the server or of the connection is no poison: it passes by itself.
    """
    if isinstance(error, asyncpg.PostgresError):
        code = error.sqlstate or ""
        return code.startswith(OF_THE_FACT) and not isinstance(error, OF_THE_BUILD)
    # Something that the driver cannot encode may be an InterfaceError, and is a ValueError then.
    return isinstance(error, ValueError) or not isinstance(error, AROUND_IT)
