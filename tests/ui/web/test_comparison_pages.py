"""The pages of comparisons, from stored results, by http."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from station.store.tables import Correction, CorrectionAct, Terminal
from tests.silo_rig import Silo
from tests.ui.web import stored
from tests.ui.web.rig import Pages, Text, make_readers, pages_of

ADDRESSES = {
    "pair": "/pair?analyte=protein",
    "three_ways": "/three-ways",
    "who_was_right": "/who-was-right",
    "groups": "/groups",
    "fairness": "/fairness",
}
ANSWERS = {
    "pair": (
        "Phone 3: right on average for protein, usable far from a limit, but not to settle a contract.",
        "Phone 3 (protéines) : juste en moyenne, utilisable loin d'un seuil, mais pas pour solder un "
        "contrat.",
    ),
    "three_ways": (
        "Own random error, none taken as the truth: phone 0.50 (0.46 to 0.55), analyzer 0.18 (0.14 to 0.22), "
        "laboratory 0.09 (0.00 to 0.15).",
        "Erreur aléatoire propre, aucune méthode n'étant prise pour la vérité : téléphone 0,50 (0,46 à "
        "0,55), analyseur 0,18 (0,14 à 0,22), laboratoire 0,09 (0,00 à 0,15).",
    ),
    "who_was_right": (
        "Where phone and analyzer disagree, the laboratory mostly sides with the analyzer: 72% of 61 loads "
        "(59% to 83%).",
        "Quand téléphone et analyseur divergent, le laboratoire donne le plus souvent raison à l'analyseur : "
        "72 % de 61 apports (de 59 % à 83 %).",
    ),
    "groups": (
        "Galaxy A54 stands apart: +0.26 % (+0.18 to +0.34); its own 120 samples say +0.28.",
        "Galaxy A54 se détache : +0,26 % (de +0,18 à +0,34) ; ses seuls 120 échantillons disent +0,28.",
    ),
    "fairness": (
        "More than chance gives, by operator: Anne. That is a reason to look, not a finding.",
        "Plus que n'en donne le hasard, par opérateur : Anne. C'est une raison de regarder, pas une "
        "conclusion.",
    ),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    silo = Silo.open(Path(tmp_path_factory.mktemp("silo")) / "data")
    make_readers(silo)
    with silo.desk.ledger.write() as tx:
        tx.add(Terminal(id="phone-3", name="Phone 3", kind="phone", token_hash="of phone 3"))
        for page, result in stored.PAGES.items():
            stored.store(tx, page, result)
    yield pages_of(silo)
    silo.desk.ledger.close()


@pytest.mark.parametrize("page", ADDRESSES)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_answer_stands_at_the_top_in_the_readers_language(pages: Pages, page: str, language: str) -> None:
    answer = pages.reader("Marc", language).get(ADDRESSES[page])
    assert answer.status_code == 200
    words = [word.replace("\u00a0", " ") for word in Text(answer.text).words]
    assert ANSWERS[page][language == "fr"] in words
    assert not [word for word in words if "nan" in word.split() or "None" in word]


@pytest.mark.parametrize("page", ADDRESSES)
def test_no_operator_sees_a_comparison(pages: Pages, page: str) -> None:
    assert pages.reader("Anne").get(ADDRESSES[page]).status_code == 403
    assert pages.reader("Ines").get(ADDRESSES[page]).status_code == 403
    assert pages.stranger().get(ADDRESSES[page]).status_code == 303


@pytest.mark.parametrize("page", ADDRESSES)
def test_every_number_stands_with_what_it_was_made_of(pages: Pages, page: str) -> None:
    words = " ".join(Text(pages.reader().get(ADDRESSES[page]).text).words)
    assert "01/07/2026 to 31/07/2026" in words
    assert "Protein in %, basis: dry m." in words
    assert "180 drawn by lot; 50 chosen for a doubt, not used" in words
    assert "Left out 12 values to be confirmed" in words
    assert "As of" in words


def test_what_is_compared_is_listed_with_its_answer_in_a_word(pages: Pages) -> None:
    page = Text(pages.reader().get("/pair").text)
    assert {"Phone 3", "barley", "agrees on average", "+0.05"} <= set(page.words)
    address = next(link for link in page.links if link.startswith("/pair?"))
    chosen = Text(pages.reader().get(address).text)
    assert ANSWERS["pair"][0] in chosen.words


def test_what_is_not_stored_gives_the_nearest_and_says_so(pages: Pages) -> None:
    text = pages.reader().get("/pair?analyte=protein&species=maize").text
    assert "What was asked is not stored; this is the nearest." in text
    assert '<option value="barley" selected>' in text


def test_shared_error_is_never_left_unsaid(pages: Pages) -> None:
    assert "Error that two methods share is not seen here." in pages.reader().get("/three-ways").text
    words = Text(pages.reader().get("/three-ways").text).words
    assert "Laboratory is not shown to be better than analyzer: their intervals overlap." in words


def test_loads_on_which_they_disagreed_lead_to_the_load(pages: Pages) -> None:
    links = Text(pages.reader().get("/who-was-right").text).links
    assert [link for link in links if link.startswith("/loads/")][:2] == ["/loads/load-0", "/loads/load-1"]


def test_a_table_comes_as_a_file_with_decimal_points(pages: Pages) -> None:
    answer = pages.reader("Marc", "fr").get("/pair?analyte=protein&format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    lines = answer.text.removeprefix("\ufeff").splitlines()
    assert lines[0] == ",Valeur (%),de (%),à (%)"
    assert lines[1].startswith("biais,0.05,")
    points = pages.reader().get("/pair?analyte=protein&format=csv&table=points").text
    assert len(points.splitlines()) == 241
    page = pages.reader().get("/pair?analyte=protein").text
    assert [link for link in Text(page).links if "format=csv" in link and "table=points" in link]


def test_a_hostile_name_is_text_on_the_page_and_in_the_chart(pages: Pages) -> None:
    hostile = "</text><script>alert(1)</script>"
    result = stored.groups()
    result["asked"] = {**result["asked"], "analyte": "moisture"}
    for group in result["by"]["phone_model"]["groups"]:
        group["name"] = hostile
    with pages.silo.desk.ledger.write() as tx:
        stored.store(tx, "groups", result)
    text = pages.reader().get("/groups?analyte=moisture").text
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_an_empty_silo_says_that_nothing_was_compared_yet(tmp_path: Path) -> None:
    silo = Silo.open(tmp_path / "data")
    make_readers(silo)
    reader = pages_of(silo).reader()
    for address in [*ADDRESSES.values(), "/pair"]:
        assert "Nothing has been compared yet" in reader.get(address).text
    silo.desk.ledger.close()


def test_what_cannot_be_said_is_said_with_its_reason(pages: Pages) -> None:
    refused = {"code": "too_few", "params": {"n": 3, "needed": 5}}
    result = {**stored.who_was_right(), "refused": refused}
    result["asked"] = {**result["asked"], "analyte": "moisture"}
    with pages.silo.desk.ledger.write() as tx:
        stored.store(tx, "who_was_right", result)
    text = pages.reader().get("/who-was-right?analyte=moisture").text
    assert "Only 3 so far: nothing is said below 5." in text
    assert "<svg" not in text


def test_a_bias_that_all_groups_share_makes_none_stand_apart(pages: Pages) -> None:
    result = stored.groups()
    result["asked"] = {**result["asked"], "analyte": "oil"}
    for found in result["by"].values():
        found["mean"] = 0.2
        for group in found["groups"]:
            group |= {"shrunken": 0.2, "ci": [0.1, 0.3]}
    with pages.silo.desk.ledger.write() as tx:
        stored.store(tx, "groups", result)
    words = Text(pages.reader().get("/groups?analyte=oil").text).words
    assert "No group stands apart from the others; all together read +0.20 %." in words


@pytest.mark.parametrize("address", [*ADDRESSES.values(), "/pair"])
def test_no_page_names_another_host_or_has_a_style_of_its_own(pages: Pages, address: str) -> None:
    answer = pages.reader().get(address)
    assert answer.status_code == 200
    named = set(re.findall(r"""(?:https?:)?//[^\s"'<>]+""", answer.text))
    assert named <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<[^>]* style=|<style|<script", answer.text)


