"""The example files of the exchange are read whole, and say the same as CSV and as JSON."""

from pathlib import Path

from station.api import schemas
from station.exchange.reading import Said, read_file

EXAMPLES = Path(__file__).parents[2] / "examples" / "exchange"


def read(name: str) -> list[Said]:
    said, errors = read_file((EXAMPLES / name).read_bytes(), is_csv=name.endswith(".csv"))
    assert errors == []
    return said


def test_announced_apports_are_read() -> None:
    first, second = read("apports.csv")
    assert isinstance(second.body, schemas.AnnouncementIn)
    assert (second.body.trailer, [load.species for load in second.body.loads]) == (
        "JK-789-LM",
        ["soft_wheat", "barley"],
    )
    told, withdrawn = read("apports.json")
    assert isinstance(first.body, schemas.AnnouncementIn)
    assert isinstance(told.body, schemas.AnnouncementIn)
    assert (told.body.plate, told.body.expected_at) == (first.body.plate, first.body.expected_at)
    assert told.body.ticket_numbers == first.body.ticket_numbers == ["BA-04711"]
    assert withdrawn == Said(2, "2026-0410", None)


def test_tickets_are_read() -> None:
    of_csv, of_json = read("bons.csv"), read("bons.json")
    assert [(one.ref, one.load_id[:4]) for one in of_csv + of_json] == [
        ("2026-0412", ""), ("2026-0413", ""), ("2026-0413", ""), ("", "019f"),
    ]  # fmt: skip
    bodies = [one.body for one in of_csv + of_json if isinstance(one.body, schemas.ErpTicketIn)]
    assert [(one.number, one.load, one.net_kg, one.cell) for one in bodies] == [
        ("BA-04711", None, 27_880, "c1"), ("BA-04713", 2, 14_020, ""),
        ("BA-04712", 1, 13_940, ""), ("BA-04714", None, 25_220, ""),
    ]  # fmt: skip
