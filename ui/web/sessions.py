"""Cookies prove who reads, and forms that they were asked for: both are signed, nothing is kept for them.

A session names the person, a fingerprint of the password's hash and when it began: a new password, a removed
person and time end it. A form's token is signed over the session's cookie, or over a number of its own where
nobody is signed in yet.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from fastapi import Request, Response
from itsdangerous import BadSignature, Signer, URLSafeSerializer

SESSION, VISITOR, LANGUAGE = "silo-session", "silo-visitor", "silo-language"
TOKEN_FIELD = "form_token"
PENDING_S = 600
_YEAR_S = 31_536_000


class Holder(Protocol):
    """Whoever is signed in."""

    @property
    def id(self) -> str: ...
    @property
    def password_hash(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Session:
    """What a cookie of ours says: who, with which password, since when."""

    person_id: str
    fingerprint: str
    began: datetime

    def is_of(self, person: Holder) -> bool:
        """Tell whether the person still has the password that the session began with."""
        return self.person_id == person.id and hmac.compare_digest(self.fingerprint, _fingerprint(person))


class _Sha256Signer(Signer):
    default_digest_method = staticmethod(hashlib.sha256)
    default_key_derivation = "hmac"


class Sessions:
    """`key` is the station's own secret. A session is good for `lasts`."""

    def __init__(self, key: str, lasts: timedelta) -> None:
        self._cookies = URLSafeSerializer(key, salt="session", signer=_Sha256Signer)
        self._pending = URLSafeSerializer(key, salt="pending", signer=_Sha256Signer)
        self._forms = _Sha256Signer(key, salt="form")
        self.lasts = lasts

    def begin(self, person: Holder, at: datetime) -> str:
        """The cookie of a session that begins now."""
        cookie = self._cookies.dumps([person.id, _fingerprint(person), at.timestamp()])
        return cookie if isinstance(cookie, str) else cookie.decode()

    def read(self, cookie: str | None) -> Session | None:
        """What the cookie says; None: it is not ours."""
        try:
            person_id, fingerprint, began = self._cookies.loads(cookie or "")
        except (BadSignature, ValueError):
            return None
        return Session(person_id, fingerprint, datetime.fromtimestamp(began, UTC))

    def seal(self, values: Mapping[str, str], at: datetime) -> str:
        """A cookie that remembers, for some minutes, what was begun."""
        cookie = self._pending.dumps([dict(values), at.timestamp()])
        return cookie if isinstance(cookie, str) else cookie.decode()

    def unseal(self, cookie: str | None, now: datetime) -> Mapping[str, str] | None:
        try:
            values, at = self._pending.loads(cookie or "")
        except (BadSignature, ValueError):
            return None
        return values if 0 <= now.timestamp() - at < PENDING_S else None

    def token_for(self, bound: str) -> str:
        """The token that a form carries whose reader has this cookie."""
        return self._forms.get_signature(bound).decode()

    def is_token(self, bound: str, token: str) -> bool:
        return bool(bound) and self._forms.verify_signature(bound, token.encode())


def _fingerprint(person: Holder) -> str:
    return hashlib.sha256((person.password_hash or "").encode()).hexdigest()[:32]


def bound_to(request: Request) -> str:
    """The cookie that a form's token is signed over; empty where there is none yet."""
    return request.cookies.get(SESSION) or request.cookies.get(VISITOR) or ""


def new_visitor() -> str:
    return secrets.token_urlsafe(18)


def keep(response: Response, request: Request, name: str, value: str) -> None:
    """Set a cookie that no script reads and no other site sends; the language stays for a year."""
    response.set_cookie(
        name, value, httponly=True, samesite="strict", secure=request.url.scheme == "https",
        max_age=_YEAR_S if name == LANGUAGE else None,
    )  # fmt: skip


def local_path(text: str) -> str:
    """The path to go on to, of this station only; the first page where it is none."""
    is_ours = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if is_ours and not urlsplit(text).netloc else "/"
