"""Why a paper did not come out, as a code and parameters; `ui/words/reasons.py` has the sentences."""

from typing import Any


class PrinterFailed(Exception):
    """The printer took nothing: the same paper may be sent again."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code} {params}")
        self.code, self.params = code, params


class PrinterSilent(PrinterFailed):
    """The printer was sent something and did not say what became of it: the paper may be out."""
