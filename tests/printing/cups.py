"""`lp`, `lpstat` and `cancel` as scripts on the path: a CUPS of one folder."""

import json
import stat
import sys
from pathlib import Path

import pytest

_SCRIPT = """#!{python}
import json, os, sys, time
from pathlib import Path
here = Path({folder!r})
name, given = Path(sys.argv[0]).name, sys.argv[1:]
how = json.loads((here / "how.json").read_text())
if name in how["hangs"]:
    time.sleep(60)
waiting = here / "waiting"
if name == "lp":
    if given[1] != "pont":
        sys.exit("lp: The printer or class does not exist.")
    number = f"pont-{{len(list(here.glob('*.pdf'))) + 1}}"
    (here / f"{{number}}.pdf").write_bytes(sys.stdin.buffer.read())
    (here / f"{{number}}.json").write_text(json.dumps(given))
    if how["holds"]:
        waiting.write_text(waiting.read_text() + number + "\\n")
    print(f"request id is {{number}} (0 file(s))" if os.environ["LC_ALL"] == "C" else "l'id est ...")
elif name == "lpstat" and given[0] == "-a":
    if given[1] != "pont":
        sys.exit(f'lpstat: Invalid destination name in list "{{given[1]}}".')
    print("pont not accepting requests since Sun" if how["refuses"] else "pont accepting requests since Sun")
elif name == "lpstat":
    for number in waiting.read_text().split():
        print(f"{{number}}    silo    1024   Sun Nov 29")
else:
    waiting.write_text("".join(one + "\\n" for one in waiting.read_text().split() if one != given[0]))
"""


class Cups:
    """`how` changes what it does: `holds` papers, `refuses`, `hangs` in these commands."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "waiting").write_text("")
        self.how()
        for name in ("lp", "lpstat", "cancel"):
            script = folder / name
            script.write_text(_SCRIPT.format(python=sys.executable, folder=str(folder)))
            script.chmod(script.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", str(folder), prepend=":")

    def how(self, *, holds: bool = False, refuses: bool = False, hangs: tuple[str, ...] = ()) -> None:
        told = {"holds": holds, "refuses": refuses, "hangs": hangs}
        (self.folder / "how.json").write_text(json.dumps(told))

    def prints(self) -> None:
        """What waited is printed."""
        (self.folder / "waiting").write_text("")

    def waiting(self) -> list[str]:
        return (self.folder / "waiting").read_text().split()

    def papers(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.folder.glob("*.pdf"))]

    def asked(self) -> list[list[str]]:
        return [json.loads(path.read_text()) for path in sorted(self.folder.glob("pont-*.json"))]
