"""`silo hub person`: who opens the pages of headquarters."""

from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import select
from typer.testing import CliRunner

from station.cli import app
from station.hub.database import TABLES
from station.hub.own import EVENTS
from tests.hub.hub_rig import Headquarters

PASSWORD = "correct horse battery"


def run(headquarters: Headquarters, *words: str, typed: str = "") -> Result:
    line = ["hub", "person", *words, "--config", str(headquarters.config)]
    by = [] if words[0] == "list" else ["--by", "Luc"]
    return CliRunner().invoke(app, [*line, *by], input=typed, catch_exceptions=False)


def listed(headquarters: Headquarters) -> list[dict[str, Any]]:
    import json

    return [json.loads(line) for line in run(headquarters, "list", "--json").stdout.splitlines()]


def test_a_person_is_added_changed_and_removed_and_each_act_is_noted(headquarters: Headquarters) -> None:
    headquarters.run("station", "add", "north", "--by", "Luc")
    assert run(headquarters, "add", "Zoé", "--role", "silo_manager", "--station", "north").exit_code == 0
    typed = f"{PASSWORD}\n{PASSWORD}\n"
    assert run(headquarters, "password", "zoe", typed=typed).exit_code == 0
    (zoe,) = listed(headquarters)
    assert (zoe["name"], zoe["roles"], zoe["stations"]) == ("Zoé", ["silo_manager"], ["north"])
    assert zoe["has_password"] is True
    assert PASSWORD not in str(zoe)
    assert run(headquarters, "role", "Zoé", "quality", "logistics").exit_code == 0
    assert run(headquarters, "scope", "Zoé").exit_code == 2
    assert run(headquarters, "scope", "Zoé", "--all").exit_code == 0
    (zoe,) = listed(headquarters)
    assert (zoe["roles"], zoe["stations"]) == (["logistics", "quality"], None)
    assert run(headquarters, "remove", "Zoé").exit_code == 0
    assert listed(headquarters) == []
    with headquarters.engine.connect() as connection:
        events = TABLES.tables[EVENTS]
        rows = connection.execute(select(events.c.kind, events.c.by, events.c.data).order_by(events.c.seq))
        told = [(kind, by, data) for kind, by, data in rows if kind != "station_added"]
    assert [(kind, by) for kind, by, _ in told] == [
        ("person_added", "Luc"), ("password_changed", "Luc"), ("person_roles", "Luc"),
        ("person_scope", "Luc"), ("person_removed", "Luc"),
    ]  # fmt: skip
    assert all(data["person"] == zoe["id"] for _, _, data in told)
    assert "argon2" not in str(told)
    assert run(headquarters, "add", "ZOE", "--role", "director").exit_code == 0  # the name is free again


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "Zoé", "--role", "king"), "silo_manager"),
        (("add", "Zoé", "--role", "silo_manager"), "stations"),
        (("add", "Zoé", "--role", "director", "--station", "nowhere"), "nowhere"),
        (("add", "Z\u202eoé", "--role", "director"), "name"),
        (("add", "  ", "--role", "director"), "name"),
        (("add", "Z" * 81, "--role", "director"), "name"),
        (("add", "Zoé", "--role", "director", "--language", "de"), "fr"),
        (("role", "Nobody", "director"), "Nobody"),
        (("remove", "Nobody"), "Nobody"),
    ],
)
def test_what_cannot_be_kept_is_a_sentence(
    headquarters: Headquarters, words: tuple[str, ...], says: str
) -> None:
    answer = run(headquarters, *words)
    assert answer.exit_code in (1, 2)
    assert says in answer.stderr
    assert "Traceback" not in answer.stderr
    assert listed(headquarters) == []


def test_a_name_is_one_persons_and_a_password_long_enough(headquarters: Headquarters) -> None:
    assert run(headquarters, "add", "Zoé", "--role", "director").exit_code == 0
    assert run(headquarters, "add", "zoe", "--role", "quality").exit_code == 1
    assert run(headquarters, "password", "Zoé", typed="short\nshort\n").exit_code == 2
    assert run(headquarters, "role", "Zoé", "silo_manager").exit_code == 2  # who would see all
    assert listed(headquarters)[0]["has_password"] is False
