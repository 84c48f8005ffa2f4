"""What takes the documents that headquarters sends, one class for each kind. A new kind is one more."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, Protocol

from station.acts import down
from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid
from station.lab import sent_results
from station.models import acts as models
from station.models import policies, releases
from station.models.acts import Mandate
from station.models.terms import Terms
from station.post import identity
from station.post.client import HubClient
from station.receival.between_silos import expected_shipments, shipments
from station.receival.between_silos.shipment_paper import PaperWrong, ShipmentPaper
from station.receival.masters import own_sites
from station.receival.packs import rule_packs
from station.receival.packs.pack_signatures import PackSignature
from station.receival.packs.pack_standing import packs_in_force, standings
from station.runtime.installer import Installer
from station.runtime.receiver import Handler, Pinned, Receiver, Taken
from station.runtime.sent_facts import CorrectionRequests, ReferenceData, SupplierMatches
from station.runtime.sent_forms import Forms
from station.store.tables import DownDocument, ModelRelease, PostLink

HEADQUARTERS = Actor("headquarters", "headquarters")
WITHDRAWS, WHY = "withdraws", "why"  # of what is said beside the body


def receiver_of(
    desk: Desk, installer: Callable[[], Installer], clock: Callable[[], datetime]
) -> Receiver | None:
    """Return the receiver of an enrolled station that pinned headquarters' key; None for others."""
    with desk.ledger.read() as tx:
        link = tx.get(PostLink, "hub")
    key = identity.read_key(desk.ledger.folder) if link else None
    if link is None or key is None or not link.hub_key:
        return None
    hub = HubClient(link.urls, link.station, key)
    pinned = Pinned(link.station, link.hub_key)
    return Receiver(desk.ledger, hub, pinned, handlers(desk, installer, clock), clock, Random())


def handlers(
    desk: Desk, installer: Callable[[], Installer], clock: Callable[[], datetime]
) -> dict[str, Handler]:
    return {
        "rule_pack": RulePacks(desk, installer, clock),
        "bundle": Bundles(desk, installer),
        "policy": Policies(desk),
        "form": Forms(desk, HEADQUARTERS),
        "lab_result": LabResults(desk),
        "shipment": Shipments(desk),
        "stations": Stations(desk),
        "reference": Told(ReferenceData(desk, HEADQUARTERS)),
        "supplier_match": Told(SupplierMatches(desk, HEADQUARTERS)),
        "correction_request": Told(CorrectionRequests(desk, HEADQUARTERS)),
    }


class Taker(Protocol):
    """Takes documents of JSON that are done once they are taken."""

    def take(self, document: DownDocument, told: Mapping[str, Any], at: datetime) -> Taken:
        """Raises Refusal."""


@dataclass(frozen=True, slots=True)
class Told:
    """Reads the JSON for one who takes it. What is taken back leaves what it brought."""

    taker: Taker

    def take(self, document: DownDocument, body: bytes, at: datetime) -> Taken:
        if WITHDRAWS in document.more:
            return Taken()
        return self.taker.take(document, _json(body), at)

    def is_active(self, document: DownDocument) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class RulePacks:
    """Takes a rule pack (TOML); it runs once it is in force. `more` has its signature, needed where the
    station trusts keys."""

    desk: Desk
    installer: Callable[[], Installer]
    clock: Callable[[], datetime]

    def take(self, document: DownDocument, body: bytes, at: datetime) -> Taken:
        withdrawn = document.more.get(WITHDRAWS)
        if withdrawn is not None:
            return self._withdraw(str(withdrawn), document, at)
        try:
            signature = PackSignature(str(document.more.get("signature", "")), self.installer().keys)
            rule_packs.install_pack(self.desk, _text(body), HEADQUARTERS, _why(document), at, signature)
        except Conflict as conflict:
            if conflict.code is not Fault.RULE_PACK_INSTALLED:
                raise
        return Taken(down.INSTALLED)

    def is_active(self, document: DownDocument) -> bool:
        with self.desk.ledger.read() as tx:
            held = packs_in_force(tx, self.clock()).values()
        return document.sha256 in {pack.sha256 for pack in held}

    def _withdraw(self, sha256: str, document: DownDocument, at: datetime) -> Taken:
        with self.desk.ledger.read() as tx:
            held = standings(tx).get(sha256)
        if held is not None and held.is_installed:
            name, version = held.record.name, held.record.version
            rule_packs.withdraw_pack(self.desk, name, version, HEADQUARTERS, _why(document), at)
        return Taken()


