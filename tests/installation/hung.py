"""`silo serve`, but something in it hangs where /run/silo-hangs/WHAT says so, and is late within seconds."""

import sys
import threading
from pathlib import Path
from typing import Any

from station.cli import main
from station.runtime import intake, light_box
from station.runtime.intake import Intake
from station.runtime.light_box import LightBox

HANGS = Path("/run/silo-hangs")


def hang(what: str, cls: type, method: str) -> None:
    usual = getattr(cls, method)

    def hung(*given: Any) -> Any:
        if (HANGS / what).exists():
            threading.Event().wait()
        return usual(*given)

    setattr(cls, method, hung)


intake.DUE_S = 1.0
light_box.REPLACING_S = 0.0
hang("intake", Intake, "_record")
hang("worker", LightBox, "_seen")
sys.argv[0] = "silo"
main()
