"""`silo hub farm` registers a store and says what lies there."""

import pytest

from tests.headquarters.stock_rig import add_row
from tests.hub.hub_rig import START, Headquarters

BY = ("--by", "Anne")
WHY = ("--why", "jauge", *BY)


def test_a_store_is_registered_filled_and_listed(headquarters: Headquarters) -> None:
    with headquarters.engine.begin() as connection:
        add_row(
            connection, "north", "ticket", id="t1", seq=1, site="north", campaign="2025/26", number=7,
            load_id="l1", net_kg=27_880.0, at=START,
        )  # fmt: skip
    place = ("--latitude", "47.1", "--longitude", "4.9")
    done = [
        headquarters.run("farm", "add", "ferme-1", "--name", "Ferme", "--owner", "EARL Dupont", *place, *BY),
        headquarters.run(
            "farm", "cell", "ferme-1", "a", "--name", "A", "--species", "barley", "--capacity", "200", *BY
        ),
        headquarters.run(
            "farm", "move", "ferme-1", "a", "counted", "--tonnes", "120", "--on", "2026-07-01", *WHY
        ),
        headquarters.run(
            "farm", "move", "ferme-1", "a", "out", "--ticket", "north/2025/26/7", "--why", "livré", *BY
        ),
    ]  # fmt: skip
    assert [one.exit_code for one in done] == [0] * 4, [one.output for one in done]
    farm = headquarters.json("farm", "list")
    assert (farm["owner"], farm["latitude"]) == ("EARL Dupont", 47.1)
    assert (farm["cells"][0]["kg"], farm["cells"][0]["sure"]) == (92_120, "booked")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--ticket", "north/2026/7"), "north 2026 7"), (("--ticket", "7"), "SILO/CAMPAIGN"),
        (("--movement", "north"), "SILO/ID"), (("--tonnes", "-1"), "weight"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_in_words(
    headquarters: Headquarters, more: tuple[str, str], says: str
) -> None:
    headquarters.run("farm", "add", "ferme-1", "--name", "Ferme", "--owner", "EARL", *BY)
    cell = ("--name", "A", "--species", "barley", "--capacity", "200")
    headquarters.run("farm", "cell", "ferme-1", "a", *cell, *BY)
    done = headquarters.run("farm", "move", "ferme-1", "a", "out", *more, "--why", "livré", *BY)
    assert done.exit_code == 2
    assert says in done.output
