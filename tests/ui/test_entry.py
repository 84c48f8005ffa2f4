"""What a person types becomes a request, or a named field with what is wrong."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from station.api import schemas
from ui.tui import suggestions
from ui.tui.entry import ArrivalDraft, LoadDraft, WrongField, to_arrival
from ui.words import vocabulary
from ui.words.i18n import translator

NOW = datetime(2026, 7, 20, 8, 0, tzinfo=UTC)
SITE = schemas.Site(
    id="s", name="Silo", campaign="2026", language="fr", species=["soft_wheat", "durum", "barley"],
    claims=["organic", "seed"], pits=[], analytes=[], override_reasons=[], refusal_reasons=[],
)  # fmt: skip
FR = translator("fr")
WHEAT = LoadDraft(species="blé tendre", barcode="S1")


def draft(*loads: LoadDraft, **over: str) -> ArrivalDraft:
    return ArrivalDraft("ab-123-cd", "Martin", **over, loads=list(loads) or [WHEAT])


def taken(typed: ArrivalDraft) -> schemas.ArrivalIn:
    arrival = to_arrival(typed, SITE, NOW, UTC, FR)
    assert isinstance(arrival, schemas.ArrivalIn), arrival
    return arrival


def test_a_normal_arrival_is_taken_with_the_plate_in_capitals() -> None:
    arrival = taken(draft())
    assert (arrival.plate, arrival.supplier, arrival.arrived_at) == ("AB-123-CD", "Martin", None)
    assert (arrival.loads[0].species, arrival.loads[0].barcode) == ("soft_wheat", "S1")


def test_species_are_known_by_id_name_or_a_beginning_that_is_clear() -> None:
    for text in ("soft_wheat", "BLÉ TENDRE", "blé t", "soft wheat"):
        assert taken(draft(replace(WHEAT, species=text))).loads[0].species == "soft_wheat"
    assert to_arrival(draft(replace(WHEAT, species="blé")), SITE, NOW, UTC, FR) == WrongField(
        "loads.0.species", "Choisissez une espèce de ce site."
    )


def test_claims_owners_and_shares_are_read() -> None:
    load = replace(WHEAT, claims="bio, semence", owners="Martin 60, SCEA du Moulin 40 %", share="60")
    read = taken(draft(load)).loads[0]
    assert read.claims == ["organic", "seed"]
    assert [(owner.supplier, owner.share) for owner in read.owners] == [
        ("Martin", 0.6),
        ("SCEA du Moulin", 0.4),
    ]
    assert read.share == 0.6
    alone = taken(draft(replace(WHEAT, owners="Durand"))).loads[0]
    assert [(owner.supplier, owner.share) for owner in alone.owners] == [("Durand", 1.0)]


@pytest.mark.parametrize("text", ["Martin 33,34, Durand 66,66 %", "Martin 33.34; Durand 66,66"])
def test_shares_of_owners_have_two_decimals_whatever_parts_them(text: str) -> None:
    owners = taken(draft(replace(WHEAT, owners=text))).loads[0].owners
    assert [(one.supplier, one.share) for one in owners] == [("Martin", 0.3334), ("Durand", 0.6666)]


def test_shares_of_owners_that_make_no_whole_are_named_with_their_sum() -> None:
    wrong = to_arrival(draft(replace(WHEAT, owners="Martin 60, Durand 39,5")), SITE, NOW, UTC, FR)
    assert isinstance(wrong, WrongField)
    assert wrong.field == "loads.0.owners"
    assert "99,5" in wrong.text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (ArrivalDraft(plate="", supplier="M", loads=[WHEAT]), "plate"),
        (ArrivalDraft(plate="AB", supplier=" ", loads=[WHEAT]), "supplier"),
        (draft(WHEAT, LoadDraft()), "loads.1.species"),
        (draft(replace(WHEAT, claims="bio, magie")), "loads.0.claims"),
        (draft(replace(WHEAT, share="130")), "loads.0.share"),
        (draft(replace(WHEAT, owners="Martin, Durand 40")), "loads.0.owners"),
        (draft(replace(WHEAT, owners="Martin 33,333, Durand 66,667")), "loads.0.owners"),
        (draft(replace(WHEAT, barcode="S 1/2")), "loads.0.barcode"),
        (replace(draft(), plate="AB/123"), "plate"),
        (draft(arrived="25:00"), "arrived"),
    ],
)
def test_the_field_that_cannot_be_taken_is_named(typed: ArrivalDraft, field: str) -> None:
    wrong = to_arrival(typed, SITE, NOW, UTC, FR)
    assert isinstance(wrong, WrongField)
    assert wrong.field == field
    assert wrong.text


def test_a_time_later_than_now_is_yesterdays() -> None:
    zone = timezone(timedelta(hours=2))  # 10:00 there

    def at(text: str) -> datetime | None:
        arrival = to_arrival(draft(arrived=text), SITE, NOW, zone, FR)
        assert isinstance(arrival, schemas.ArrivalIn)
        return arrival.arrived_at

    assert at("9:30") == datetime(2026, 7, 20, 9, 30, tzinfo=zone)
    assert at("11h15") == datetime(2026, 7, 19, 11, 15, tzinfo=zone)


@pytest.mark.parametrize(
    ("now", "text", "meant"),
    [
        ("2026-10-25T03:10:00+01:00", "02:30", "2026-10-25T02:30:00+01:00"),
        ("2026-10-25T03:10:00+01:00", "02:30+02:00", "2026-10-25T02:30:00+02:00"),
        ("2026-10-25T02:10:00+01:00", "02:30", "2026-10-25T02:30:00+02:00"),  # the second is still to come
        ("2026-10-25T02:10:00+02:00", "02:30", "2026-10-24T02:30:00+02:00"),
        ("2026-03-29T04:00:00+02:00", "01:30", "2026-03-29T01:30:00+01:00"),
        ("2026-10-25T03:10:00+01:00", "02:30+05:00", None),
    ],
)
def test_the_hour_that_comes_twice_is_meant_the_second_time_unless_its_offset_is_typed(
    now: str, text: str, meant: str | None
) -> None:
    zone = ZoneInfo("Europe/Paris")
    arrival = to_arrival(draft(arrived=text), SITE, datetime.fromisoformat(now), zone, FR)
    if meant is None:
        assert isinstance(arrival, WrongField)
    else:
        assert isinstance(arrival, schemas.ArrivalIn)
        assert arrival.arrived_at is not None
        assert arrival.arrived_at.isoformat() == meant


def vehicle(plate: str) -> schemas.Vehicle:
    return schemas.Vehicle(plate=plate, supplier="Martin", species="barley", last_tare_kg=None)


@pytest.mark.parametrize(
    ("field", "typed", "known", "taken_text"),
    [
        ("plate", "ab1", ["AB-123-CD"], "AB-123-CD"),
        ("plate", "ab", ["AB-123-CD"], None),
        ("plate", "ab1", ["AB-123-CD", "AB-199-XY"], None),
        ("plate", "AB-123-CD", ["AB-123-CD", "AB-123-CDE"], "AB-123-CD"),
        ("plate", "", ["AB-123-CD"], None),
        ("plate", "b-no 12", ["BN-O 1234"], None),
        ("plate", "b no 12", ["B-NO 1234", "BN-O 1234"], "B-NO 1234"),
        ("plate", "BNO1234", ["B-NO 1234", "BN-O 1234"], None),
        ("plate", "LÖ-AB", ["LO-AB 123"], None),
        ("supplier", "chene", ["GAEC du Chêne"], "GAEC du Chêne"),
        ("species", "ble", ["blé tendre"], "blé tendre"),
        ("supplier", "dup", ["EARL Dupont"], "EARL Dupont"),
        ("supplier", "pont", ["EARL Dupont"], None),
        ("species", "o", ["orge"], "orge"),
        ("claims", " bre", ["filière blé bretagne", "filière blé dur"], "filière blé bretagne"),
        ("claims", "", ["bio"], None),
    ],
)
def test_enter_completes_only_what_is_certain(
    field: str, typed: str, known: list[str], taken_text: str | None
) -> None:
    offered = [suggestions.Suggestion(text, text) for text in known]
    index = suggestions.choice_of_enter(field, typed, offered)
    assert (None if index is None else offered[index].text) == taken_text


def test_ninety_claims_are_found_by_typing_and_the_certified_ones_stand_first() -> None:
    names = {f"scheme_{n}": {"fr": f"filière {n} blé", "en": f"scheme {n}"} for n in range(90)}
    vocabulary.add_names(names)
    own = [schemas.ClaimChoice(id="organic", needs_certificate=True, certified=True)]
    choices = own + [schemas.ClaimChoice(id=name, needs_certificate=True) for name in names]

    def texts(typed: str) -> list[str]:
        return [one.text for one in suggestions.claims(choices, typed, FR)]

    assert suggestions.claims(choices, "", FR)[0].label == "bio · certifié"
    assert len(texts("")) <= 7
    assert texts("ble 42") == ["filière 42 blé"]
    assert texts("bio, filiere 7")[0] == "filière 7 blé"
    assert "bio" not in texts("bio, ")


def test_a_vehicle_is_suggested_with_what_is_known_of_it() -> None:
    assert suggestions.vehicles([vehicle("AB-1")], FR)[0].label == "AB-1 · Martin · orge"
