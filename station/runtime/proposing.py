"""Corrections and spreads are worked out in a process of its own, at the lowest priority."""

import json
import subprocess
import sys
from datetime import datetime

import structlog

from station.acts.desk import Desk
from station.lab import corrections, spreads
from station.lab.offered import Offers

LONGEST_S = 300.0

log = structlog.get_logger(__name__)


def propose_from_evidence(desk: Desk, at: datetime) -> None:
    """Propose what the evidence bears now. A child that fails is told in the log, and tried again at the next
    turn."""
    command = ["nice", "-n", "19", sys.executable, "-m", "station.lab.proposing", str(desk.ledger.file)]
    permitted = {name.value: value for name, value in desk.watching.permitted.items()}
    asked = json.dumps({"permitted": permitted, "at": at.isoformat()}).encode()
    try:
        done = subprocess.run(command, input=asked, stdout=subprocess.PIPE, timeout=LONGEST_S, check=True)
        offers = Offers.from_dict(json.loads(done.stdout))
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
        log.error("proposing_failed", why=f"{type(error).__name__}: {error}")
        return
    corrections.record_offers(desk, offers.corrections, at)
    spreads.record_spreads(desk, offers.spreads, at)