def kept(pages: Pages, page: str, result: dict[str, Any], analyte: str, **over: Any) -> None:
    """Store a result of another analyte."""
    with pages.silo.desk.ledger.write() as tx:
        stored.store(tx, page, {**result, **over, "asked": {**result["asked"], "analyte": analyte}})


def test_a_bias_at_the_limit_is_no_want_of_samples(pages: Pages) -> None:
    result = stored.pair(1441, bias=0.1)
    offset = result["statements"][0]
    kept(pages, "pair", result, "ash", verdict="not_enough_samples",
         statements=[offset, {**offset, "code": "at_the_limit"}])  # fmt: skip
    text = pages.reader().get("/pair?analyte=ash").text
    assert "lies on the permitted limit itself" in text
    assert "ot enough samples" not in text
    assert "at the permitted limit" in Text(pages.reader().get("/pair").text).words


def test_what_an_adjustment_left_out_is_said(pages: Pages) -> None:
    at = stored.START.isoformat()
    kept(pages, "pair", stored.pair(), "gluten", split={"at": at, "left_out": 114})
    words = " ".join(Text(pages.reader("Marc", "fr").get("/pair?analyte=gluten").text).words)
    assert "114 échantillons d'avant l'ajustage du 01/07/2026" in words.replace("\u00a0", " ")


