"""How far a laboratory's result is at headquarters, in the reader's language."""

from collections.abc import Sequence

from ui.words.i18n import N_, translator
from ui.words.problems import problem

STATES = {
    "waiting": N_("waits"),
    "sent": N_("on its way to the silo"),
    "judged": N_("judged at the silo"),
    "refused": N_("refused by the silo"),
}
REASONS = {
    "unknown_sample": N_("no silo has a sample of this number yet"),
    "several_silos": N_("several silos have a sample of this number ({stations}): say which"),
    "other_silo": N_("the earlier value went to another silo ({stations}): say which has the sample"),
}


def lab_state(state: str, why: str, stations: Sequence[str], language: str) -> str:
    """Write the state, or the reason where it waits. Never raises."""
    t = translator(language)
    if why in REASONS:
        return t.gettext(REASONS[why]).format(stations=", ".join(stations))
    name = t.gettext(STATES.get(state, state))
    return f"{name} ({problem(why, {}, language)[0]})" if why else name
