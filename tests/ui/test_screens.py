"""Every screen at 80x24, in both languages, with and without colour: nothing cut, all of it in words."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from textual.color import Color

from station.receival.arrivals.visits import NewLoad
from station.runtime.live import HealthFacts
from tests.silo_rig import START, Silo
from tests.ui.rig import House, Station, bridge, served
from tests.ui.terminal import HEIGHT, WIDTH, Terminal, plain, terminal
from ui.tui.themes import DARK, LIGHT
from ui.tui.widgets.bars import KeyLine

LONG = "Société coopérative agricole de la Grande Vallée et des Plateaux réunis"


def busy(silo: Silo) -> None:
    """One load in each state a queue can show, with a name that is too long for its column."""
    silo.receive("AA-111-AA")
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S0001"), NewLoad("barley"), supplier=LONG)
    waiting = silo.arrive("CD-456-EF", NewLoad("soft_wheat", barcode="S0002"))
    silo.confirm(40_000, waiting, "first")
    silo.measure("gac", {"moisture": 13.0}, "S0002")
    held = silo.arrive("DE-567-FG", NewLoad("barley", barcode="S0005"))
    silo.confirm(39_000, held, "first")
    decided = silo.arrive("EF-789-GH", NewLoad("soft_wheat", barcode="S0003"))
    silo.confirm(41_000, decided, "first")
    silo.measure_well(decided)
    silo.decide(silo.loads(decided)[0])
    proposed = silo.arrive("GH-012-IJ", NewLoad("soft_wheat", barcode="S0004"), supplier=LONG)
    silo.confirm(43_120, proposed, "first")
    silo.measure_well(proposed)
    silo.measure("gac", {"moisture": 12.0}, "NOBODY")
    silo.measure("nir", {"protein": 10.0, "moisture": 12.0}, "S0004", product="Barley")


@pytest.fixture(scope="module")
def busy_station(tmp_path_factory: pytest.TempPathFactory, house: House) -> Iterator[Station]:
    """Looked at by several tests, changed by none."""
    with served(house, tmp_path_factory.mktemp("busy") / "data") as opened:
        busy(opened.silo)
        yield opened


async def check(t: Terminal) -> None:
    keys = t.app.screen.query_one("#keys", KeyLine)
    await t.until(lambda: keys.size.height == len(keys.shown.split("\n")) <= 3, "the keys laid out")
    lines = t.text.split("\n")
    assert len(lines) == HEIGHT
    assert all(len(line) <= WIDTH for line in lines)
    for word in ("{", "}", "None", "soft_wheat", "waiting", "_t "):
        assert word not in t.text, t.text


WORDS = {
    "f2": {
        "fr": (
            "vidage 1 → C1",
            "peser vide",
            "attente proposée",
            "manque : protéines, poids spécifique",
            "FOSSE 1",
        ),
        "en": ("tipping 1 → C1", "weigh empty", "hold proposed", "missing: protein, test weight", "PIT 1"),
    },
    "f3": {
        "fr": ("Arrivée", "Code-barres échantillon", "Propriétaires, %"),
        "en": ("Arrival", "Sample barcode", "Owners, %"),
    },
    "f4": {
        "fr": (
            "Aucun échantillon n'a le code-barres NOBODY",
            "Mesuré comme Barley, mais blé tendre est déclaré",
        ),
        "en": ("No sample has the barcode NOBODY", "Measured as Barley, but soft wheat is declared"),
    },
    "appareils": {
        "fr": ("Appareils", "MUET", "20 min", "Rien ne vient de tcp:127.0.0.1:4001", "en marche"),
        "en": ("Devices", "SILENT", "20 min", "Nothing comes from tcp:127.0.0.1:4001", "live"),
    },
    "cellules": {
        "fr": ("Cellules", "Réservé", "prot. 11,6 % MS", "QUARANTAINE", "fosses 1, 2"),
        "en": ("Cells", "Reserved", "prot. 11.6 % dry m.", "QUARANTINE", "pits 1, 2"),
    },
    "bons": {"fr": ("Bons d'apport", "27 880 kg"), "en": ("Tickets", "27,880 kg")},
}


async def test_every_screen_is_whole_at_80_by_24_in_both_languages(busy_station: Station) -> None:
    async with terminal(busy_station, "fr") as t:
        await t.see("GH-012-IJ", "  █  ", " ██  ", "█████")
        for key, words in WORDS.items():
            await t.open(key) if len(key) > 2 else await t.press(key)
            for language in ("fr", "en"):
                await t.see(*words[language])
                await check(t)
                await t.press("f11")


async def test_the_load_screen_tells_evidence_why_and_why_not(busy_station: Station) -> None:
    async with terminal(busy_station, "en") as t:
        await t.see("PIT 1 → CELL C1")
        await t.press("f5")
        await t.see("sample S0004", "PIT 1 → CELL C1", "moisture", "13.6 %", "test weight", "[Enter] accept")
        await check(t)
        everything = plain(t.app.screen.query_one("#sections").shown)  # type: ignore[attr-defined]
        for told in (
            "Protein 12.02 % dry m. ≥ 11",
            "Known later: falling number, ",
            "pit 2 → cell C1: ",
            "C3: The cell takes only organic",
            "H1: Hold cell: not needed for this load",
            "Dry matter basis from 10.4 % as is at 13.5 % moisture",
        ):
            assert told in " ".join(everything.split()), everything
        await t.press("pagedown", "pagedown")
        await t.see("▲")
        await check(t)


async def test_dialogs_and_help_are_whole(busy_station: Station) -> None:
    async with terminal(busy_station, "fr") as t:
        for key, told in (
            ("f1", "Lisez un code-barres d'échantillon"),
            ("f10", "Annuler le passage de GH-012-IJ"),
        ):
            await t.press(key)
            await t.see(told)
            assert all(len(line) <= WIDTH for line in t.text.split("\n"))
            await t.press("escape")


async def test_disk_and_devices_are_always_in_sight(station: Station) -> None:
    station.facts = HealthFacts("ready", (("disk_low", {"free_mb": 1800}),))
    async with terminal(station) as t:
        for screen in ("file", "exceptions", "appareils", "cellules", "bons"):
            await t.open(screen)
            await t.see("! Disque presque plein : 1 800 Mo libres", "! appareils : 1", "0 exception", "relié")


async def test_a_second_disk_that_is_missing_for_a_week_is_said_on_every_screen(station: Station) -> None:
    away = {"folder": "/media/silo", "age_s": 7 * 86_400.0}
    station.facts = HealthFacts("ready", (("second_disk_away", away),))
    async with terminal(station) as t:
        for screen in ("file", "exceptions", "appareils", "cellules", "bons"):
            await t.open(screen)
            await t.see("! Le second disque /media/silo manque depuis 7 j")


async def test_live_weight_and_device_states_follow_the_station(station: Station) -> None:
    async with terminal(station) as t:
        await t.open("appareils")
        await t.see("0 kg")
        station.devices = [bridge(weight_kg=43_120.0, weight_stable=False)]
        await t.see("~43 120 kg", "appareils OK")
        station.devices = [replace(bridge(), state="down", since=START - timedelta(hours=2))]
        await t.see("COUPÉ", "2 h 00", "! appareils : 1")


async def test_the_marked_line_has_a_sign_and_the_light_theme_has_contrast(busy_station: Station) -> None:
    async with terminal(busy_station, theme="light") as t:
        await t.see("▶ GH-012-IJ")
        assert t.app.theme == LIGHT.name
        await t.press("f12")
        assert t.app.theme == DARK.name
    for theme in (LIGHT, DARK):
        front, back = Color.parse(theme.foreground or ""), Color.parse(theme.background or "")
        for shown in (theme.foreground, theme.error, theme.primary):
            lights = sorted(_light(colour) for colour in (Color.parse(shown or ""), back))
            assert (lights[1] + 0.05) / (lights[0] + 0.05) >= 7, (theme.name, shown, front)


def _light(colour: Color) -> float:
    """Relative luminance by the web's accessibility rule."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("how", ["theme", "environment"])
