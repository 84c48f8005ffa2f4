"""R as an oracle: it runs a script on random data sets and prints one line of numbers for each."""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from station.lab.statistics.values import Values

LIBRARY = Path("/usr/lib/R/site-library")


def has_r() -> bool:
    homes = (LIBRARY, Path("/usr/lib/R/library"))
    return shutil.which("Rscript") is not None and all(
        any((home / name).is_dir() for home in homes) for name in ("lme4", "MASS", "spc")
    )


needs_r = pytest.mark.skipif(
    not has_r(), reason="no R: apt-get install -y r-base-core r-cran-lme4 r-cran-mass r-cran-spc"
)


def r(folder: Path, script: str, tables: Iterable[Values]) -> list[list[float]]:
    """Runs `script`, which makes `out` of the matrix `m` of each table, and returns the numbers by table."""
    tables = list(tables)
    for i, table in enumerate(tables):
        np.savetxt(folder / f"{i}.txt", table, fmt="%.17g")
    program = f"""
options(digits = 17, warn = -1)
for (i in 0:{len(tables) - 1}) {{
  m <- as.matrix(read.table(file.path("{folder}", paste0(i, ".txt"))))
  {script}
  cat(sprintf("%.15g", out), "\\n")
}}"""
    done = subprocess.run(
        ["Rscript", "--vanilla", "-e", program], check=True, capture_output=True, text=True, timeout=600
    )
    return [[float(word) for word in line.split()] for line in done.stdout.splitlines() if line.strip()]
