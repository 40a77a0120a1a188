"""Why something asked for is not done: anticipated outcomes, kept apart from bugs."""

from typing import Any, ClassVar


class Refusal(Exception):  # noqa: N818  a refusal is an answer, not an error
    """The base of all refusals; each is named by its reason, in the file that raises it.

    Attributes:
        code: stable and snake_case; clients branch on it.
        is_passing: whether the same request may succeed in a moment, so that the refusal is not
            kept as what its Idempotency-Key has come to.
        members: further members of the problem document.
    """

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[str]
    is_passing: ClassVar[bool] = False

    def __init__(self, detail: str, **members: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.members = members


class Malformed(Refusal):
    """Input that no state of the marketplace would make acceptable."""

    status = 400
    code = "malformed"
    title = "The request cannot be read"


class NotAuthenticated(Refusal):
    status = 401
    code = "not_authenticated"
    title = "Authentication is needed"


class Forbidden(Refusal):
    """Not allowed on something that the caller may see."""

    status = 403
    code = "forbidden"
    title = "Not allowed"


class NotThere(Refusal):
    """Not there or not yours: the same answer, so that nobody learns which."""

    status = 404
    code = "not_found"
    title = "Not found"

    def __init__(self) -> None:
        super().__init__("There is nothing here that you may see.")


class Conflict(Refusal):
    """Not possible in the present state."""

    status = 409
    code = "conflict"
    title = "Conflict with the present state"


class Unprocessable(Refusal):
    """Well-formed, but against a rule."""

    status = 422
    code = "unprocessable"
    title = "Refused by a rule"


class Unavailable(Refusal):
    """Not now; the caller may try again.

    Attributes:
        retry_after_s: when it is worth trying.
    """

    status = 503
    code = "unavailable"
    title = "Not available right now"

    def __init__(self, detail: str, retry_after_s: int = 1, **members: Any) -> None:
        super().__init__(detail, **members)
        self.retry_after_s = retry_after_s


class IllegalTransition(Conflict):
    """A status that cannot be reached from the present one; `advice` says what to do instead."""

    code = "illegal_transition"

    def __init__(
        self,
        noun: str,
        current: str,
        wanted: str,
        allowed: list[str],
        *,
        advice: str | None = None,
        **members: Any,
    ) -> None:
        choices = ", ".join(allowed) or "nothing"
        article = "An" if noun[0] in "aeiou" else "A"
        told = f"{article} {noun} that is {current} cannot become {wanted}"
        sentences = [f"{told}; it can become {choices}.", *([advice] if advice else [])]
        super().__init__(
            " ".join(sentences), **{"from": current, "to": wanted, "allowed": allowed}, **members
        )


class StaleVersion(Refusal):
    """Somebody else changed it since the caller read it."""

    status = 412
    code = "stale_version"
    title = "Changed by somebody else meanwhile"

    def __init__(self, current: int | None = None) -> None:
        members = {} if current is None else {"current_version": current}
        super().__init__("Read the present version and send it as If-Match.", **members)


class VersionRequired(Refusal):
    status = 428
    code = "version_required"
    title = "If-Match is needed"

    def __init__(self) -> None:
        super().__init__('Send the version that you read as If-Match: "<version>".')
