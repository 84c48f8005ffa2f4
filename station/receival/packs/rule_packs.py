"""Rule packs are releases: installed and withdrawn by the site file or by a person, each act a row.

A pack is in force while it is installed and not withdrawn, within the dates that it states; of those the one
that began last holds, of two that begin together the one that was installed last.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.claims import CLAIMS
from station.grain.rules import RulePack, RulePackError, check_claims, parse_rule_pack, read_new_pack
from station.receival.deciding import proposals
from station.receival.packs.pack_signatures import UNSIGNED, PackSignature, key_of, signer_of
from station.receival.packs.pack_standing import INSTALLED, WITHDRAWN, standings
from station.store import audit
from station.store.ids import new_id
from station.store.tables import RulePackAct, RulePackRecord


def install_pack(
    desk: Desk, text: str, actor: Actor, why: str, at: datetime, signature: PackSignature = UNSIGNED
) -> RulePackRecord:
    """A person installs a pack; open loads are judged by it at once where it is in force.

    Raises Invalid(rule_pack_wrong, and what `signer_of` raises), Conflict(rule_pack_installed)."""
    pack = read_pack(text)
    key = signer_of(pack, text, signature)
    with desk.ledger.write() as tx:
        before = standings(tx).get(pack.sha256)
        if before is not None and before.is_installed and before.newest.by is not None:
            raise Conflict(Fault.RULE_PACK_INSTALLED, name=pack.name, version=pack.version)
        record = _keep(tx, pack, text, at)
        _append(tx, record, INSTALLED, actor, why, at, key=key, signature=signature.text)
        proposals.propose_open_loads(tx, desk, at)
    return record


def checked_pack(text: str) -> RulePack:
    """Read a pack that is about to be installed here, where the claims of its grades are known. Raises
    RulePackError."""
    pack = read_new_pack(text)
    check_claims(pack, CLAIMS.entries)
    return pack


def read_pack(text: str) -> RulePack:
    """Read what a person gives as a pack. Raises Invalid(rule_pack_wrong)."""
    try:
        return checked_pack(text)
    except RulePackError as error:
        raise Invalid(Fault.RULE_PACK_WRONG, pack_problem=error.as_dict()) from error


def withdraw_pack(
    desk: Desk, name: str, version: str, actor: Actor, why: str, at: datetime
) -> RulePackRecord:
    """A person withdraws a pack: it is in force no more. Raises NotFound(unknown_rule_pack)."""
    with desk.ledger.write() as tx:
        found = [
            one
            for one in standings(tx).values()
            if (one.record.name, one.record.version) == (name, version) and one.is_installed
        ]
        if not found:
            raise NotFound(Fault.UNKNOWN_RULE_PACK, name=name, version=version)
        for one in found:
            _append(tx, one.record, WITHDRAWN, actor, why, at)
        proposals.propose_open_loads(tx, desk, at)
    return found[-1].record


def follow_site_file(
    desk: Desk, texts: Sequence[str], at: datetime, signatures: Mapping[str, PackSignature] = {}
) -> None:
    """Bring the packs to what the site file names: new ones are installed, also where no trusted key signed
    them (`signatures` by text), and one that the file installed and names no more is withdrawn. What a person
    did with a pack stays. Raises RulePackError."""
    packs = {pack.sha256: (pack, text) for text in texts for pack in [parse_rule_pack(text)]}
    with desk.ledger.write() as tx:
        known = standings(tx)
        for text in [text for sha256, (_, text) in packs.items() if sha256 not in known]:
            checked_pack(text)
        for sha256, (pack, text) in packs.items():
            if sha256 not in known or (not known[sha256].is_installed and known[sha256].newest.by is None):
                given = signatures.get(text, UNSIGNED)
                key = key_of(pack, text, given)
                signed_by = {"key": key, "signature": given.text} if key else {}
                _append(tx, _keep(tx, pack, text, at), INSTALLED, None, "", at, **signed_by)
        for sha256, one in known.items():
            if sha256 not in packs and one.is_installed and one.newest.by is None:
                _append(tx, one.record, WITHDRAWN, None, "", at)


def _keep(tx: Session, pack: RulePack, text: str, at: datetime) -> RulePackRecord:
    record = tx.get(RulePackRecord, pack.sha256)
    if record is None:
        record = RulePackRecord(
            sha256=pack.sha256, name=pack.name, version=pack.version, valid_from=pack.valid_from, text=text,
            installed_at=at,
        )  # fmt: skip
        tx.add(record)
        tx.flush()
    return record


def _append(
    tx: Session, record: RulePackRecord, act: str, actor: Actor | None, why: str, at: datetime, *,
    key: str = "", signature: str = "",
) -> None:  # fmt: skip
    by, terminal = (actor.id, actor.terminal) if actor else (None, None)
    tx.add(
        RulePackAct(
            id=new_id(at), sha256=record.sha256, act=act, at=at, by=by, why=why, key=key, signature=signature
        )
    )
    tx.flush()
    audit.record(
        tx, f"rule_pack_{act}", at, by=by, terminal=terminal, subject_id=record.sha256,
        data={"name": record.name, "version": record.version, "why": why, **({"key": key} if key else {})},
    )  # fmt: skip
