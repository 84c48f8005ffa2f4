"""A small season is made like the full one: the same acts, fewer days."""

import json

import pytest
from sqlmodel import Session, func, select

from station.demo.season import keep
from station.demo.season.control_samples import FOR_ANALYZERS
from station.demo.season.keep import kept_season
from station.demo.season.plan import DAYS_AFTER, SeasonSize, make_plan
from station.demo.season.run import SeasonOptions, run_season
from station.demo.season.truth import side
from station.store.connections import open_engine
from station.store.tables import (
    Adjustment,
    Hold,
    LabResult,
    Measurement,
    RetainedSample,
    Sample,
    Ticket,
)

SMALL = SeasonSize(days=3, loads=24, photos=0, budget=4)


@pytest.fixture(scope="module")
def season(tmp_path_factory):
    return kept_season(7, SMALL, root=tmp_path_factory.mktemp("cache") / "silo")


@pytest.fixture
def ledger(season):
    engine = open_engine(season.ledger, writer=False)
    with Session(engine) as tx:
        yield tx
    engine.dispose()


def count(tx, table, *where):
    return tx.exec(select(func.count()).select_from(table).where(*where)).one()


def test_every_load_has_its_ticket_and_its_retained_sample(ledger):
    tickets = count(ledger, Ticket)
    assert tickets >= 20  # what is too wet for every cell is refused
    assert count(ledger, RetainedSample) == tickets


def test_each_method_spoke_of_protein_on_dry_matter(ledger):
    query = select(Measurement.method, Measurement.basis).where(Measurement.analyte == "protein").distinct()
    assert set(ledger.exec(query)) == {("phone", "dm"), ("machine", "dm"), ("lab", "dm")}


def test_the_laboratory_answered_for_what_was_sent(ledger):
    assert count(ledger, LabResult, LabResult.analyte == "protein", LabResult.current) == 12
    assert count(ledger, LabResult, LabResult.state != "accepted") == 0


def test_a_report_was_corrected(season, ledger):
    (corrected,) = [one for one in told(season)["happened"] if one["what"] == "report_corrected"]
    superseded = ledger.exec(select(LabResult).where(LabResult.current == False)).all()  # noqa: E712
    assert {row.report for row in superseded} == {corrected["report"]}
    assert {row.sought for row in superseded} == set(corrected["barcodes"])


def test_each_analyzer_read_the_control_sample_each_morning(ledger):
    control = ledger.exec(select(Sample).where(Sample.barcode == FOR_ANALYZERS)).one()
    machine = (Measurement.sample_id == control.id, Measurement.method == "machine")
    assert (
        count(ledger, Measurement, *machine, Measurement.analyte == "protein")
        == 2 * (SMALL.days + DAYS_AFTER) + 1
    )


def test_the_control_that_failed_was_answered(season, ledger):
    """The one reading more is that after the technician had been there."""
    truth = told(season)
    (drifting,) = [name for name, one in truth["analyzers"].items() if one["drift"]]
    hold = ledger.exec(select(Hold)).one()
    assert (hold.source, hold.analyte, hold.ended) == (drifting, "protein", True)
    assert ledger.exec(select(Adjustment)).one().instrument_id == drifting
    assert {"control_failed", "adjusted", "hold_ended"} <= {one["what"] for one in truth["happened"]}


def test_the_truth_knows_every_load_and_lies_outside_the_data_folder(season, ledger):
    truth = told(season)
    loads = set(ledger.exec(select(Measurement.load_id).where(Measurement.load_id != None)))  # noqa: E711
    assert loads == set(truth["loads"])
    assert season.site not in season.truth.parents


def test_the_same_seed_brings_the_same_trucks_and_another_seed_others():
    assert make_plan(7, SMALL) == make_plan(7, SMALL)
    assert make_plan(7, SMALL) != make_plan(8, SMALL)
    assert len(make_plan(8, SMALL).loads) == SMALL.loads


def test_a_kept_season_is_not_made_again(season, monkeypatch):
    monkeypatch.setattr(keep, "build_season", None)
    assert kept_season(7, SMALL, root=season.folder.parent).folder == season.folder


def test_an_interrupted_making_leaves_nothing_and_begins_again(tmp_path, monkeypatch):
    def interrupted(site, *_args, **_more):
        site.mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr(keep, "build_season", interrupted)
    with pytest.raises(KeyboardInterrupt):
        kept_season(7, SMALL, root=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["season.lock"]


def test_what_a_kill_left_goes_before_the_next_making(tmp_path, monkeypatch):
    (tmp_path / ".building-left").mkdir()
    (tmp_path / "season-7-3-24-0-4-older").mkdir()
    monkeypatch.setattr(keep, "_make", lambda folder, *_more: folder.mkdir())
    kept = kept_season(7, SMALL, root=tmp_path)
    assert {path for path in tmp_path.iterdir() if path.is_dir()} == {kept.folder}


def test_the_pages_are_printed_as_lines_and_the_truth_beside_them(season, monkeypatch, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(season.folder.parent.parent))
    monkeypatch.setattr("signal.signal", lambda *_: None)
    assert run_season(SeasonOptions(seed=7, headless=True, size=SMALL, language="en")) == 0
    told = capsys.readouterr()
    said = [json.loads(line) for line in told.out.splitlines()]
    assert {"pair", "watch"} <= {one["page"] for one in said}
    assert all(set(one) == {"page", "asked", "result"} for one in said)
    assert told.err == f"what was true is in {season.truth}\n"


def test_a_folder_that_holds_something_is_left_alone(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("signal.signal", lambda *_: None)
    (tmp_path / "here").touch()
    assert run_season(SeasonOptions(data=tmp_path, language="en")) == 2
    assert "is not empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("phone", "machine", "reference", "expected"),
    [(12.0, 11.0, 12.1, "phone"), (12.0, 11.0, 11.2, "machine"), (12.0, 11.4, 11.7, "both"),
     (12.0, 11.0, 13.0, "neither")],
)  # fmt: skip
def test_a_side_is_taken_within_the_tolerance(phone, machine, reference, expected):
    assert side(phone, machine, reference, 0.5) == expected


def told(season):
    return json.loads(season.truth.read_text(encoding="utf-8"))
