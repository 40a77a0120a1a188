"""What the environment may set: one class, every field a `PLAZA_…` variable."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

ENVIRONMENT_PREFIX = "PLAZA_"
SECRET_BYTES_MIN = 32

Port = Annotated[int, Meta(ge=1, le=65535)]
Positive = Annotated[int, Meta(ge=1)]
PositiveSeconds = Annotated[float, Meta(gt=0)]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$")]


class InvalidSetting(Exception):  # noqa: N818  the sentence is shown to whoever starts plaza
    """A variable that cannot be used; the message names it and says what is wanted."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of every plaza process.

    Each field is read from the environment variable `PLAZA_<FIELD IN CAPITALS>`.
    """

    host: str = "127.0.0.1"
    """Address that the API listens on."""
    port: Port = 8000
    """Port that the API listens on."""
    workers: Positive = 1
    """API processes that `plaza up` starts."""
    database_url: str | None = None
    """`postgresql://…` of a real server; unset: `plaza up` starts the embedded one."""
    redis_url: str | None = None
    """`redis://…` or `unix://…` of a real server; unset: `plaza up` starts the embedded one."""
    data_dir: Path = Path(".plaza")
    """Folder of the embedded servers' data and of the secrets made at the first start."""
    secret_key: str | None = None
    """At least 32 characters; signs tokens and cursors. Unset: made once under the data folder."""
    operator_email: str = "operator@plaza.example"
    """Log-in of the operator account that the first start creates."""
    operator_password: str | None = None
    """The operator's password; unset: `demo-operator` with the demo, else made and printed once."""
    demo: bool = True
    """Load the demo marketplace at the first `plaza up`; 0 starts empty."""
    currency: Currency = "GBP"
    """The marketplace's currency: prices are shown in it where a reader names none."""
    require_verified_email: bool = True
    """Refuse log-in until the e-mail is verified; off under `plaza up` with embedded servers."""
    command_pool_size: Positive = 10
    """Database connections that commands of one API process share."""
    read_pool_size: Positive = 10
    """Database connections that public reads of one API process share."""
    private_pool_size: Positive = 5
    """Database connections that vendors' and accounts' reads of one API process share."""
    admission_timeout_s: PositiveSeconds = 5.0
    """Longest wait of a command for a connection before 503."""
    admission_queue_size: Positive = 1000
    """Commands that may wait for a connection before further ones get 503 at once."""
    body_size_max: Positive = 10_000_000
    """Largest accepted request body in bytes."""
    password_hash_workers: Positive = 2
    """Threads that hash passwords (19 MiB each while they do)."""
    outbox_partition_size: Positive = 5_000_000
    """Events in one partition of the outbox."""
    bench: bool = False
    """Add the route of constant bytes that `scripts/bench` measures the ceiling with."""
    log_level: Annotated[str, Meta(pattern="^(debug|info|warning|error)$")] = "info"
    """One of debug, info, warning, error."""
    log_format: Annotated[str, Meta(pattern="^(json|console)$")] = "json"
    """json for machines, console for people."""

    def secret(self) -> bytes:
        """The secret that every process of this installation shares.

        Raises:
            InvalidSetting: it is too short to be one.
        """
        if self.secret_key is not None:
            return _checked_secret(self.secret_key.encode(), f"{ENVIRONMENT_PREFIX}SECRET_KEY")
        return _secret_in(self.data_dir / "secret.key")

    def environment(self) -> dict[str, str]:
        """These settings as the variables that a child process reads them from."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return {
            _variable(name): _as_variable(value)
            for name, value in values.items()
            if value is not None
        }


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises:
        InvalidSetting: a value is not usable, or a variable that begins with `PLAZA_` is unknown.
    """
    known = {_variable(name): name for name in Settings.__struct_fields__}
    given = {key: text for key, text in environment.items() if key.startswith(ENVIRONMENT_PREFIX)}
    unknown = sorted(given.keys() - known.keys())
    if unknown:
        message = f"{unknown[0]} is not a setting of plaza. The settings are: {', '.join(known)}."
        raise InvalidSetting(message)
    fields = {known[key]: text for key, text in given.items()}
    try:
        return msgspec.convert(fields, Settings, strict=False, dec_hook=_decode_path)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$.")
        variable = _variable(path.rstrip("`"))
        message = f"{variable}={given.get(variable, '')!r} cannot be used: {problem}."
        raise InvalidSetting(message) from error


def _variable(field: str) -> str:
    return ENVIRONMENT_PREFIX + field.upper()


def _decode_path(wanted: type, value: str) -> object:
    return wanted(value)


def _as_variable(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _checked_secret(secret: bytes, source: str) -> bytes:
    if len(secret) < SECRET_BYTES_MIN:
        message = (
            f"{source} has {len(secret)} characters; at least {SECRET_BYTES_MIN} random ones "
            "are needed. `openssl rand -base64 48` makes a good one."
        )
        raise InvalidSetting(message)
    return secret


def _secret_in(file: Path) -> bytes:
    """The secret kept in a file, made by whichever process comes first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(48))
    try:
        # A hard link is atomic and refuses to replace what another process made first.
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return _checked_secret(file.read_bytes().strip(), str(file))
