"""The watch: control charts, and holds, controls, verifications and standards that wait for a manager."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import col, select

from station.lab.controls import Target
from station.store.tables import Adjustment, AuditEvent, Hold, HoldAct
from tests.lab.test_controls import PROTEIN, control, instrument_of
from tests.silo_rig import Silo
from tests.ui.web import stored
from tests.ui.web.rig import Pages, Text, make_readers, pages_of

GOOD, BAD = 11.5, 12.9


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    yield from _watched(tmp_path_factory.mktemp("watched"))


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Pages]:
    yield from _watched(tmp_path)


def _watched(folder: Path) -> Iterator[Pages]:
    """A silo whose analyzer failed a control after a load, and a control chart with an alarm."""
    silo = Silo.open(folder / "data")
    make_readers(silo)
    control(silo, "K1", PROTEIN)
    _check(silo, GOOD)
    silo.clock.pass_(minutes=5)
    silo.receive("AA-111-AA")
    _check(silo, BAD)
    with silo.desk.ledger.write() as tx:
        stored.store(tx, "watch", stored.watch())
    yield pages_of(silo)
    silo.desk.ledger.close()


def test_what_waits_for_a_manager_stands_at_the_top(watched: Pages) -> None:
    english = Text(watched.reader().get("/watch").text)
    assert "1 hold to end; 1 alarm" in english.words
    assert {"failed", "not yet due", "alarm", "Infratec 1"} <= set(english.words)
    assert "+0.31 %" in english.words  # how much, and since when
    assert [word for word in english.words if word.startswith("21/07")]
    french = Text(watched.reader("Marc", "fr").get("/watch").text)
    assert [word for word in french.words if word.startswith("1 série de valeurs à confirmer")]


def test_an_adjusted_instrument_says_how_far_its_watch_is(fresh: Pages) -> None:
    result = stored.watch()
    result["asked"] = {**result["asked"], "source": "INF-2"}
    refused = {"code": "baseline_too_few", "params": {"n": 26, "needed": 30}}
    with fresh.silo.desk.ledger.write() as tx:
        stored.store(tx, "watch", {**result, "in_alarm": False, "baseline": None, "refused": refused})
    assert "adjusted, 26 of 30 checks" in Text(fresh.reader().get("/watch").text).words


def test_one_wild_check_is_no_drift(fresh: Pages) -> None:
    result = stored.watch()
    result["alarms"] = [{**result["alarms"][0], "rule": "three_s", "shift": 9.87}]
    result["asked"] = {**result["asked"], "source": "INF-3"}
    with fresh.silo.desk.ledger.write() as tx:
        stored.store(tx, "watch", result)
    assert "9.87" not in fresh.reader().get("/watch").text


def test_a_control_chart_says_since_when_and_how_much(watched: Pages) -> None:
    page = watched.reader().get("/watch?analyte=protein").text
    words = Text(page).words
    assert (
        "Infratec 1 (protein): alarm since 27/07/2026. Since about 21/07/2026 it reads 0.31 % higher."
        in words
    )
    assert "<svg" in page
    assert [
        word for word in words if word.startswith("The running mean sees a drift of one SEP after about 12")
    ]


def test_a_manager_ends_a_hold_with_a_reason(fresh: Pages) -> None:
    reader, hold, act = fresh.reader(), _hold(fresh), "released"
    address = f"/watch/holds/{hold.id}"
    page = Text(reader.get(address).text)
    assert "12.9 instead of 11.5 ± 0.3 %" in " ".join(page.words)
    answer = reader.post(f"{address}/{act}", data={**_token(page), "reason": "measured again"})
    assert (answer.status_code, answer.headers["location"]) == (303, address)
    assert "measured again" in reader.get(address).text
    load = next(link for link in page.links if link.startswith("/loads/"))
    assert "released: no comparison uses it" in Text(reader.get(load).text).words
    assert "<input id=" not in reader.get(address).text
    with fresh.silo.desk.ledger.read() as tx:
        done = tx.exec(select(HoldAct)).one()
        assert (done.act, done.by, done.reason) == (act, "marc", "measured again")
        assert (
            tx.exec(select(AuditEvent.by).where(col(AuditEvent.kind).startswith("hold_"))).all()[-1] == "marc"
        )
    again = reader.post(f"{address}/{act}", data={**_token(page), "reason": "twice"})
    assert again.status_code == 409


def test_no_hold_ends_without_reason_token_or_role(watched: Pages) -> None:
    reader, address = watched.reader(), f"/watch/holds/{_hold(watched).id}"
    token = _token(Text(reader.get(address).text))
    assert reader.post(f"{address}/confirmed", data={**token, "reason": "  "}).status_code == 422
    assert reader.post(f"{address}/confirmed", data={**token, "reason": "a\u202eb"}).status_code == 422
    assert reader.post(f"{address}/confirmed", data={"reason": "why"}).status_code == 403
    assert reader.post(f"{address}/forgotten", data={**token, "reason": "why"}).status_code == 422
    assert reader.post(f"{address}/corrected", data={**token, "reason": "why"}).status_code == 409
    anne = watched.reader("Anne")
    assert anne.get("/watch").status_code == 403
    for path in (f"{address}/confirmed", "/watch/adjustments"):
        token = _token(Text(anne.get("/watch").text))
        assert anne.post(path, data={**token, "reason": "why"}).status_code == 403
    assert not _hold(watched).ended


def test_an_adjustment_is_recorded_as_people_type_numbers(fresh: Pages) -> None:
    reader = fresh.reader("Marc", "fr")
    form = {
        **_token(Text(reader.get("/watch").text)), "instrument": instrument_of(fresh.silo, "nir").id,
        "analyte": "protein", "done_at": "2026-01-02T08:30", "old_bias": "0,12", "new_bias": "−0,03",
        "reason": "réglage du réseau", "network": "Réseau Ouest",
    }  # fmt: skip
    for wrong in ("un", "0", "-1,02"):
        refused = reader.post("/watch/adjustments", data={**form, "old_slope": wrong})
        assert refused.status_code == 422
        assert "Pente avant" in refused.text
    assert "Non valable : Pente avant" in reader.post(
        "/watch/adjustments", data={**form, "old_slope": "98 %"}
    ).text.replace("\u00a0", " ")
    for odd in ("0001-01-01T00:00", "9999-12-31T23:59"):
        assert reader.post("/watch/adjustments", data={**form, "done_at": odd}).status_code == 422
    assert reader.post("/watch/adjustments", data=form).status_code == 303
    with fresh.silo.desk.ledger.read() as tx:
        row = tx.exec(select(Adjustment)).one()
    assert (row.old_bias, row.new_bias, row.old_slope) == (0.12, -0.03, None)
    assert (row.network, row.by) == ("Réseau Ouest", "marc")


def test_a_campaign_of_standards_has_a_verdict_for_each_instrument(watched: Pages) -> None:
    silo = watched.silo
    control(silo, "K2", Target("protein", 11.5, 0.3, basis="as_is", campaign="spring"))
    silo.clock.pass_(minutes=5)
    silo.measure("nir", {"protein": 11.4}, "K2")
    words = Text(watched.reader().get("/watch").text).words
    assert "Campaign of standards spring" in words
    assert "passed" in words
    file = watched.reader().get("/watch?format=csv&table=standards").text
    assert ",passed,1,,-0.1" in file


def test_tables_come_as_files(watched: Pages) -> None:
    lines = watched.reader().get("/watch?format=csv&table=controls").text.splitlines()
    assert len(lines) == 2
    checks = watched.reader().get("/watch?analyte=protein&format=csv").text.splitlines()
    assert len(checks) == 61


def _check(silo: Silo, value: float) -> None:
    silo.clock.pass_(minutes=5)
    silo.measure("nir", {"protein": value}, "K1")


def _hold(pages: Pages) -> Hold:
    with pages.silo.desk.ledger.read() as tx:
        return tx.exec(select(Hold)).one()


def _token(page: Text) -> dict[str, str]:
    return {"form_token": page.fields["form_token"]} if "form_token" in page.fields else {}