@dataclass(frozen=True, slots=True)
class Bundles:
    """Takes a model's bundle, which runs in shadow; the station's standing policy or a person promotes it.
    `more` has its signature, of a key that this station trusts."""

    desk: Desk
    installer: Callable[[], Installer]

    def take(self, document: DownDocument, body: bytes, at: datetime) -> Taken:
        withdrawn = document.more.get(WITHDRAWS)
        by = Mandate(HEADQUARTERS, _why(document), at)
        if withdrawn is not None:
            return self._withdraw(str(withdrawn), by)
        self.installer().install(body, str(document.more.get("signature", "")), by)
        return Taken(down.INSTALLED)

    def is_active(self, document: DownDocument) -> bool:
        with self.desk.ledger.read() as tx:
            return document.sha256 in releases.active_set(tx).values()

    def _withdraw(self, sha256: str, by: Mandate) -> Taken:
        with self.desk.ledger.read() as tx:
            row = tx.get(ModelRelease, sha256)
            slots = [slot for slot, active in releases.active_set(tx).items() if active == sha256]
        for task, species in slots:
            models.roll_back(self.desk, task, species, by)
        if row is not None and not slots:
            models.retire(self.desk, row.name, row.version, by)
        return Taken()


@dataclass(frozen=True, slots=True)
class Policies:
    """Takes a standing policy of models: `{"task", "species", "terms"}`; it holds at once."""

    desk: Desk

    def take(self, document: DownDocument, body: bytes, at: datetime) -> Taken:
        told = _json(body)
        slot = (str(told.get("task", "")), str(told.get("species", "")))
        try:
            terms = Terms.from_dict(told["terms"])
        except (KeyError, TypeError) as error:
            raise Invalid(Fault.DOCUMENT_WRONG, text=str(error)) from error
        with self.desk.ledger.read() as tx:
            held = releases.policy(tx, *slot)
        if held is None or held.terms != terms.as_dict():
            policies.approve(self.desk, slot, terms, HEADQUARTERS, _why(document), at)
        return Taken()

    def is_active(self, document: DownDocument) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class LabResults:
    """Takes results that headquarters imported from a laboratory: each is judged here, as any other."""

    desk: Desk

    def take(self, document: DownDocument, body: bytes, at: datetime) -> Taken:
        told = _json(body)
        try:
            results = [sent_results.read_result(one) for one in told["results"]]
        except (KeyError, TypeError, ValueError) as error:
            raise Invalid(Fault.DOCUMENT_WRONG, text=str(error)) from error
        sent_results.record_all(self.desk.ledger, results, HEADQUARTERS.id, at)
        return Taken()

    def is_active(self, document: DownDocument) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Shipments:
    """Takes a shipment of another own silo: `{"paper", "state"}`. One that is under way is expected here; one
    that was cancelled, went back or arrived elsewhere is not any more."""

    desk: Desk

    def take(self, document: DownDocument, body: bytes, at: datetime) -> Taken:
        told = _json(body)
        try:
            paper, state = ShipmentPaper.read(told["paper"]), str(told["state"])
        except (KeyError, TypeError, PaperWrong) as error:
            raise Invalid(Fault.DOCUMENT_WRONG, text=str(error)) from error
        if state == shipments.LEFT:
            expected_shipments.hear(self.desk, paper, HEADQUARTERS, at)
        else:
            expected_shipments.withdraw(self.desk, paper.number, state, HEADQUARTERS, at)
        return Taken()

    def is_active(self, document: DownDocument) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Stations:
    """Takes the names and public keys of the own silos: `{"stations": [{"id", "name", "public_key"}]}`."""

    desk: Desk

    def take(self, document: DownDocument, body: bytes, at: datetime) -> Taken:
        try:
            told = [
                {name: str(one[name]) for name in ("id", "name", "public_key")}
                for one in _json(body)["stations"]
            ]
        except (KeyError, TypeError) as error:
            raise Invalid(Fault.DOCUMENT_WRONG, text=str(error)) from error
        own_sites.note(self.desk, told, at)
        return Taken()

    def is_active(self, document: DownDocument) -> bool:
        return True


def _why(document: DownDocument) -> str:
    return str(document.more.get(WHY, "")) or document.name


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise Invalid(Fault.RULE_PACK_WRONG, text=str(error)) from error


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Invalid(Fault.DOCUMENT_WRONG, text=str(error)) from error
    if not isinstance(told, dict):
        raise Invalid(Fault.DOCUMENT_WRONG, text="{}")
    return told
