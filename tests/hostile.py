"""Texts that nobody should see: what strangers may send, and whether any of it was kept."""

import json
import unicodedata
from typing import Any

from hypothesis import strategies as st
from sqlmodel import SQLModel, select

from drivers.text import is_hidden
from station.store.engine import Ledger

# C0, DEL, C1, bidi, isolates, marks, zero-width, BOM, separators, tags, fillers, private, surrogates.
HIDDEN = (
    "\x00", "\x07", "\x1b", "\x7f", "\x85", "\x9b", "\u202a", "\u202e", "\u2066", "\u2069", "\u200e",
    "\u200f",
    "\u061c", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u2028", "\u2029", "\U000e0041",
    "\U000e0001", "\u3164", "\u2800", "\ufe0f", "\U000e0100", "\ue000", "\U0010fffd", "\ufffe", "\ud800",
    "\udfff",
)  # fmt: skip
SENT = tuple(char for char in HIDDEN if not "\ud800" <= char <= "\udfff")  # what UTF-8 can carry
MARKUP = "[red]x[/red][@click=app.quit]y[/]"

any_text = st.text(st.characters(exclude_categories=[]) | st.sampled_from(HIDDEN), max_size=60)


def is_clean(text: str) -> bool:
    return unicodedata.normalize("NFC", text) == text and not any(map(is_hidden, text)) and "\n" not in text


def kept_texts(ledger: Ledger) -> list[str]:
    """Every text in every row, in JSON columns too; a ticket's own lines apart."""
    found: list[str] = []
    with ledger.read() as tx:
        for table in SQLModel.metadata.sorted_tables:
            for row in tx.execute(select(table)):
                for value in row:
                    found += _texts(value)
    return [line for text in found for line in text.split("\n")]


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in _texts(part)]
    if isinstance(value, list | tuple):
        return [text for part in value for text in _texts(part)]
    return []


def json_text(value: Any) -> str:
    """JSON as a stranger may write it: lone surrogates too."""
    return json.dumps(value, ensure_ascii=True)
