"""What the fields of a request are called by who fills them in: "body.loads.0.share" is "loads 1, share"."""

from collections.abc import Mapping

from ui.words.i18n import N_, Translator
from ui.words.vocabulary import ANALYTES, BASES, MOVEMENT_KINDS, SPECIES, word

FIELDS: Mapping[str, str] = {
    "at": N_("time"),
    "axles": N_("axles"),
    "badge": N_("badge"),
    "barcodes": N_("barcodes"),
    "buyer": N_("buyer"),
    "cargo": N_("cargo"),
    "cleaning": N_("cleaning"),
    "comes": N_("who comes"),
    "contract": N_("contract"),
    "day": N_("day"),
    "destination": N_("destination"),
    "drawn": N_("samples drawn"),
    "expected_at": N_("expected at"),
    "gross": N_("gross"),
    "gross_limit_kg": N_("gross limit"),
    "is_here": N_("has arrived"),
    "order": N_("order"),
    "order_ref": N_("order's reference"),
    "part": N_("part of the vehicle"),
    "previous": N_("previous cargoes"),
    "said": N_("what was said"),
    "apart": N_("weighed apart"), "tare": N_("tare"), "ticket_numbers": N_("ticket numbers"),
    "tare_id": N_("stored tare"),
    "visits": N_("open visits"),
    "waved": N_("what is waved on"),
    "weighing": N_("weight"),
    "weighing_id": N_("weight taken"),
    "act": N_("decision"), "after": N_("page"), "address": N_("address"), "analyte": N_("analyte"),
    "analytes": N_("analytes"), "answer": N_("figures of the answer"), "answers": N_("answers"),
    "approval": N_("approval"),
    "approver": N_("who approves"), "arrived_at": N_("arrival"), "asset_tag": N_("asset tag"),
    "barcode": N_("barcode"), "basis": N_("basis"), "beside": N_("other methods"), "body": N_("certifier"),
    "bridge": N_("weighbridge"), "broken": N_("broken"), "budget": N_("number of samples"),
    "bundle": N_("model bundle"), "campaign": N_("campaign"), "carrier": N_("carrier"), "cell": N_("cell"),
    "cells": N_("cells"), "celsius": N_("temperature"), "citation": N_("source of the value"),
    "claim": N_("claim"), "claims": N_("claims"), "closed": N_("closed on paper"),
    "content": N_("form"),
    "comparator": N_("sign before the value"), "days": N_("days"), "declared": N_("declared values"),
    "declared_variety": N_("declared variety"), "direction": N_("direction"), "division_kg": N_("division"),
    "done_at": N_("time"), "done_by": N_("who did it"), "dose": N_("dose"), "driver": N_("driver"),
    "expected": N_("expected tonnes"), "findings": N_("findings"), "form": N_("form"), "grade": N_("grade"),
    "grain_temperature_c": N_("grain temperatures"), "high": N_("upper limit"), "hours": N_("hours"),
    "id": N_("identifier"), "impurities": N_("impurities"), "instrument_id": N_("instrument"),
    "kg": N_("weight"), "kind": N_("kind"), "laboratory": N_("laboratory"), "language": N_("language"),
    "legal_for": N_("legal for"),
    "limit": N_("number of rows"), "load": N_("load"), "load_id": N_("load"), "load_ids": N_("loads"),
    "load_t": N_("tonnes"),
    "loads": N_("loads"), "low": N_("lower limit"), "max_kg": N_("Max"), "measured_kg": N_("measured weight"),
    "method": N_("method"), "min_kg": N_("Min"), "moisture_from": N_("moisture before"),
    "moisture_to": N_("moisture after"), "name": N_("name"), "net_kg": N_("net weight"),
    "network": N_("network"), "new_bias": N_("bias after"), "new_slope": N_("slope after"),
    "nitrogen_factor": N_("nitrogen factor"), "note": N_("note"), "number": N_("number"),
    "numbers": N_("numbers"), "old_bias": N_("bias before"), "old_slope": N_("slope before"),
    "operator_variety": N_("variety seen"), "organisation": N_("organisation"), "outcome": N_("outcome"),
    "own_printer": N_("own printer"), "owners": N_("owners"), "paper": N_("paper"),
    "paper_number": N_("paper's number"), "printer": N_("printer"),
    "parts": N_("parts"), "password": N_("password"), "photos": N_("photos"), "pin": N_("PIN"),
    "pit": N_("pit"), "place": N_("place"), "plate": N_("plate"), "points": N_("probe points"),
    "product": N_("product"), "profile": N_("profile"), "raised_by": N_("who contests it"),
    "reason": N_("reason"), "received_at": N_("day of receipt"), "regime": N_("regime"),
    "report": N_("report"), "role": N_("which weighing"), "roles": N_("roles"), "seal": N_("seal"),
    "serial_number": N_("serial number"), "settings": N_("settings"), "share": N_("share"),
    "signature": N_("signature"), "since": N_("beginning"), "sought": N_("ticket, cell or lot"),
    "species": N_("species"), "substance": N_("substance"), "supplier": N_("supplier"),
    "suppliers": N_("suppliers"), "target_t": N_("planned tonnes"), "targets": N_("target values"),
    "test": N_("method"), "text": N_("text"), "time": N_("time"), "tipped": N_("tipping"),
    "to": N_("destination"), "to_cell": N_("destination cell"), "tolerance": N_("tolerance"),
    "trailer": N_("trailer"), "treatment": N_("treatment"), "uncertainty": N_("uncertainty"),
    "unit": N_("unit"), "until": N_("end"), "valid_from": N_("first day"), "valid_until": N_("last day"),
    "value": N_("value"), "values": N_("values"), "verified_until": N_("verified until"),
    "version": N_("version"), "weighings": N_("weighings"), "whom": N_("to whom"), "why": N_("reason"),
}  # fmt: skip
_PLACES = ("body", "query", "path", "header", "[key]")  # where a request has it


def field_name(path: str, t: Translator) -> str:
    """Write a field's path in words; a name that nobody types stays as it is."""
    named: list[str] = []
    for part in path.split("."):
        if part.isdecimal() and named:
            named[-1] += f" {int(part) + 1}"
        elif part not in _PLACES or (part == "body" and named):
            named.append(_word(part, t))
    return ", ".join(named) or t.gettext(N_("the request"))


def _word(part: str, t: Translator) -> str:
    if part in FIELDS:
        return t.gettext(FIELDS[part])
    return word({**MOVEMENT_KINDS, **ANALYTES, **BASES, **SPECIES}, part, t.language)
