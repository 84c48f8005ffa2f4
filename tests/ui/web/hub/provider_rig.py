"""A small OpenID provider on loopback: it signs what a test says, and checks what a client must send."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

CLIENT, SECRET = "silo", "s e+cret"


@cache
def key_number(number: int) -> RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def published(key: RSAPrivateKey, key_id: str) -> dict[str, Any]:
    return {**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())), "kid": key_id, "use": "sig"}


@dataclass
class SmallProvider:
    """`claims` go into the next tokens beside the right ones; a claim of None is left out. `token` stands in
    for a signed one. `asked` are the requests for tokens."""

    key: RSAPrivateKey
    now: float
    issuer: str = ""
    key_id: str = "k1"
    claims: dict[str, Any] = field(default_factory=dict)
    token: str | None = None
    places: dict[str, Any] = field(default_factory=dict)
    keys: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    begun: dict[str, str] = field(default_factory=dict)

    def signed_in(self, place: str) -> dict[str, str]:
        """The person signs in where the browser was sent; what the browser brings back."""
        self.begun = {name: values[0] for name, values in parse_qs(urlsplit(place).query).items()}
        assert self.begun["redirect_uri"] == "https://hub.test/provider/back"
        assert self.begun["code_challenge_method"] == "S256"
        return {"state": self.begun["state"], "code": "the code"}

    def answer(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        self.asked.append(form)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        basic = base64.b64encode(b"silo:s+e%2Bcret").decode()
        if form.get("code") != "the code" or challenge != self.begun["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        if authorization != f"Basic {basic}":
            return 401, {"error": "invalid_client"}
        told = {
            "iss": self.issuer, "aud": CLIENT, "sub": "u-1", "iat": self.now, "exp": self.now + 300,
            "nonce": self.begun["nonce"], "name": "Zoé",
        } | self.claims  # fmt: skip
        claims = {name: value for name, value in told.items() if value is not None}
        signed = jwt.encode(claims, self.key, "RS256", {"kid": self.key_id})
        return 200, {"token_type": "Bearer", "access_token": "x", "id_token": self.token or signed}


@contextmanager
def small_provider(now: float) -> Iterator[SmallProvider]:
    found = SmallProvider(key_number(0), now)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/keys":
                self._say(200, {"keys": found.keys})
            else:
                assert self.path == "/realm/.well-known/openid-configuration"
                self._say(200, found.places)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._say(*found.answer(form, self.headers.get("Authorization", "")))

        def _say(self, status: int, told: dict[str, Any]) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_port}"
    found.issuer = f"{url}/realm"
    found.places = {
        "issuer": found.issuer, "authorization_endpoint": f"{url}/authorize",
        "token_endpoint": f"{url}/token", "jwks_uri": f"{url}/keys",
    }  # fmt: skip
    found.keys = [published(found.key, "k1")]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
