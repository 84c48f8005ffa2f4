"""One table says which pages a station has, in the order of the menu, and who may see each."""

from station.api.access import Role
from ui.web.menu import Entry, Navigation
from ui.words.i18n import N_

_RECEIVING = frozenset({Role.OPERATOR, Role.MANAGER})
_MANAGER = frozenset({Role.MANAGER})
_TECHNICAL = frozenset({Role.MANAGER, Role.INSTALLER})


STATION = Navigation((
    (
        Entry("/day", N_("Day"), _RECEIVING),
        Entry("/morning", N_("Start of the day"), _RECEIVING),
        Entry("/closing", N_("Close the day"), _RECEIVING),
        Entry("/loads", N_("Loads"), _RECEIVING),
        Entry("/outbound", N_("Outbound"), _RECEIVING),
        Entry("/cells", N_("Cells"), _RECEIVING),
        Entry("/plan", N_("Storage plan"), _RECEIVING),
        Entry("/trace", N_("Traceability"), _RECEIVING),
        Entry("/exceptions", N_("Exceptions"), _RECEIVING),
        Entry("/disputes", N_("Disputes"), _RECEIVING),
        Entry("/tares", N_("Stored tares"), _RECEIVING),
        Entry("/certificates", N_("Certificates"), _MANAGER),
        Entry("/reference", N_("Reference data"), _MANAGER),
    ),
    (
        Entry("/pair", N_("Two methods"), _MANAGER),
        Entry("/three-ways", N_("Three methods"), _MANAGER),
        Entry("/who-was-right", N_("Who was right"), _MANAGER),
        Entry("/groups", N_("Groups"), _MANAGER),
        Entry("/watch", N_("Watch"), _MANAGER),
        Entry("/revisions", N_("To confirm"), _MANAGER),
        Entry("/fairness", N_("Fairness"), _MANAGER),
    ),
    (
        Entry("/devices", N_("Devices"), _TECHNICAL),
        Entry("/models", N_("Models"), _TECHNICAL),
        Entry("/corrections", N_("Corrections"), _MANAGER),
        Entry("/rules", N_("Rules"), _MANAGER),
        Entry("/people", N_("People"), _TECHNICAL),
    ),
))  # fmt: skip
