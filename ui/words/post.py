"""Why headquarters does not take what a station sends, and what somebody should do."""

from collections.abc import Mapping

from ui.words.i18n import N_, translator

HUB_REASONS: Mapping[str, str] = {
    "unknown_station": N_("it knows no station of this id: silo hub station add there, silo enrol here"),
    "revoked": N_("it has revoked this station: a new code from there, then silo enrol here"),
    "wrong_signature": N_("the signature is not the key's that it knows: a new code, then silo enrol here"),
    "code_refused": N_("the code is wrong, was used or is older than a day: ask for a new one"),
    "fork": N_("two machines send as this station: headquarters settles which one goes on (silo hub settle)"),
    "epoch": N_("it has bags of another life of this station: silo post reconcile"),
    "gap": N_("it lacks bags before this one, which are kept here no more: silo post reconcile"),
    "wrong_bag": N_("it cannot read a bag of this station: tell the installer"),
    "wrong_word": N_("it cannot read what this station says: tell the installer"),
    "too_large": N_("a bag is larger than it takes: tell the installer"),
    "hub_full": N_("its disk is full: it goes on by itself once there is room"),
    "bag_lost": N_("a bag's file cannot be read here: silo check says which"),
    "unreachable": N_("no address of headquarters answers: it goes on by itself once one does"),
}
PHOTO_REASONS: Mapping[str, str] = {
    "hours": N_("until the hours that the site file gives them"),
    "budget": N_("until tomorrow: today's share of the line is used"),
    "unnamed": N_("a row that names one is not there yet, or says another size: it is tried again"),
    "wrong_range": N_("it takes no such piece of one: tell the installer"),
    "wrong_hash": N_("one came damaged: it is sent again"),
    "range": N_("it has another part of one than this station thought: it is sent from there"),
    "too_large": N_("one is larger than it takes: tell the installer"),
    "no_store": N_("it has no place for photos: tell headquarters"),
    "wrong_secret": N_("its photo store refuses its key: tell headquarters"),
    "no_secret": N_("the key of its photo store is missing: tell headquarters"),
    "not_found": N_("its photo store has no such bucket: tell headquarters"),
    "unusable": N_("its photo store does not answer: they go on by themselves once it does"),
    "busy": N_("its photo store has much to do: they go on by themselves"),
}
_UNKNOWN = N_("it says: {code}; tell the installer")


def hub_reason(code: str, language: str) -> str:
    t = translator(language)
    if code in HUB_REASONS:
        return t.gettext(HUB_REASONS[code])
    return t.gettext(_UNKNOWN).format(code=code)


def photo_reason(code: str, language: str) -> str:
    """Why a photo waits: by the budget, or by what headquarters says."""
    if code in PHOTO_REASONS:
        return translator(language).gettext(PHOTO_REASONS[code])
    return hub_reason(code, language)
