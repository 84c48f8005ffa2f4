"""One table says which pages headquarters has, in the order of the menu, and who may see each.

A page that is in no entry is shown to nobody: its room says here for whom it is."""

from station.headquarters.people import HubRole
from ui.web.menu import Entry, Navigation
from ui.words.i18n import N_

DIRECTOR = HubRole.DIRECTOR
QUALITY = frozenset({HubRole.QUALITY, DIRECTOR})
LOGISTICS = frozenset({HubRole.LOGISTICS, DIRECTOR})
TECHNICAL = frozenset({HubRole.TECHNICIAN, DIRECTOR})
SILO = frozenset({HubRole.SILO_MANAGER})  # sees what is of the own stations; add it to those of a page

HEADQUARTERS = Navigation((
    (
        Entry("/pair", N_("Two methods"), QUALITY | SILO),
        Entry("/three-ways", N_("Three methods"), QUALITY | SILO),
        Entry("/who-was-right", N_("Who was right"), QUALITY | SILO),
        Entry("/groups", N_("Groups"), QUALITY | SILO),
        Entry("/watch", N_("Watch"), QUALITY | SILO),
        Entry("/fairness", N_("Fairness"), QUALITY | SILO),
        Entry("/laboratory", N_("Laboratory"), QUALITY | SILO),
    ),
    (
        Entry("/map", N_("Map"), LOGISTICS | SILO),
        Entry("/state", N_("State of stocks"), LOGISTICS | SILO),
        Entry("/farms", N_("Farm stores"), LOGISTICS),
        Entry("/sites", N_("Silos"), QUALITY | LOGISTICS | SILO),  # and a load's evidence
        Entry("/shipments", N_("Transfers"), LOGISTICS | SILO),
        Entry("/trace", N_("Traceability"), QUALITY | LOGISTICS | SILO),
    ),
    (
        Entry("/stations", N_("Stations"), TECHNICAL | SILO),
        Entry("/quarantine", N_("Quarantine"), TECHNICAL),
        Entry("/roll-outs", N_("Roll-outs"), TECHNICAL),
    ),
))  # fmt: skip
