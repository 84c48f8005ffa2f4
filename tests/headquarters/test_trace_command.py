"""`silo hub trace`."""

from pathlib import Path

from tests.headquarters.stock_rig import add_row
from tests.hub.hub_rig import START, Headquarters


def moved(headquarters: Headquarters, station: str) -> None:
    with headquarters.engine.begin() as connection:
        add_row(connection, station, "cell", id="c1", name="Cellule 1", capacity_kg=900_000.0)
        for seq, kind, kg in ((1, "opening", 50_000.0), (2, "out", -20_000.0)):
            add_row(
                connection, station, "cell_movement", id=f"{station}-{seq}", seq=seq, cell_id="c1", kind=kind,
                kg=kg, at=START, regime="owned", organisation="x", paper_number="BL-1", reason="sale",
            )  # fmt: skip


def test_a_lot_is_traced_and_put_on_paper(headquarters: Headquarters, tmp_path: Path) -> None:
    moved(headquarters, "north")
    paper = tmp_path / "recall.pdf"
    found = headquarters.json("trace", "BL-1", "--pdf", str(paper), "--json")
    assert (found["subject"]["site"], found["kg"], found["lies_kg"]) == ("north", 20_000, 30_000)
    assert paper.read_bytes().startswith(b"%PDF")
    assert "north" in headquarters.run("trace", "BL-1").stdout


def test_of_two_silos_one_is_chosen(headquarters: Headquarters) -> None:
    moved(headquarters, "north")
    moved(headquarters, "south")
    several = headquarters.run("trace", "c1")
    assert (several.exit_code, "--silo" in several.output) == (1, True)
    assert headquarters.json("trace", "c1", "--silo", "south", "--json")["kg"] == 30_000
    assert headquarters.run("trace", "BL-9").exit_code == 1
