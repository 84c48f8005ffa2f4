"""Each printer: whether CUPS knows its queue and, on request, whether a receipt printer answers."""

from collections.abc import Iterator

from station.acts.printers import Printer
from station.checks.finding import Finding, good
from station.printing import queue, receipt_printer
from station.printing.sending import PrinterFailed
from station.site.file import SiteSettings
from station.site.policy import printers_of
from ui.words.reasons import message


def check_printers(settings: SiteSettings, language: str, *, opened: bool) -> Iterator[Finding]:
    """A printer that does not answer now keeps nobody from working: its papers wait."""
    for index, printer in enumerate(printers_of(settings)):
        where = f"printers[{index}] {printer.id}"
        if printer.kind == "escpos" and not opened:
            yield good(where, "line_not_opened", language, {"port": printer.target})
        else:
            yield _look(where, printer, language)


def _look(where: str, printer: Printer, language: str) -> Finding:
    try:
        (queue if printer.kind == "cups" else receipt_printer).look_at(printer)
    except PrinterFailed as failed:
        params = {**failed.params, "printers": [printer.id]}
        return Finding(where, "warning", message(failed.code, params, language))
    return good(where, "printer_ready", language, {"target": printer.target})
