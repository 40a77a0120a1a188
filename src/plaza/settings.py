"""What the environment may set: one class, every field a `PLAZA_…` variable."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from plaza.kernel.environment import given_texts
from plaza.kernel.hosts import Hosts
from plaza.kernel.loopback import LoopbackUrl
from plaza.kernel.money import known_currencies
from plaza.kernel.networks import Networks
from plaza.kernel.oidc_providers import OidcProviders
from plaza.kernel.origins import Origins
from plaza.kernel.rate_policies import RatePolicies
from plaza.kernel.redaction import REDACTED, is_secret_name, redacted
from plaza.kernel.secret_strength import weakness_of

ENVIRONMENT_PREFIX = "PLAZA_"
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  recognized, not listened on
SECRET_LENGTH_MIN = 32
PASSWORD_LENGTH_MIN = 12

Port = Annotated[int, Meta(ge=1, le=65535)]
Positive = Annotated[int, Meta(ge=1)]
NotNegative = Annotated[int, Meta(ge=0)]
PositiveSeconds = Annotated[float, Meta(gt=0, le=86_400)]
HeaderSeconds = Annotated[float, Meta(ge=0.001, le=60)]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$")]


class InvalidSetting(Exception):  # noqa: N818  the sentence is shown to whoever starts plaza
    """A variable that cannot be used; the message names it and says what is wanted."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of every plaza process.

    Each field is read from the environment variable `PLAZA_<FIELD IN CAPITALS>`, or from the file
    that `PLAZA_<FIELD IN CAPITALS>_FILE` names.
    """

    host: str = "127.0.0.1"
    """Address that the API listens on."""
    port: Port = 8000
    """Port that the API listens on."""
    workers: Positive = 1
    """API processes that `plaza up` starts."""
    allowed_hosts: Hosts = Hosts()
    """What a Host header may name beside loopback's and `host`: `shop.example, *.b.example`."""
    cors_origins: Origins = Origins()
    """Web origins whose pages may call: `https://shop.example`; `*`: every one, without cookies."""
    trusted_proxies: Networks = Networks()
    """Addresses and networks of the proxies whose X-Forwarded-For and -Proto are believed."""
    header_timeout_s: HeaderSeconds = 30.0
    """Longest wait for the headers of the first or the next request on a connection."""
    body_timeout_s: PositiveSeconds = 20.0
    """Longest wait for the whole body of a request before 408."""
    unread_timeout_s: PositiveSeconds = 60.0
    """Longest wait for a client to take anything of its answer before its connection is closed."""
    rate_limits: RatePolicies = RatePolicies()
    """What differs from the default limits, as in `log_in=10/60s:20,public_reads=off`."""
    rate_limits_exempt_loopback: bool = False
    """Count nothing that comes from this machine; on under `plaza up` with embedded servers."""
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
    storefront_url: Annotated[str, Meta(pattern=r"^https?://\S+$")] | None = None
    """Where the links in mails lead: `/verify-email`, `/reset-password`, `/invitations`, `/orders`
    in it; unset: the address that the API listens on."""
    public_url: Annotated[str, Meta(pattern=r"^https?://\S+$")] | None = None
    """Where browsers reach this API, for other providers' log-ins; unset: as `storefront_url`."""
    oidc_providers: OidcProviders = OidcProviders()
    """Who else may vouch for people, as JSON: docs/operating.md, Log-in with other providers."""
    mail_from: str = "plaza <no-reply@plaza.example>"
    """Who mails are from: the marketplace's name and an address of yours."""
    smtp_host: str | None = None
    """The server that mails are handed to; unset: they are put under the data folder."""
    smtp_port: Port = 587
    """587 goes with starttls, 465 with tls."""
    smtp_username: str | None = None
    """Log-in at the server, where it wants one."""
    smtp_password: str | None = None
    """Its password; never sent without encryption, unless `smtp_encryption` is none."""
    smtp_encryption: Literal["starttls", "tls", "none"] = "starttls"
    """What the connection must have; where the server does not offer it, nothing is sent."""
    order_mails: bool = True
    """Whether buyers and vendors are told of orders by mail."""
    sandbox_url: LoopbackUrl | None = None
    """Where the sandbox of payments works: play money, on this machine only. Unset: it is not
    offered, as befits a marketplace that sells; `plaza up` with the embedded servers sets it."""
    sandbox_webhooks: bool = True
    """Whether the sandbox tells the API what became of payments, as providers do."""
    payment_timeout_s: PositiveSeconds = 10.0
    """Longest wait for a payment provider's answer; what came of it is asked for afterwards."""
    manual_payments: bool = True
    """Whether shoppers may pay by bank transfer, which operators confirm."""
    bank_transfer_days: Positive = 7
    """Days that an order waits for a bank transfer."""
    payment_capture: Literal["at_placement", "by_operator"] = "at_placement"
    """When cards are charged: as the order is placed, or as an operator captures the payment."""
    checkout_minutes: Positive = 30
    """Minutes that an order waits for its shopper to bring the payment to an end."""
    vendor_acceptance: bool = False
    """Whether vendors accept or decline each order; off: an order is accepted as it is placed."""
    acceptance_hours: Positive = 48
    """Hours that a vendor has to accept an order before it expires, where vendors accept."""
    low_stock_at: NotNegative = 5
    """At how many available units vendors are warned, of offers for which they have set nothing."""
    cart_days: Positive = 30
    """Days that a cart is kept after its last change."""
    reserve_in_cart: bool = False
    """Whether what lies in a cart is reserved for it; off: what is in stock is whose who pays."""
    cart_reservation_minutes: Positive = 15
    """Minutes that a cart reserves what lies in it after its last change, where carts do."""
    command_pool_size: Positive = 10
    """Database connections that commands of one API process share."""
    read_pool_size: Positive = 10
    """Database connections that public reads of one API process share."""
    private_pool_size: Positive = 5
    """Database connections that vendors' and accounts' reads of one API process share."""
    admission_timeout_s: PositiveSeconds = 5.0
    """Longest wait of a command or a read for a connection before 503."""
    admission_queue_size: Positive = 1000
    """Commands that may wait for a connection before further ones get 503 at once; vendors' and
    accounts' reads too, by themselves."""
    body_size_max: Positive = 10_000_000
    """Largest accepted request body in bytes."""
    password_hash_workers: Positive = max(1, (os.cpu_count() or 1) // 2)
    """Threads that hash passwords (19 MiB each while they do): half of the cores unless set."""
    password_hash_queue_size: Positive = 100
    """Passwords that may wait for such a thread before further ones get 503 at once."""
    near_cache_mb: NotNegative = 64
    """Megabytes of answers that one API process keeps in memory; 0: none, nothing is shared."""
    served_copies: bool = True
    """Whether answers are also kept in Redis, for all API processes."""
    read_fills_max: Positive = 10
    """Public answers that one API process asks PostgreSQL for at once."""
    read_fills_queue_size: Positive = 1000
    """Public answers that may wait for that before further ones get 503 at once."""
    outbox_partition_size: Positive = 5_000_000
    """Events in one partition of the outbox."""
    log_kept_days: NotNegative = 0
    """Days after which old partitions of the log are dropped, once nothing needs them; 0: never."""
    audited_keys: NotNegative = 50
    """Documents of each table of a read model that are compared with the log now and then, and put
    right where they differ; 0: none."""
    cdn_kept_s: NotNegative = 0
    """Seconds that a CDN may keep public answers (s-maxage); 0: it asks each time, as browsers."""
    cdn_stale_s: NotNegative = 0
    """Seconds after that in which it may still answer while it asks (stale-while-revalidate)."""
    cdn_tag_header: Literal["off", "surrogate-key", "cache-tag"] = "off"
    """The header that names what an answer was made of, for CDNs that purge by such names."""
    bench: bool = False
    """Add the route of constant bytes that `scripts/bench` measures the ceiling with."""
    log_level: Annotated[str, Meta(pattern="^(debug|info|warning|error)$")] = "info"
    """One of debug, info, warning, error."""
    log_format: Annotated[str, Meta(pattern="^(json|console)$")] = "json"
    """json for machines, console for people."""

    def secret(self) -> bytes:
        """The secret that every process of this installation shares.

        Raises:
            InvalidSetting: it is too weak to be one.
        """
        if self.secret_key is not None:
            return _checked_secret(self.secret_key, f"{ENVIRONMENT_PREFIX}SECRET_KEY")
        return _secret_in(self.secret_file)

    @property
    def secret_file(self) -> Path:
        """Where the secret is kept, and made at the first start, when it is not set."""
        return self.data_dir / "secret.key"

    def storefront(self) -> str:
        """Where the links in mails lead; unset, to this machine."""
        host = "127.0.0.1" if self.host in EVERYWHERE else self.host
        return self.storefront_url or f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def check_operator_password(self) -> None:
        """Refuse a chosen password that is easily guessed; for servers that others can reach.

        Raises:
            InvalidSetting: it is too weak.
        """
        weakness = weakness_of(self.operator_password or "", PASSWORD_LENGTH_MIN)
        if self.operator_password is not None and weakness is not None:
            message = (
                f"{ENVIRONMENT_PREFIX}OPERATOR_PASSWORD {weakness}. `openssl rand -base64 18` "
                "makes a good one; without the setting one is made and printed once."
            )
            raise InvalidSetting(message)

    def __repr__(self) -> str:
        """What may stand in a log."""
        shown: dict[str, str] = {}
        for name in self.__struct_fields__:
            value = getattr(self, name)
            is_secret = isinstance(value, str) and is_secret_name(name)
            shown[name] = REDACTED if is_secret else redacted(repr(value))
        return f"Settings({', '.join(f'{name}={text}' for name, text in shown.items())})"

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
    try:
        texts = given_texts(environment, ENVIRONMENT_PREFIX, Settings.__struct_fields__)
    except ValueError as error:
        raise InvalidSetting(str(error)) from None
    try:
        settings = msgspec.convert(texts, Settings, strict=False, dec_hook=_decode_text)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$.")
        field = path.rstrip("`")
        text = REDACTED if is_secret_name(field) else repr(redacted(texts.get(field, "")))
        raise InvalidSetting(f"{_variable(field)}={text} cannot be used: {problem}.") from None
    if settings.currency not in known_currencies():
        message = (
            f"{_variable('currency')}={settings.currency!r} cannot be used: it is tender nowhere"
        )
        raise InvalidSetting(f"{message}; wanted is a code of ISO 4217, as in EUR.")
    return settings


def _variable(field: str) -> str:
    return ENVIRONMENT_PREFIX + field.upper()


def _decode_text(wanted: type, value: str) -> object:
    return wanted(value)


def _as_variable(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _checked_secret(secret: str, source: str) -> bytes:
    weakness = weakness_of(secret, SECRET_LENGTH_MIN)
    if weakness is not None:
        raise InvalidSetting(f"{source} {weakness}. `openssl rand -base64 48` makes a good one.")
    return secret.encode()


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
    return _checked_secret(file.read_text().strip(), str(file))
