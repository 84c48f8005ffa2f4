"""What the counter is given by `station/app.py`: the desk, the disk, the clock, and what is live."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from station.acts.desk import Desk
from station.acts.refusals import Conflict, Fault, Invalid
from station.models.acts import Mandate
from station.receival.clocks.timekeeper import Timekeeper
from station.receival.measuring.wiring import Rewiring, Wiring
from station.runtime.live import DeviceLive, HealthFacts
from station.signing import PublicKey
from station.store.blobs import Blobs
from station.store.tables import ModelRelease


@dataclass(frozen=True, slots=True)
class Limits:
    """`max_upload_bytes` is one upload, all photos together; the others are megabytes left on the disk."""

    max_upload_bytes: int = 40_000_000
    min_free_mb_uploads: int = 500
    warn_free_mb: int = 2000


# bundle, signature, who installs it and why; raises Invalid or Conflict where it is refused
Install = Callable[[bytes, str, Mandate], ModelRelease]


# the photo (SHA-256), what a model saw on it as its dictionary, words for the legend, title, reasons; gives a
# JPEG picture, raises Conflict or NotFound where there is none
Draw = Callable[[str, Mapping[str, Any], Mapping[str, str], str, Sequence[str]], bytes]


class CheckWiring(Protocol):
    def __call__(self, port_id: str, usual: Wiring, said: Rewiring, *, is_installer: bool) -> Wiring: ...


def installs_nothing(_bundle: bytes, _signature: str, _by: Mandate) -> ModelRelease:
    """Refuses every bundle: no station stands behind this counter."""
    raise Invalid(Fault.BUNDLE_REFUSED, text="nothing is installed here")


def new_key() -> str:
    """A secret that lasts as long as the process: who is signed in at the pages is not after it."""
    return secrets.token_urlsafe(32)


def draws_nothing(
    _photo: str, _seen: Mapping[str, Any], _words: Mapping[str, str], _title: str, _reasons: Sequence[str]
) -> bytes:
    """Refuses: no worker stands behind these pages."""
    raise Conflict(Fault.DRAWING_FAILED)


def reads_no_label(_photo: bytes) -> list[str]:
    """Refuses: no worker stands behind this counter."""
    raise Conflict(Fault.LABEL_FAILED)


def no_address() -> str | None:
    """Nobody listens where a phone comes."""
    return None


@dataclass(frozen=True, slots=True)
class Context:
    """`live` and `health` are called often and must not block; `wake_vision` says a capture waits or the
    active models changed, `install_model` checks and installs a bundle; `trusted_keys` sign rule packs.
    `new_sample` tells the device at a port that its next result counts even if it equals the last one;
    `settle_zero` ends what is told of a bridge that has not shown zero;
    `check_wiring` says how a port would be read: what is usual there, changed as a person says; raises
    Invalid or NotAllowed for what cannot be. `replug` reads it so.
    `timekeeper` is asked about the clock and told the time.
    A sign-in is good for `sign_in_lasts`; `page_key` signs the cookies of the pages.
    `metrics` writes what is seen in a view and here as numbers; None: the site file does not opt in.
    `draw` shows on a photo what a model saw, `read_label` gives the texts of the barcodes on one.
    `phone_address` is where a phone of the site's network finds the station; None: nowhere.
    `drivers` lists the kinds of device, as `silo devices --json` does."""

    desk: Desk
    blobs: Blobs
    clock: Callable[[], datetime]
    timekeeper: Timekeeper
    live: Callable[[], list[DeviceLive]]
    health: Callable[[], HealthFacts]
    admin_token: str
    wake_vision: Callable[[], None]
    new_sample: Callable[[str], None]
    settle_zero: Callable[[str], None]
    check_wiring: CheckWiring
    replug: Callable[[str], None]
    drivers: Callable[[], list[dict[str, Any]]]
    install_model: Install = installs_nothing
    trusted_keys: Callable[[], Sequence[PublicKey]] = tuple
    draw: Draw = draws_nothing
    read_label: Callable[[bytes], list[str]] = reads_no_label
    phone_address: Callable[[], str | None] = no_address
    limits: Limits = field(default_factory=Limits)
    sign_in_lasts: timedelta = timedelta(hours=12)
    metrics: "Callable[[Any, Context], bytes] | None" = None
    page_key: str = field(default_factory=new_key)
