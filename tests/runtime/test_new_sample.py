"""A meter that says its last value again and again: one reading, until a person says "new sample"."""

from pathlib import Path

from sqlmodel import select

from drivers.simulated.line import PtyLine
from drivers.simulated.tesma import SimulatedTesma
from station.store.tables import AuditEvent, Person, Reading
from tests.api.rig import Counter, ok, problem
from tests.runtime.dock import docked, until
from tests.silo_rig import START, Silo


def moistures(silo: Silo) -> list[float]:
    with silo.desk.ledger.read() as tx:
        return [row.values["moisture"]["value"] for row in tx.exec(select(Reading)).all()]


def tesma_at(line: PtyLine) -> dict[str, str]:
    return {"id": "tesma", "name": "Tesma", "driver": "tesma-plus2", "port": f"serial:{line.path}"}


def test_an_equal_value_counts_once_more_when_a_person_says_new_sample(
    counter: Counter, tmp_path: Path
) -> None:
    line, silo = PtyLine(tmp_path / "tesma"), counter.silo
    meter = SimulatedTesma(line)
    with docked(counter, tesma_at(line)) as dock, counter.client("anne") as client:
        until(lambda: dock.driver("tesma").health().state == "live")
        (shown,) = ok(client.get("/devices"))
        assert shown["repeats"]

        def says_again() -> bool:
            before = dock.driver("tesma").health().frames
            meter.send_one(START)
            until(lambda: dock.driver("tesma").health().frames > before)
            return True

        meter.measure("BLE", 14.4)
        assert says_again()
        until(lambda: moistures(silo) == [14.4])
        assert says_again()
        assert says_again()
        ok(client.post("/devices/tesma/new-sample"))
        assert says_again()
        until(lambda: moistures(silo) == [14.4, 14.4])
        assert says_again()
        meter.measure("BLE", 13.0)
        assert says_again()
        until(lambda: moistures(silo) == [14.4, 14.4, 13.0])
    with silo.desk.ledger.read() as tx:
        (event,) = tx.exec(select(AuditEvent).where(AuditEvent.kind == "new_sample_told")).all()
        anne = tx.exec(select(Person.id).where(Person.name == "Anne")).one()
    assert (event.by, event.data) == (anne, {"port": "tesma", "name": "Tesma"})
    line.close()


def test_it_is_refused_where_it_cannot_be(counter: Counter, tmp_path: Path) -> None:
    away = PtyLine(tmp_path / "tesma")
    away.disconnect()
    gac = {"id": "gac", "name": "GAC", "driver": "gac2100-csv01", "port": "tcp:127.0.0.1:9"}
    with docked(counter, tesma_at(away), gac) as dock, counter.client("anne") as client:
        until(lambda: dock.driver("tesma").health().state == "down")
        problem(client.post("/devices/nowhere/new-sample"), 404, "unknown_port")
        problem(client.post("/devices/gac/new-sample"), 409, "no_repeats")
        problem(client.post("/devices/tesma/new-sample"), 409, "device_down")
    with counter.client("gate") as nobody:
        problem(nobody.post("/devices/tesma/new-sample"), 401, "not_signed_in")
