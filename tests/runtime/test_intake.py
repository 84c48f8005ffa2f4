"""The intake keeps what it cannot write, says so, and goes on when there is room again."""

import time
from collections.abc import Callable
from datetime import datetime

from sqlmodel import select

from drivers.backoff import Backoff
from drivers.driver import Driver
from drivers.registry import make_protocol, make_transport
from drivers.simulated.gac2100 import SimulatedGac2100
from drivers.simulated.line import TcpLine
from station.grain.weighing import WeighingRule
from station.runtime.intake import Intake
from station.store.tables import Reading
from tests.silo_rig import START, Silo


def until(condition: Callable[[], bool], timeout_s: float = 15.0) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def limit_pages(silo: Silo, pages: int | None) -> None:
    """A database that may not grow is SQLite's own full disk."""
    with silo.desk.ledger.write() as tx:
        connection = tx.connection()
        now = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages or now}")


def recorded(silo: Silo) -> list[str | None]:
    with silo.desk.ledger.read() as tx:
        return [row.barcode for row in tx.exec(select(Reading).order_by(Reading.id))]  # type: ignore[arg-type]


def test_on_a_full_disk_readings_wait_and_none_is_lost_or_doubled(silo: Silo) -> None:
    line = TcpLine()
    driver = Driver(
        "gac", make_protocol("gac2100-csv01"), make_transport(f"tcp:127.0.0.1:{line.port}"),
        clock=silo.clock, backoff=Backoff(0.02, 0.1),
    )  # fmt: skip
    folder = silo.desk.ledger.folder / "frames"
    intake = Intake(silo.desk, {"gac": driver}, folder, WeighingRule(), silo.clock)
    gac = SimulatedGac2100(line)
    sent = [f"S{number:04d}" for number in range(60)]

    def print_one(barcode: str, at: datetime) -> None:
        gac.print_record(
            sample_id=barcode, moisture=13.1, test_weight=77.0, temperature=25.0, product="Wheat", at=at
        )

    try:
        with intake.running():
            print_one(sent[0], START)
            until(lambda: recorded(silo) == sent[:1])
            limit_pages(silo, None)
            for barcode in sent[1:]:
                print_one(barcode, START)
            until(lambda: intake.disk_full)
            kept = recorded(silo)
            assert kept == sent[: len(kept)]
            limit_pages(silo, 1_000_000)
            until(lambda: recorded(silo) == sent)
            until(lambda: not intake.disk_full)
    finally:
        line.close()
