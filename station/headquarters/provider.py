"""Signing in with the organisation's own accounts: OpenID Connect, authorization code with PKCE.

The browser is sent to the provider with a state, a nonce and the digest of a verifier; it comes back with a
code, which is exchanged for an ID token. What that says counts once its signature is that of a key that the
provider publishes, and issuer, audience, times and nonce are right."""

import base64
import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx2
import jwt

from drivers.text import clean_text
from station.hub.settings import OidcSettings

PATH = "/provider/back"
_WELL_KNOWN = "/.well-known/openid-configuration"
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_KEY_TYPES = ("RSA", "EC", "OKP")  # never a shared secret
_ANSWER_S = 10.0
_KEPT, _AGAIN, _LEEWAY = timedelta(hours=1), timedelta(minutes=1), timedelta(minutes=1)
_LONGEST_NAME = 60


class ProviderAway(Exception):
    """The provider cannot be reached, or does not say what one says."""


class ProviderRefused(Exception):
    """What came back proves nothing; the message says why, for the log."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in that is under way; the browser keeps it, signed, until it comes back."""

    state: str
    nonce: str
    verifier: str
    to: str


@dataclass(frozen=True, slots=True)
class Account:
    """Who signed in: `subject` is theirs for good at this provider, `roles` are what their groups give."""

    subject: str
    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the provider published, as of `at`."""

    places: Mapping[str, Any]
    keys: tuple[Mapping[str, Any], ...]
    at: datetime


@dataclass
class Provider:
    settings: OidcSettings
    secret: str
    clock: Callable[[], datetime]
    _known: _Known | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def has_roles(self) -> bool:
        return bool(self.settings.roles)

    def begin(self, to: str) -> tuple[str, Pending]:
        """Return where the browser goes, and what it must bring back. Raises ProviderAway."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        pending = Pending(state, nonce, verifier, to)
        digest = hashlib.sha256(pending.verifier.encode()).digest()
        asked = {
            "response_type": "code", "client_id": self.settings.client_id, "redirect_uri": self._back,
            "scope": " ".join(self.settings.scopes), "state": pending.state, "nonce": pending.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }  # fmt: skip
        place = self._published().places["authorization_endpoint"]
        return f"{place}{'&' if urlsplit(place).query else '?'}{urlencode(asked)}", pending

    def finish(self, pending: Pending, state: str, code: str) -> Account:
        """Return who the code stands for. Raises ProviderAway, ProviderRefused."""
        if not code or not hmac.compare_digest(state.encode(), pending.state.encode()):
            raise ProviderRefused("another state, or no code")
        claims = self._checked(self._exchanged(code, pending.verifier), pending.nonce)
        return Account(f"{self.settings.issuer} {claims['sub']}", _name(claims), self._roles(claims))

    @property
    def _back(self) -> str:
        return self.settings.address.rstrip("/") + PATH

    def _exchanged(self, code: str, verifier: str) -> str:
        """Return the ID token."""
        places, settings = self._published().places, self.settings
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self._back,
            "client_id": settings.client_id, "code_verifier": verifier,
        }  # fmt: skip
        by = places.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        headers = {}
        if self.secret and "client_secret_basic" in by:
            pair = f"{quote_plus(settings.client_id)}:{quote_plus(self.secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        elif self.secret:
            form["client_secret"] = self.secret
        answer = self._ask(lambda http: http.post(places["token_endpoint"], data=form, headers=headers))
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderRefused("no ID token")
        return token

    def _checked(self, token: str, nonce: str) -> Mapping[str, Any]:
        """Raises ProviderRefused for a token that is not ours, of now, and of this sign-in."""
        try:
            header = jwt.get_unverified_header(token)
            key = self._key(str(header.get("kid") or ""), str(header.get("alg")))
            claims = jwt.decode(
                token, key, algorithms=[str(header.get("alg"))], audience=self.settings.client_id,
                issuer=self.settings.issuer, options={
                    "require": ["exp", "iat", "iss", "aud", "sub"], "verify_exp": False, "verify_iat": False,
                    "verify_nbf": False,
                },
            )  # fmt: skip
            now = self.clock().timestamp()
            is_of_now = float(claims["iat"]) - _LEEWAY.seconds <= now < float(claims["exp"]) + _LEEWAY.seconds
        except (jwt.PyJWTError, TypeError, ValueError) as error:
            raise ProviderRefused(f"{type(error).__name__}: {error}") from None
        if not is_of_now:  # by this machine's clock
            raise ProviderRefused("too old, or from the future")
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", self.settings.client_id) != self.settings.client_id or (
            several and "azp" not in claims
        ):
            raise ProviderRefused("made for another client")
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise ProviderRefused("another nonce")
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise ProviderRefused("no subject")
        return claims

    def _key(self, key_id: str, algorithm: str) -> Any:
        """The published key; a new one is asked for, once a minute at most."""
        if algorithm not in _ALGORITHMS:
            raise ProviderRefused(f"signed by {algorithm}")
        for again in (False, True):
            keys = self._published(again=again).keys
            named = [one for one in keys if one.get("kid") == key_id] if key_id else list(keys)
            if len(named) == 1:
                return jwt.PyJWK(dict(named[0]), algorithm=algorithm).key
        raise ProviderRefused("signed with an unknown key")

    def _roles(self, claims: Mapping[str, Any]) -> tuple[str, ...]:
        groups: Any = claims
        for part in self.settings.roles_claim.split("."):
            groups = groups.get(part) if isinstance(groups, Mapping) else None
        listed = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
        held = {one for one in listed if isinstance(one, str)}
        return tuple(sorted({role for group, role in self.settings.roles.items() if group in held}))

    def _published(self, *, again: bool = False) -> _Known:
        """What the provider says of itself, asked once an hour."""
        with self._lock:
            now, known = self.clock(), self._known
            lasts = _AGAIN if again else _KEPT
            if known is None or not timedelta(0) <= now - known.at < lasts:
                self._known = known = self._asked(now)
            return known

    def _asked(self, now: datetime) -> _Known:
        issuer = self.settings.issuer
        places = self._ask(lambda http: http.get(issuer.rstrip("/") + _WELL_KNOWN))
        if places.get("issuer") != issuer:
            raise ProviderAway("it calls itself otherwise than hub.toml does")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            place = places.get(name)
            if not isinstance(place, str) or urlsplit(place).scheme != urlsplit(issuer).scheme:
                raise ProviderAway(f"no {name}, or one that is not encrypted")
        told = self._ask(lambda http: http.get(places["jwks_uri"])).get("keys")
        keys = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
        signing = (one for one in keys if one.get("kty") in _KEY_TYPES and one.get("use", "sig") == "sig")
        return _Known(places, tuple(signing), now)

    def _ask(self, request: Callable[[httpx2.Client], httpx2.Response]) -> Mapping[str, Any]:
        try:
            with httpx2.Client(timeout=_ANSWER_S, trust_env=False, follow_redirects=False) as http:
                answer = request(http)
            told = answer.json() if answer.status_code < 500 else None
        except (httpx2.HTTPError, ValueError) as error:
            raise ProviderAway(str(error) or type(error).__name__) from None
        if not isinstance(told, dict):
            raise ProviderAway(f"it answers {answer.status_code}")
        if answer.status_code >= 400:
            raise ProviderRefused(f"{answer.status_code}: {clean_text(str(told.get('error')), 80)}")
        return told


def _name(claims: Mapping[str, Any]) -> str:
    told = (claims.get(name) for name in ("name", "preferred_username", "email", "sub"))
    cleaned = (clean_text(one, _LONGEST_NAME) for one in told if isinstance(one, str))
    return next(one for one in cleaned if one)
