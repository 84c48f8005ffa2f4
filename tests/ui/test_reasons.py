"""Every reason, problem and word has a sentence, in both languages."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.analytes import ANALYTES
from drivers.named import Entry
from drivers.reading import Basis
from drivers.transport.base import ErrorCode
from station.acts.refusals import Fault
from station.api import schemas
from station.api.problems import ApiFault
from station.claims import CLAIMS
from station.grain.reasons import Code
from station.species import SPECIES
from station.store.errors import LedgerFault
from station.transport import CARGOES
from ui.words import vocabulary
from ui.words.i18n import LANGUAGES
from ui.words.problems import PROBLEMS, problem
from ui.words.reasons import AGAINST, GATE_WORDS, SENTENCES, is_known, message

SHARES = {
    "whole": {"share": 0.93, "low": 0.9, "high": 0.956},
    "broken": {"share": 0.051, "low": 0.02, "high": 0.08},
}
PARAMS: dict[str, Any] = {
    "analyte": "protein", "analytes": ["protein", "moisture"], "as_is": 10.4,
    "at": "2026-07-20T08:00:00+00:00", "barcode": "S1", "sample": "S2",
    "barcodes": ["S1", "S2"], "odds": 0.9974, "basis": "dm", "hub_reason": "revoked",
    "cell_species": "barley", "claim": "organic", "claims": ["organic"], "count": 3, "declared": "soft_wheat",
    "findings": ["smell"], "free_mb": 1800, "free_t": 31.0, "given": "as_is", "grade": "milling",
    "instrument": "nir", "kernels": 312, "limit": 0.2, "line": "L1", "load_t": 28.4, "minutes": 12.0,
    "moisture": 13.5, "op": ">=", "pit": "P1", "pixels": 3_000_000_000, "port": "/dev/ttyS0", "position": 1,
    "product": "Barley", "reasons": ["not_sharp", "dark"], "reserved_t": 12.0, "seconds": 90, "bytes": None,
    "seen": "barley", "seq": 7, "share": 0.31, "shares": SHARES, "text": "a text",
    "model": "kernels 2", "what": "reconnected", "until": "2026-06-30",
    "day": "2026-07-20", "celsius": 41.5, "low": 4, "high": 35,
    "species": "soft_wheat", "unit": "%", "value": 11.82, "instruments": ["NIR"], "broker": "127.0.0.1:1883",
    "name": "vitreousness", "file": "acceptance/a.jpg", "attribute": "kernels",
    "expected": 60, "got": 58, "memory_mb": 900, "moved_at": "2026-07-20T08:00:00+00:00",
    "raw": 11.62, "added": 0.2, "cell_value": 11.4, "cell_u": 0.06, "p": 0.993, "sure": 0.95, "each": 16.0,
    "gross": "bridge 1", "tare": "bridge 2",
    "mean": 11.2, "mean_u": 0.05, "mean_t": 250.0,
    "target_t": 700.0, "substances": ["deltamethrin"],
    "tolerance": 0.5, "values": {"nir": 11.8, "gac": 12.4}, "photo": 12.9,
    "parts": [{"kind": "photo", "name": "a", "value": 12.1, "weight": 0.2}], "how": "variety", "n": 7,
    "low_share": 0.03,
    "file_kind": "gif", "unseen": ["insects", "green"], "grams": 13.4, "outlines": 104, "by_area": 120,
    "moved_kg": 50_000.0, "content_kg": 40_000.0, "capacity_kg": 300_000, "held_kg": 310_000,
    "counted_kg": 70_000, "apart_kg": 30_000, "limit_kg": 8_000, "computed_kg": 95_349, "measured_kg": 9_000,
    "said": 16.2, "points": 0.57, "left_kg": 26_400, "number": "sud-7", "cell": "c1",
    "kg": 24_865.0, "min_kg": 400, "max_kg": 60_000,
    "division_kg": 20, "below_kg": 24_860, "above_kg": 24_880, "tare_kg": 16_200, "usual_kg": 9_800,
    "machine": "1970-01-01T00:03:00+00:00", "stated": "2026-07-20T08:05:00+00:00",
    "recorded": "2026-07-20T08:05:00+00:00", "wall": "2026-07-20T08:05:00+00:00",
    "box": "silo-2", "taken_at": "2026-07-20T08:00:00+00:00", "folder": "/media/silo", "age_s": 7_200,
    "missing_mb": 400, "error": "no answer", "table": "weighing",
    "variety": "Chevignon", "other": "KWS Extase",
    "printers": ["pont"], "queue": "Brother", "target": "tcp:10.0.0.20:9100", "command": "lp",
    "cargo": "grain", "cleaning": "A", "found": ["wet"], "over_kg": 620, "cell_grade": "feed",
    "plate": "AB-123-CD", "campaign": "2026", "last_number": 14, "net_kg": 27_880,
    "sealed": "101", "last_sealed": "104", "memory_kg": 15_240,
    "weighed_kg": 27_900, "erp_kg": 27_900, "reckoned_kg": 310_000, "pack": "example 1",
    "gross_kg": 43_120, "weighed_at": "2026-07-20T08:00:00+00:00", "decided_at": "2026-07-20T08:05:00+00:00",
}  # fmt: skip


def test_every_code_of_the_bench_has_a_sentence() -> None:
    assert {code.value for code in Code} <= set(SENTENCES)


def test_every_error_of_a_device_has_a_sentence() -> None:
    assert {f"device_{code.value}" for code in ErrorCode} <= set(SENTENCES)


def test_every_no_of_the_desk_and_the_counter_says_what_to_do() -> None:
    codes = {fault.value for faults in (Fault, ApiFault, LedgerFault) for fault in faults}
    assert codes <= set(PROBLEMS)
    assert all(title and action for title, action in PROBLEMS.values())


def test_the_codes_that_speak_against_a_cell_are_codes() -> None:
    assert {code.value for code in Code} >= AGAINST
    assert set(GATE_WORDS) <= set(SENTENCES)


def test_a_corrected_value_says_by_how_much_and_what_was_measured() -> None:
    params = {"analyte": "protein", "value": 11.4, "raw": 11.2, "added": 0.2, "unit": "%", "basis": "dm"}
    assert message("corrected", params, "en").endswith(", corrected by +0.2 (11.2 measured)")
    assert message("corrected", params, "fr").endswith(", valeur corrigée de +0,2 (mesuré : 11,2)")
    lower = message("corrected", {**params, "value": 11.0, "added": -0.2}, "fr")
    assert "de \N{MINUS SIGN}0,2" in lower


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_every_reason_reads_whole_with_its_parameters(code: str, language: str) -> None:
    text = message(code, PARAMS, language)
    assert text[0] == text[0].upper()
    assert "?" not in text
    assert not re.search(r"[{}]|None|_", text), text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted({**SENTENCES, **PROBLEMS}))
def test_a_missing_parameter_reads_as_a_question_mark(code: str, language: str) -> None:
    assert message(code, {}, language)
    assert problem(code, {}, language)[0]


@given(
    st.sampled_from(sorted({*SENTENCES, *PROBLEMS, "from_a_newer_station"})),
    st.dictionaries(
        st.sampled_from(sorted(PARAMS)),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers()),
    ),
    st.sampled_from([*LANGUAGES, "xx"]),
)
def test_whatever_the_parameters_are_something_is_said(
    code: str, params: dict[str, Any], language: str
) -> None:
    assert message(code, params, language)
    assert problem(code, params, language)[0]


def test_an_unknown_code_is_shown_with_its_parameters() -> None:
    assert message("sensor_warm", {"celsius": 41}, "fr") == "sensor_warm (celsius 41)"
    assert not is_known("sensor_warm")
    assert problem("odd", {"a": 1}, "en") == ("odd (a 1)", "")


def test_a_limit_reads_with_value_basis_sign_and_unit() -> None:
    assert message("outside_limit", {**PARAMS, "limit": 12}, "en").replace("\N{NO-BREAK SPACE}", " ") == (
        "Protein 11.82 % dry m., must be ≥ 12"
    )
    assert message("meets", {**PARAMS, "limit": 11}, "fr").replace("\N{NO-BREAK SPACE}", " ") == (
        "Protéines 11,82 % MS ≥ 11"
    )


def test_a_photo_reads_by_falling_share() -> None:
    text = message("photo_shares", PARAMS, "fr").replace("\N{NO-BREAK SPACE}", " ")
    assert (
        text
        == "Photo de 312 grains, en nombre : 93 % entiers, aucune cassure vue (90-96), 5,1 % cassés (2-8)"
    )


def test_what_a_photo_does_not_show_is_said_with_the_weight_of_the_sample() -> None:
    params = {"unseen": ["insects", "green"], "grams": 12.9}
    assert message("photo_unseen", params, "en") == (
        "The photo does not tell these from whole kernels: insect-bored, green; "
        "about 13 g: no ergot seen proves nothing at 0.2 g/kg"
    )
    assert "ergot" not in message("photo_unseen", {**params, "grams": None}, "en")


def test_a_photo_says_on_how_many_kernels_its_shares_stand() -> None:
    part = {"share": 0.97, "low": 0.95, "high": 0.98}
    params = {"shares": {"broken": part}, "kernels": 681, "judged": 234}
    assert message("photo_shares", params, "en").endswith("97% broken (95-98); 234 of 681 judged")
    assert "judged" not in message("photo_shares", {**params, "judged": 681}, "en")


@pytest.mark.parametrize(
    ("code", "params", "first", "second"),
    [
        ("low_contrast", {"value": 14.997, "limit": 15.0}, "14.997", "15"),
        ("dark", {"value": 54.96, "limit": 55.0}, "54.96", "55"),
        ("piled_up", {"share": 0.302, "limit": 0.3}, "30.2%", "30%"),
    ],
)
def test_a_number_reads_differently_from_the_limit_that_it_broke(
    code: str, params: dict[str, float], first: str, second: str
) -> None:
    text = message(code, params, "en")
    assert first in text
    assert second in text.replace(first, "")


def test_a_share_known_too_badly_is_given_by_its_limits_only() -> None:
    shares = {"broken": {"share": 0.05, "low": 0.01, "high": 0.22, "wide": True}}
    assert message("photo_shares", {"shares": shares, "kernels": 90}, "en") == (
        "Photo of 90 kernels, by count: 1 to 22% broken (too wide to decide on)"
    )


def test_mass_is_always_called_estimated_and_several_photos_tell_how_far_apart_they_are() -> None:
    part = {"share": 0.97, "low": 0.95, "high": 0.98}
    spread = {"photos": 3, "kernels": {}, "classes": {"whole": {"min": 0.94, "max": 0.975, "sd": 0.017}}}
    params = {"shares": {"whole": part}, "kernels": 300, "mass": {"whole": part}, "spread": spread}
    text = message("photo_shares", params, "fr").replace("\N{NO-BREAK SPACE}", " ")
    assert text == (
        "Photo de 300 grains, en nombre : 97 % entiers, aucune cassure vue (95-98) ; en masse, estimé : "
        "97 % entiers, aucune cassure vue (95-98) ; 3 photos, jusqu'à 3,5 points d'écart"
    )


def test_sizes_are_told_where_the_card_gave_them() -> None:
    part = {"share": 0.97, "low": 0.95, "high": 0.98}
    sizes = {"length_mm": {"p10": 5.4, "p50": 6.24, "p90": 7.0}, "width_mm": {"p50": 3.1}, "kernels": 280}
    told = {"shares": {"whole": part}, "kernels": 300}
    english = message("photo_shares", {**told, "sizes": sizes}, "en")
    assert (
        english
        == "Photo of 300 kernels, by count: 97% whole, no break seen (95-98); by the card 6.2 × 3.1 mm"
    )
    assert "; " not in message("photo_shares", {**told, "sizes": {"length_mm": {}}}, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_shipped_species_and_analytes_are_called_as_the_catalogues_say(language: str) -> None:
    def names(table: Mapping[str, str]) -> dict[str, str]:
        return {key: vocabulary.word(table, key, language) for key in table if key != "wheat"}

    def shipped(entries: Iterable[Entry]) -> dict[str, str]:
        return {entry.id: getattr(entry.name, language) for entry in entries}

    assert names(vocabulary.SPECIES) == shipped(SPECIES.shipped.values())
    assert names(vocabulary.CLAIMS) == shipped(CLAIMS.shipped.values())
    assert names(vocabulary.CARGOES) == shipped(CARGOES.shipped.values())
    assert names(vocabulary.ANALYTES) == shipped(ANALYTES.shipped.values())
    assert names(vocabulary.SHORT_ANALYTES) == {
        entry.id: getattr(entry.short, language) for entry in ANALYTES.shipped.values() if entry.short
    }


def test_what_a_site_adds_has_the_names_of_its_file() -> None:
    vocabulary.add_names({"buckwheat": {"fr": "sarrasin", "en": "buckwheat"}})
    assert vocabulary.species_name("buckwheat", "fr") == "sarrasin"
    assert message("species_matches", {"species": "buckwheat"}, "fr").startswith("Sarrasin")


def test_identifiers_have_names() -> None:
    assert {basis.value for basis in Basis} <= set(vocabulary.BASES)
    assert list(CLAIMS.shipped) == list(vocabulary.CLAIMS)
    assert set(get_args(schemas.LoadState)) == set(vocabulary.LOAD_STATES)
    assert vocabulary.species_name("soft_wheat", "fr") == "blé tendre"
    assert vocabulary.word(vocabulary.CLAIMS, "of this site", "fr") == "of this site"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["port", "file", "folder", "driver"])
def test_a_sentence_does_not_begin_with_an_address_which_would_get_a_capital(
    name: str, language: str
) -> None:
    params = {**PARAMS, name: "tcp:10.0.0.12:1470"}
    said = {code: message(code, params, language) for code in SENTENCES}
    said |= {code: problem(code, params, language)[0] for code in PROBLEMS}
    assert not [code for code, text in said.items() if text.startswith("Tcp:")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_site_file_does_not_name_is_written_as_it_was_asked_for(language: str) -> None:
    assert "folder:data" in problem("not_in_site_file", {"what": "folder:data"}, language)[0]


def test_sentences_call_what_the_site_has_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "_NAMES", {})
    vocabulary.use_names("pit", {"p1": {"fr": "Fosse 1", "en": "Fosse 1"}})
    vocabulary.use_names("line", {"l1": {"fr": "Circuit nord", "en": "Circuit nord"}})
    vocabulary.use_names("instrument", {"gac": {"fr": "GAC 2100", "en": "GAC 2100"}})
    vocabulary.use_names("grade", {"milling_no_2": {"fr": "Blé meunier n° 2", "en": "Milling wheat No 2"}})
    assert message("reached_by", {"pit": "p1", "line": "l1"}, "en") == "Reached by pit 1, Circuit nord"
    typed = {"analyte": "moisture", "instrument": "gac", "value": 13.1, "unit": "%"}
    assert "GAC 2100" in message("typed_over", typed, "fr")
    assert message("unknown_grade", {"grade": "milling_no_2"}, "en").endswith("Milling wheat No 2")
    assert message("verifications_expired", {"instruments": ["gac", "other"]}, "en").startswith(
        "Verification expired: GAC 2100, other"
    )
    assert vocabulary.site_name("grade", "milling_no_2", "fr") == "Blé meunier n° 2"
    assert vocabulary.site_name("cell", "c9", "fr") == "c9"


def test_two_measurements_that_differ_are_told_with_their_figure_and_by_whom_only_if_that_is_known() -> None:
    differ = {"analyte": "protein", "spread": 1.2, "limit": 0.3}
    assert "1,2" in message("replicates_differ", differ, "fr")
    badly = {"analyte": "protein", "instrument": None}
    assert message("measured_badly", badly, "en") == "Protein: measured badly, measure again"
    assert "by NIR" in message("measured_badly", badly | {"instrument": "NIR"}, "en")


def test_an_instant_is_never_written_as_it_is_stored() -> None:
    params = {"first": "2026-07-20T08:00:00+00:00", "last": "2026-07-20T07:58:00.5Z"}
    title, _ = problem("times_out_of_order", params, "fr")
    assert "T0" not in title
    assert title.count("20/07/2026") == 2
