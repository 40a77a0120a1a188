"""A provider of OpenID Connect: a real HTTP server on a free port, honest unless told otherwise."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

Claims = dict[str, Any]
Answered = tuple[int, bytes, dict[str, str]]


def a_key(kid: str = "first") -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


@dataclass
class Asked:
    """What a log-in at the provider was begun with."""

    nonce: str
    challenge: str
    redirect_uri: str


@dataclass
class Provider:
    """One provider; tests change its claims, its way to sign and its answers."""

    issuer: str = ""
    client_id: str = "plaza-of-tests"
    client_secret: str = "a secret: with %, + and &"
    key: RSAKey = field(default_factory=a_key)
    published: list[RSAKey | ECKey] = field(default_factory=list)
    person: Claims = field(default_factory=dict)
    """The claims about who is logged in at the provider."""
    change: Callable[[Claims], object] = lambda _: None
    """Changes the claims of the id token before it is signed."""
    sign: Callable[["Provider", Claims], str] | None = None
    answers: dict[str, Answered] = field(default_factory=dict)
    """Answers by path in place of the honest ones."""
    userinfo: Claims | None = None
    forgets_codes: bool = True
    codes: dict[str, Asked] = field(default_factory=dict)
    asked_paths: list[str] = field(default_factory=list)
    stop: Callable[[], object] = lambda: None

    def description(self) -> Claims:
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        return told | ({} if self.userinfo is None else {"userinfo_endpoint": f"{self.issuer}/me"})

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": self.client_id,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            **self.person,
        }
        self.change(claims)
        if self.sign is not None:
            return self.sign(self, claims)
        header = {"alg": "RS256", "kid": self.key.kid}
        return jwt.encode(header, claims, self.key, algorithms=["RS256"])

    def settings(self) -> str:
        """What PLAZA_OIDC_PROVIDERS holds for it."""
        told = {
            "issuer": self.issuer,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }
        return json.dumps({"friend": told})

    def answered(self, path: str, query: dict[str, str], sent: dict[str, str]) -> Answered:
        self.asked_paths.append(path)
        if path in self.answers:
            return self.answers[path]
        return {
            "/.well-known/openid-configuration": lambda: _json(self.description()),
            "/keys": lambda: _json(KeySet([*self.published, self.key]).as_dict()),
            "/authorize": lambda: self._authorized(query),
            "/token": lambda: self._exchanged(query, sent),
            "/me": lambda: _json(self.userinfo, 200 if self.userinfo is not None else 404),
        }.get(path, lambda: _json({}, 404))()

    def _authorized(self, query: dict[str, str]) -> Answered:
        assert query["response_type"] == "code"
        assert query["client_id"] == self.client_id
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = Asked(query["nonce"], query["code_challenge"], query["redirect_uri"])
        # Real providers send more along than the standard names.
        told = {"code": code, "state": query["state"], "session_state": "s", "authuser": "0"}
        return 302, b"", {"location": f"{query['redirect_uri']}?{urlencode(told)}"}

    def _exchanged(self, form: dict[str, str], sent: dict[str, str]) -> Answered:
        asked = self.codes.get(form.get("code", ""))
        secret = f"{self.client_id}:{self.client_secret}".encode()
        if sent.get("authorization") != f"Basic {base64.b64encode(secret).decode()}":
            return _json({"error": "invalid_client"}, 401)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        is_good = (
            asked is not None
            and form.get("grant_type") == "authorization_code"
            and form.get("redirect_uri") == asked.redirect_uri
            and encoded(digest) == asked.challenge
        )
        if asked is None or not is_good:
            return _json({"error": "invalid_grant"}, 400)
        if self.forgets_codes:
            del self.codes[form["code"]]
        told = {
            "access_token": "at",
            "token_type": "Bearer",
            "id_token": self.id_token(asked.nonce),
        }
        return _json(told)


@contextmanager
def a_provider() -> Iterator[Provider]:
    """Run a provider until left."""
    provider = Provider()

    class Answering(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            size = int(self.headers.get("content-length", 0))
            text = self.rfile.read(size).decode() if size else parts.query
            query = {name: values[0] for name, values in parse_qs(text).items()}
            sent = {name.lower(): value for name, value in self.headers.items()}
            status, body, headers = provider.answered(parts.path, query, sent)
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _answer  # noqa: N815  the names that http.server asks for

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    provider.stop = stop
    try:
        yield provider
    finally:
        stop()


def _json(value: Any, status: int = 200) -> Answered:
    return status, json.dumps(value).encode(), {"content-type": "application/json"}
