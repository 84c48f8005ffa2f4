import pytest

from benchmarks.long_day.bench import CASES, VISITS, long_day


@pytest.mark.long
@pytest.mark.timeout(300)
def test_thirty_visits_with_every_odd_case_close_without_a_gap() -> None:
    """Every kilogram that the bridges showed is on a ticket, in a cell and in the program's books."""
    found = long_day(rounds=1)
    assert found["visits"] == VISITS == len(CASES) + 1 == 30
    nothing = (
        "open", "weights_left", "exceptions", "gaps", "tickets_off", "notes_off", "kg_off", "erp_off",
        "erp_holes",
    )  # fmt: skip
    assert {name: found[name] for name in nothing} == dict.fromkeys(nothing, 0)
    assert found["ticket_kg"] == found["moved_kg"] == found["erp_kg"] > 0
    assert found["papers_wait"] == found["tickets"], "the printer is dead, and held nobody up"
    assert (found["findings"], found["erp_refused"]) == ([], [])
    assert found["closed"]
