"""`silo post status` says what is owed, for how long there is room, and why headquarters takes nothing."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from station.post import identity, link
from station.post.folder import NAME, BagFolder
from station.post.sealing import seal_one
from station.post.standing import Look, PostStanding, keep_standing
from tests.cli.rig import run
from tests.silo_rig import SITE, SITE_FILE, Silo

AT = datetime(2026, 7, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    """An enrolled station that owes one bag."""
    rules = SITE_FILE.parents[1] / "examples" / "rules.toml"
    file = tmp_path / "site.toml"
    file.write_text(SITE_FILE.read_text(encoding="utf-8").replace("../examples/rules.toml", str(rules)))
    silo = Silo.open(tmp_path / "data")
    with silo.desk.ledger.write() as tx:
        link.begin(tx, SITE.site.id, "e1", AT, ["http://127.0.0.1:1"])
    seal_one(silo.desk.ledger, BagFolder(tmp_path / "data" / NAME), AT)
    silo.desk.ledger.close()
    return file


def status(site: Path, *words: str) -> str:
    done = run(site, "post", "status", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_owed_and_that_nobody_was_heard(site: Path) -> None:
    told = json.loads(status(site, "--json"))
    assert (told["bags"], told["changes"], told["oldest_at"]) == (1, 0, AT.isoformat())
    assert (told["reason"], told["said"], told["heard_at"], told["room_days"]) == ("", "", None, None)
    text = status(site)
    assert "Owed: 1 bags" in text
    assert "It was never heard" in text
    assert "not measured yet" in text


def test_why_headquarters_takes_nothing_is_a_sentence(site: Path) -> None:
    standing = PostStanding(reason="revoked", since=AT, heard_at=AT, offset_s=-7200.0)
    keep_standing(site.parent / "data", standing.looked(AT, 1_000))
    told = json.loads(status(site, "--json"))
    assert (told["reason"], told["offset_s"]) == ("revoked", -7200.0)
    assert "silo enrol" in told["said"]
    text = status(site)
    assert "It takes nothing since" in text
    assert "a new code" in text
    assert "2\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}00 behind headquarters" in text
    keep_standing(site.parent / "data", PostStanding(full="No space left on device"))
    assert "make room" in status(site)


def test_a_station_without_headquarters_says_so(site: Path) -> None:
    silo = Silo.reopen(site.parent / "data")
    with silo.desk.ledger.write() as tx:
        tx.connection().exec_driver_sql("DELETE FROM post_link")
    silo.desk.ledger.close()
    assert run(site, "post", "status").returncode == 1


@pytest.mark.parametrize("words", [["status"], ["export", "stick"]])
def test_a_site_that_never_ran_has_no_ledger(site: Path, words: list[str]) -> None:
    (site.parent / "data").rename(site.parent / "elsewhere")
    done = run(site, "post", *words)
    assert (done.returncode, "there is no ledger" in done.stderr) == (2, True)


def test_enrolment_refuses_an_address_that_is_none(site: Path) -> None:
    done = run(site, "enrol", "--code", "X", "--hub", "http://127.0.0.1:1", "--hub", "http://127.0.0.1:x9")
    assert (done.returncode, "http://127.0.0.1:x9: write the address" in done.stderr) == (2, True)


def test_room_for_years_is_no_number_of_days(site: Path) -> None:
    looks = tuple(Look(at=AT + timedelta(days=day), free=10**9 - day) for day in range(3))
    keep_standing(site.parent / "data", PostStanding(looks=looks))
    assert "for more than a year" in status(site)


def test_nothing_owed_is_nothing_copied(site: Path) -> None:
    silo = Silo.reopen(site.parent / "data")
    with silo.desk.ledger.write() as tx:
        tx.connection().exec_driver_sql("UPDATE post_link SET acknowledged = 1")
    silo.desk.ledger.close()
    identity.write_key(site.parent / "data", Ed25519PrivateKey.generate())
    done = run(site, "post", "export", str(site.parent / "stick"))
    assert (done.returncode, "nothing was copied" in done.stderr) == (0, True)
