"""What a laboratory's result waits for, in the reader's language."""

from collections.abc import Mapping

from ui.words.i18n import N_, translator

WAITS: Mapping[str, str] = {
    "unknown_sample": N_("no sample has this number: say which it is"),
    "unknown_paper": N_("no grain went out on a paper of this number: say which it is"),
    "several_movements": N_("grain went out more than once on a paper of this number"),
    "basis": N_("the basis is not stated: ask the laboratory, and say it"),
    "nitrogen_factor": N_("the nitrogen factor is not stated: ask the laboratory, and say it"),
    "unusual_value": N_("the value is not usual: say that it is right, or dismiss it"),
}


def wait_text(code: str, language: str) -> str:
    """Never raises."""
    return translator(language).gettext(WAITS[code]) if code in WAITS else code
