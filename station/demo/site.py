"""The site of the demonstration, written into its own folder: site file and rule pack."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from string import Template

SITE_ID, SITE_NAME = "demo", "Silo de Beaulieu (démonstration)"
BEAULIEU = (47.026, 4.840)  # latitude and longitude, degrees
TEMPLATE = Path(__file__).with_name("site.toml")
RULES = Path(__file__).parents[2] / "examples" / "rules.toml"


@dataclass(frozen=True, slots=True)
class InstrumentAddresses:
    """The addresses of the simulated instruments, as a site file writes them."""

    bridge: str
    gac: str
    nir: str


def write_site(
    folder: Path, ports: InstrumentAddresses, *, listen: int = 0, site: str = SITE_ID, name: str = SITE_NAME,
    at: tuple[float, float] = BEAULIEU,
) -> Path:  # fmt: skip
    """Writes `site.toml` and the shipped rule pack into `folder`; returns the site file. The station
    listens on the port `listen`, on any free one by default."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(RULES, folder / "rules.toml")
    text = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        bridge_port=ports.bridge, gac_port=ports.gac, nir_port=ports.nir, listen=listen,
        site=site, name=name, latitude=at[0], longitude=at[1],
    )  # fmt: skip
    file = folder / "site.toml"
    file.write_text(text, encoding="utf-8")
    return file
