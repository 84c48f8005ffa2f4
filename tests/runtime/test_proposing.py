"""The station has its evidence looked through by another process, and proposes what that finds."""

import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest

from drivers.reading import Analyte
from station.acts.desk import Watching
from station.lab.offered import Offers
from station.lab.proposing import offers
from station.runtime import proposing
from station.runtime.proposing import propose_from_evidence
from station.store.corrections import with_newest_act
from station.store.spreads import newest
from tests.lab.rows import add_phone, instrument_of, measured
from tests.lab.test_spreads import seen_beside
from tests.silo_rig import START, Silo


def watched(silo: Silo) -> None:
    measured(silo, instrument_of(silo), [0.2, 0.4] * 12, start=START - timedelta(days=10))
    seen_beside(silo, add_phone(silo), 32)
    silo.desk = replace(silo.desk, watching=Watching(permitted={Analyte.PROTEIN: 0.2}))


def proposed(silo: Silo) -> tuple[int, int]:
    with silo.desk.ledger.read() as tx:
        return len(with_newest_act(tx)), len(newest(tx))


def test_what_another_process_found_is_proposed_once(silo: Silo) -> None:
    watched(silo)
    for _ in range(2):
        propose_from_evidence(silo.desk, silo.clock())
        assert proposed(silo) == (1, 1)


def test_offers_are_handed_over_as_they_are(silo: Silo) -> None:
    watched(silo)
    with silo.desk.ledger.read() as tx:
        found = offers(tx, {"protein": 0.2}, silo.clock())
    assert len(found.corrections) == len(found.spreads) == 1
    assert Offers.from_dict(found.as_dict()) == found


@pytest.mark.parametrize("output", [b"", b"[]", b'{"corrections": [{}], "spreads": []}'])
def test_a_child_that_fails_proposes_nothing(
    silo: Silo, monkeypatch: pytest.MonkeyPatch, output: bytes
) -> None:
    done = subprocess.CompletedProcess([], 0, output)
    monkeypatch.setattr(proposing.subprocess, "run", lambda *_args, **_more: done)
    propose_from_evidence(silo.desk, silo.clock())
    assert proposed(silo) == (0, 0)