def test_a_pair_says_which_correction_is_in_force_already(pages: Pages) -> None:
    fields = {"method": "phone", "source": "phone-3", "unit": "%", "basis": "dm", "u": 0.05, "bias": 0.36}
    kept(pages, "pair", stored.pair(), "oil")
    with pages.silo.desk.ledger.write() as tx:
        for species, analyte in (("barley", "oil"), ("soft_wheat", "oil"), ("barley", "starch")):
            row = Correction(
                id=species + analyte, analyte=analyte, species=species, at=stored.START, **fields
            )
            tx.add(row)
            tx.flush()
            tx.add(CorrectionAct(id=row.id, correction_id=row.id, act="approved", at=stored.START))
    words = Text(pages.reader().get("/pair?analyte=oil&species=barley").text).words
    said = [word.replace("\u00a0", " ") for word in words if "Raw values are compared here" in word]
    assert len(said) == 1
    assert said[0].endswith("the station judges by the value of Phone 3 (barley) − 0.36 %.")


def test_a_load_that_is_listed_and_not_counted_says_so(pages: Pages) -> None:
    result = stored.who_was_right()
    for load, how in zip(result["loads"], ("random", "chosen", "unknown"), strict=False):
        load["sampled"] = how
    sampling = {**result["sampling"], "weighted": True}
    kept(pages, "who_was_right", result, "starch", sampling=sampling)
    text = pages.reader().get("/who-was-right?analyte=starch&format=csv&table=loads").text
    counted = [line.rsplit(",", 1)[-1] for line in text.splitlines()]
    assert counted[:4] == ["Counted", "yes", "no (doubt)", "no (not drawn)"]
    counts = pages.reader().get("/who-was-right?analyte=starch&format=csv").text
    assert counts.splitlines()[0].endswith("Grain that they stand for (t)")


def test_the_mean_of_all_has_the_decimals_of_its_table(pages: Pages) -> None:
    result = stored.groups()
    result["by"]["phone_model"] |= {"mean": -0.0135}
    kept(pages, "groups", result, "falling_number")
    assert "mean of all, -0.01<" in pages.reader().get("/groups?analyte=falling_number").text
