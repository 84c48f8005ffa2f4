"""What headquarters asks to correct, in the reader's language."""

from ui.words.i18n import N_, translator

FIELDS = {
    "species": N_("species"),
    "claims": N_("claims"),
    "regime": N_("regime"),
    "supplier": N_("supplier"),
    "plate": N_("plate"),
    "trailer": N_("trailer"),
}
STATES = {
    "sent": N_("on its way"),
    "offered": N_("on its way"),
    "verified": N_("on its way"),
    "open": N_("waits for a person at the silo"),
    "accepted": N_("accepted"),
    "refused": N_("refused"),
}


def field_name(field: str, language: str) -> str:
    """Never raises."""
    return translator(language).gettext(FIELDS.get(field, field))


def request_state(state: str, language: str) -> str:
    """Never raises."""
    return translator(language).gettext(STATES.get(state, state))
