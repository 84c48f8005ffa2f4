"""Papers that the station hands out as files are written where a person wants them."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from station.cli.errors import end_with_file


def write_paper(file: Path, paper: Mapping[str, Any]) -> None:
    """`paper` is a PaperFile of the API."""
    try:
        file.write_bytes(base64.b64decode(paper["pdf"]))
    except OSError as error:
        end_with_file(file, error)
