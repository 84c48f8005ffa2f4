"""What a person reads at a glance: claims and grade, the photo in two words, warnings that need no colour,
keys that work now, and columns that a narrow terminal keeps."""

from typing import Any

import pytest

from station.api import schemas
from station.receival.arrivals.visits import NewLoad
from tests.ui.rig import Station
from tests.ui.terminal import plain, terminal
from ui.tui.columns import Column, header_row, kept, table_row, widths
from ui.tui.lines import ended, lists, movements, queue
from ui.tui.lines.texts import photo_in_short, reason_texts
from ui.tui.widgets.bars import KeyLine
from ui.words.i18n import LANGUAGES, translator

NARROW = 58  # of 60 cells, two go to the mark


def keys_of(app: Any) -> str:
    return plain(app.screen.query_one("#keys", KeyLine).shown)


async def test_claims_and_grade_stand_in_the_row_and_in_the_band(station: Station) -> None:
    silo = station.silo
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", claims=("organic",), barcode="S1"))
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    async with terminal(station) as t:
        await t.see("FOSSE 2 → CELLULE C3 · Blé panifiable bio", "EARL Dupont · blé tendre · BIO")
        await t.see("└ bio · Blé panifiable bio")
        await t.open("cellules")
        await t.see("qualité Blé meunier n° 2")


async def test_the_keys_named_are_those_that_work_for_the_marked_row_and_the_person(station: Station) -> None:
    silo = station.silo
    async with terminal(station) as t:
        await t.see("Aucun véhicule sur site")
        assert "Entrée" not in keys_of(t.app)
        assert "F5" not in keys_of(t.app)
        await t.press("f4")
        await t.see("Aucune exception en attente.")
        assert "affecter" not in keys_of(t.app)
        await t.press("f2")
        visit = silo.arrive("AB-123-CD")
        await t.until(lambda: "Entrée ouvrir · F5 voir · F7 saisir un poids" in keys_of(t.app), "open")
        silo.confirm(43_120, visit, "first")
        silo.measure_well(visit)
        await t.until(lambda: "Entrée accepter · F5 voir" in keys_of(t.app), "accept")
        await t.press("f5")
        await t.until(lambda: "Entrée accepter · F6 autre cellule" in keys_of(t.app), "the load's keys")
        silo.decide(silo.loads(visit)[0])
        await t.until(lambda: "accepter" not in keys_of(t.app), "nothing to accept")
        assert "F6 autre cellule" in keys_of(t.app)
        t.app.client.person = schemas.Person(id="", name="Ines", roles=["installer"])
        await t.press("f2")
        await t.until(lambda: "saisir" not in keys_of(t.app) and "F3" not in keys_of(t.app), "an installer's")


async def test_what_warns_is_marked_without_colour(station: Station) -> None:
    silo = station.silo
    held = silo.arrive("DE-567-FG", NewLoad("barley", barcode="S5"))
    silo.confirm(39_000, held, "first")
    async with terminal(station) as t:
        await t.see("! attente proposée")
        await t.open("appareils")
        await t.see("! GAC 2100", "! Rien ne vient de")
        assert "! Bridge" not in plain(t.text)
        await t.open("cellules")
        await t.see("! QUARANTAINE")


def shares(**classes: tuple[float, bool]) -> schemas.Reason:
    parts = {
        name: {"share": share, "low": 0.0, "high": 1.0, "wide": wide}
        for name, (share, wide) in classes.items()
    }
    return schemas.Reason(code="photo_shares", params={"shares": parts, "kernels": 300})


@pytest.mark.parametrize(
    ("reasons", "text"),
    [
        ([shares(sound=(0.98, False), foreign=(0.02, False))], "photo : 98 % entiers"),
        ([shares(sound=(0.98, True), foreign=(0.001, False))], "photo : sans avis"),
        ([schemas.Reason(code="photo_pending")], "photo : en cours"),
        ([schemas.Reason(code="photo_refused", params={"reasons": ["dark"]})], "photo : refusée, à refaire"),
        ([schemas.Reason(code="no_model")], "photo : sans avis"),
        (
            [shares(sound=(0.9, False)), schemas.Reason(code="photo_number", params={"analyte": "protein"})],
            "photo : 90 % entiers",
        ),
        (
            [
                shares(sound=(0.9, False)),
                schemas.Reason(code="photo_unseen", params={"unseen": ["insects"]}),
                schemas.Reason(code="left_out", params={"share": 0.1}),
            ],
            "photo : 90 % entiers",
        ),
        (
            [
                schemas.Reason(code="photo_counted", params={"kernels": 300}),
                schemas.Reason(code="no_opinion"),
            ],
            "photo : sans avis",
        ),
        (
            [schemas.Reason(code="photo_counted"), schemas.Reason(code="no_model_for")],
            "photo : comptage seul",
        ),
        (
            [schemas.Reason(code="photo_number", params={"analyte": "protein", "value": 11.8, "unit": "%"})],
            "photo : protéines 11,8 %",
        ),
        ([], ""),
    ],
)
def test_the_photo_is_told_in_two_words(reasons: list[schemas.Reason], text: str) -> None:
    assert plain(photo_in_short(reasons, translator("fr"))) == text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "columns",
    [
        queue.columns, lists.device_columns, lists.cell_columns, lists.ticket_columns, ended.columns,
        movements.columns,
    ],
)  # fmt: skip
def test_every_column_that_a_narrow_terminal_has_keeps_its_title(columns: Any, language: str) -> None:
    table = columns(translator(language))
    assert "…" not in header_row(table, NARROW)
    assert "…" not in header_row(table, 78)
    assert kept(table, 78) == table
    assert sum(widths(table, NARROW)) + len(widths(table, NARROW)) - 1 <= NARROW


def test_a_spared_column_takes_its_cells_with_it() -> None:
    table = [Column("A", 40, flex=1), Column("B", 10, spared=True), Column("C", 5, right=True)]
    assert table_row(["a", "b", "1"], table, NARROW).split() == ["a", "1"]
    assert table_row(["a", "b", "1"], table, 78).split() == ["a", "b", "1"]


def test_what_comes_later_is_one_sentence_for_all() -> None:
    later = [
        schemas.Reason(code="known_later", params={"analyte": name}) for name in ("falling_number", "broken")
    ]
    given = [later[0], schemas.Reason(code="reached_by", params={"pit": "9"}), later[1]]
    assert reason_texts(given, translator("en")) == [
        "Reached by pit 9",
        "Known later: falling number, broken",
    ]
