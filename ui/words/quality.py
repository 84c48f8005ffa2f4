"""Words for what watches over the methods: corrections, disputes, what became of a model."""

from collections.abc import Mapping

from ui.words.i18n import N_

CORRECTION_STATES: Mapping[str, str] = {
    "proposed": N_("proposed"),
    "approved": N_("applied"),
    "declined": N_("declined"),
    "ended": N_("ended"),
}
DISPUTES: Mapping[str, str] = {
    "opened": N_("opened"),
    "noted": N_("noted"),
    "closed": N_("closed"),
    "upheld": N_("value upheld"),
    "changed": N_("value changed"),
    "withdrawn": N_("withdrawn"),
}
RELEASE_STATES: Mapping[str, str] = {
    "active": N_("active"),
    "shadow": N_("in shadow"),
    "superseded": N_("superseded"),
    "rolled_back": N_("rolled back"),
    "set_aside": N_("set aside"),
    "retired": N_("retired"),
}
RELEASE_ACTS: Mapping[str, str] = {
    "installed": N_("installed"),
    "promoted": N_("promoted"),
    "rolled_back": N_("rolled back"),
    "set_aside": N_("set aside"),
    "retired": N_("retired"),
}
PARTIES: Mapping[str, str] = {  # who contests
    "supplier": N_("the supplier"),
    "silo": N_("the silo"),
    "customer": N_("the customer"),
}
METHODS: Mapping[str, str] = {
    "phone": N_("phone"),
    "machine": N_("analyzer"),
    "lab": N_("laboratory"),
    "customer": N_("customer"),
    "typed": N_("typed"),
}
