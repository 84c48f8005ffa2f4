"""A laboratory's result comes in at headquarters and is judged at the silo, over a real line."""

import json
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from station.post import identity
from station.post.client import HubClient
from station.post.folder import NAME, BagFolder
from station.receival.arrivals.visits import NewLoad
from station.runtime.installer import Installer
from station.runtime.poster import Poster
from station.runtime.receiver import Pinned, Receiver
from station.runtime.sent_down import handlers
from station.store.blobs import Blobs
from station.store.tables import Measurement, PostLink
from tests.headquarters.lab_rig import PROFILE, lab_file
from tests.post.test_line import copy_of_the_hub, hub_file, postgres, silo
from tests.silo_rig import SITE, SITE_FILE, Silo

__all__ = ["hub_file", "postgres"]
WITHIN_S, PATIENCE_S = 60.0, 240.0


def clock() -> datetime:
    return datetime.now(UTC)


def measured(day: Silo) -> list[float]:
    with day.desk.ledger.read() as tx:
        return [one.value for one in tx.exec(select(Measurement).where(Measurement.method == "lab"))]


def until(is_so: Callable[[], bool]) -> float:
    """Return after how many seconds it is so."""
    begun = time.monotonic()
    while not is_so():
        assert time.monotonic() - begun < PATIENCE_S
        signal.sigtimedwait([], 0.1)
    return time.monotonic() - begun


@pytest.mark.long
def test_a_result_imported_at_headquarters_is_at_the_silo_within_a_minute(
    postgres: Engine, hub_file: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site.toml"
    rules = SITE_FILE.parents[1] / "examples" / "rules.toml"
    site.write_text(SITE_FILE.read_text(encoding="utf-8").replace("../examples/rules.toml", str(rules)))
    (tmp_path / "labo.toml").write_text(PROFILE, encoding="utf-8")
    data, results = tmp_path / "data", tmp_path / "results.csv"
    Silo.open(data).desk.ledger.close()
    told = json.loads(
        silo("hub", "station", "add", SITE.site.id, "--by", "Marc", "--config", str(hub_file), "--json")
    )

    def take(*rows: str) -> dict[str, int]:
        results.write_bytes(lab_file(*rows))
        words = [str(results), "--profile", str(tmp_path / "labo.toml"), "--by", "Marie", "--json"]
        counts: dict[str, int] = json.loads(silo("hub", "lab", "import", *words, "--config", str(hub_file)))[
            "counts"
        ]
        return counts

    with copy_of_the_hub(hub_file) as (address, _), ExitStack() as stack:
        silo("enrol", "--hub", address, "--code", told["code"], "--config", str(site))
        day = Silo.reopen(data)
        stack.callback(day.desk.ledger.close)
        day.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"), NewLoad("soft_wheat", barcode="S2"))
        with day.desk.ledger.read() as tx:
            known = tx.exec(select(PostLink)).one()
        key = identity.read_key(data)
        assert key is not None
        client = HubClient(known.urls, known.station, key)
        stack.callback(client.close)
        poster = Poster(day.desk.ledger, BagFolder(data / NAME), client, clock, dict, Random(1))
        installer = Installer(day.desk, Blobs(data / "models"), [])
        takers = handlers(day.desk, lambda: installer, clock)
        pinned = Pinned(known.station, known.hub_key)

        def receiver() -> Receiver:
            line = HubClient(known.urls, known.station, key)
            stack.callback(line.close)
            return Receiver(day.desk.ledger, line, pinned, takers, clock, Random(1))

        def there(query: str) -> int:
            poster.turn()
            with postgres.connect() as connection:
                return int(connection.execute(text(query)).scalar_one())

        until(lambda: there("SELECT count(*) FROM sample") == 2)
        with receiver().running():
            assert take("S1;R1;11,5")["sent"] == 1
            assert until(lambda: measured(day) == [11.5]) < WITHIN_S  # the line is open all the while
        assert take("S2;R1;12,5")["sent"] == 1  # no line now
        assert measured(day) == [11.5]
        with receiver().running():
            until(lambda: sorted(measured(day)) == [11.5, 12.5])
        until(lambda: there("SELECT count(*) FROM lab_result WHERE hub_id <> ''") == 2)
