"""The store of photos at the hub: a folder, or a bucket of any S3, by the same code.

A photo's place is made of its SHA-256. Nothing relies on ranges or conditions of the store: what is not whole
yet waits in the database, and a photo is written at once and looked at again before anybody is told so.
"""

import os
import secrets
import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import LocalStore, S3Store

from station.hub.settings import HubSettings
from station.store.durable import sync

KEY_ID, SECRET = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
PUT_AT_ONCE = 8  # a store that stalls takes no more of a copy's threads: bags go on
_CLIENT: Any = {
    "connect_timeout": timedelta(seconds=5),
    "timeout": timedelta(seconds=25),  # an answer comes before a station hangs up
}
_AGAIN: Any = {"max_retries": 1, "retry_timeout": timedelta(seconds=20)}


class PhotoStoreFault(Exception):
    """The store did not do it. `reason`: wrong_secret, no_secret, not_found, busy, unusable."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail


class PhotoStore:
    """Open with `store_of`."""

    def __init__(self, store: LocalStore | S3Store, folder: Path | None = None) -> None:
        self._store, self._folder = store, folder
        self._turns = threading.BoundedSemaphore(PUT_AT_ONCE)

    def put(self, sha256: str, data: bytes) -> None:
        """Store a photo whole; one that was half written before is overwritten. Raises PhotoStoreFault."""
        if not self._turns.acquire(blocking=False):
            raise PhotoStoreFault("busy")
        try:
            self._put(place_of(sha256), sha256, data)
        finally:
            self._turns.release()

    def _put(self, path: str, sha256: str, data: bytes) -> None:
        self._ask(lambda: obstore.put(self._store, path, data, use_multipart=False))
        if self.size(sha256) != len(data):
            raise PhotoStoreFault("unusable", "what was written is not there")
        if self._folder is not None:
            try:
                sync(self._folder / path)
                sync((self._folder / path).parent)
                sync(self._folder)
            except OSError as error:
                raise PhotoStoreFault("unusable", str(error)) from error

    def size(self, sha256: str) -> int | None:
        """Return the bytes of a photo, None where it is not here. Raises PhotoStoreFault."""
        try:
            return int(self._ask(lambda: obstore.head(self._store, place_of(sha256)))["size"])
        except PhotoStoreFault as fault:
            if fault.reason == "not_found":
                return None
            raise

    def read(self, sha256: str) -> bytes:
        """Raises PhotoStoreFault."""
        return bytes(self._ask(lambda: obstore.get(self._store, place_of(sha256)).bytes()))

    def read_or_none(self, sha256: str) -> bytes | None:
        """Return a photo for who can do without it: None where it is not here, or the store does not
        answer."""
        try:
            return self.read(sha256)
        except PhotoStoreFault:
            return None

    def sizes(self, hashes: Iterable[str]) -> dict[str, int]:
        """Return the bytes of those of these photos that are here. Raises PhotoStoreFault."""
        wanted = set(hashes)
        found: dict[str, int] = {}
        for prefix in sorted({place_of(sha256)[:2] for sha256 in wanted}):
            for name, size in self._ask(partial(self._listed, prefix)):
                if name in wanted:
                    found[name] = size
        return found

    def try_out(self) -> None:
        """Write, read and remove something small, under a name that nobody else tries. Raises
        PhotoStoreFault."""
        name = f"check-{secrets.token_hex(8)}"
        self._ask(lambda: obstore.put(self._store, name, b"silo", use_multipart=False))
        if bytes(self._ask(lambda: obstore.get(self._store, name).bytes())) != b"silo":
            raise PhotoStoreFault("unusable", "it gives back something else")
        self._ask(lambda: obstore.delete(self._store, name))

    def _listed(self, prefix: str) -> list[tuple[str, int]]:
        return [
            (one["path"].rpartition("/")[2], one["size"])
            for chunk in obstore.list(self._store, prefix)
            for one in chunk
        ]

    def _ask(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise PhotoStoreFault("wrong_secret", _short(error)) from None
        except FileNotFoundError as error:
            raise PhotoStoreFault("not_found", _short(error)) from None
        except (BaseError, OSError, ValueError) as error:
            told = _short(error)
            refused = "403 Forbidden" in told or "401 Unauthorized" in told
            raise PhotoStoreFault("wrong_secret" if refused else "unusable", told) from None


def place_of(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


def store_of(settings: HubSettings, file: Path) -> PhotoStore:
    """Return the store that the hub's file names; nothing is asked of it yet. Raises PhotoStoreFault where
    its secret or its folder cannot be had."""
    if settings.photos.startswith("file:"):
        folder = file.parent / settings.photos.removeprefix("file:")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return PhotoStore(LocalStore(folder), folder)
        except (OSError, ValueError, BaseError) as error:
            raise PhotoStoreFault("unusable", f"{folder}: {error}") from None
    key_id, secret = _credentials(settings, file)
    place = urlsplit(settings.photos)
    endpoint = settings.s3.endpoint
    more: dict[str, Any] = {"endpoint": endpoint} if endpoint else {}
    client: Any = {**_CLIENT, "allow_http": bool(endpoint and endpoint.startswith("http://"))}
    try:
        return PhotoStore(
            S3Store(
                place.netloc, prefix=place.path.strip("/") or None, region=settings.s3.region,
                access_key_id=key_id, secret_access_key=secret, virtual_hosted_style_request=False,
                client_options=client, retry_config=_AGAIN, **more,
            )
        )  # fmt: skip
    except (ValueError, BaseError) as error:
        raise PhotoStoreFault("unusable", _short(error)) from None


def _credentials(settings: HubSettings, file: Path) -> tuple[str, str]:
    """The secret lies in a file of its own, or comes with the environment; it is never told."""
    key_id = settings.s3.key_id or os.environ.get(KEY_ID, "")
    secret = os.environ.get(SECRET, "")
    if settings.s3.secret_file is not None:
        named = Path(os.path.expandvars(settings.s3.secret_file))
        try:
            secret = (file.parent / named).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise PhotoStoreFault("no_secret", f"{named}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise PhotoStoreFault("no_secret", f"{named} is no text") from None
    if not key_id or not secret:
        raise PhotoStoreFault("no_secret", f"s3.key_id and s3.secret_file, or {KEY_ID} and {SECRET}")
    return key_id, secret


def _short(error: Exception) -> str:
    """What people can use of it: the rest is how the library is written."""
    return str(error).split("\n\nDebug source", maxsplit=1)[0].strip()[:300]
