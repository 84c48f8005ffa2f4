"""What the pages of a closed data folder say, question by question."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlmodel import Session

from station.store.connections import open_engine
from station.store.stored import QUESTIONS, choices, result_of


def said_by_pages(ledger: Path) -> Iterator[dict[str, Any]]:
    """Yield {"page", "asked", "result"} of every question that has a result, page by page."""
    engine = open_engine(ledger, writer=False)
    try:
        with Session(engine) as tx:
            for page, parts in QUESTIONS.items():
                for choice in choices(tx, page):
                    asked = {name: choice[name] for name in parts}
                    row = result_of(tx, page, asked)
                    if row is not None:
                        yield {"page": page, "asked": asked, "result": row.result}
    finally:
        engine.dispose()