async def test_without_colour_every_cell_is_grey(
    busy_station: Station, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "environment":
        monkeypatch.setenv("NO_COLOR", "1")
    async with terminal(busy_station, theme="plain" if how == "theme" else "dark") as t:
        await t.see("GH-012-IJ")
        styles = [
            segment.style
            for strip in t.app.screen._compositor.render_strips()
            for segment in strip.apply_filter(t.app._filters[-1], Color.parse("black"))
            if segment.style
        ]
        shades = [c.triplet for style in styles for c in (style.color, style.bgcolor) if c and c.triplet]
        assert shades
        assert all(shade.red == shade.green == shade.blue for shade in shades)


async def test_a_note_stands_below_the_queue_and_the_arrival(busy_station: Station) -> None:
    async with terminal(busy_station, note=lambda: "a blue truck stands outside") as t:
        await t.see("a blue truck stands outside")
        await t.press("f3")
        await t.see("Arrivée", "a blue truck stands outside")


async def test_a_wrong_pin_says_so_and_the_next_person_can_sign_in(station: Station) -> None:
    async with terminal(station, "fr", signed_in=False) as t:
        await t.see("Anne (opérateur)")
        await t.press("f2")
        await t.press("enter", *"9999", "enter")
        await t.hear("Nom ou code faux. Tapez-les de nouveau.")
        await t.press("f11")
        await t.see("PIN", "Name")
        await t.press(*"1234", "enter")
        await t.hear("Good day, Anne.")
        await t.open("another")
        await t.see("Sign in")
        assert t.app.client.person is None


async def test_an_ended_sign_in_leads_back_to_signing_in(station: Station) -> None:
    async with terminal(station, "en") as t:
        t.app.client.person_token = "revoked"
        await t.press("f7")
        await t.write("43120")
        await t.press("enter")
        await t.see("Sign in")
        await t.hear("Nobody is signed in.")
