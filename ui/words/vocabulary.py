"""The trade's words for our identifiers: species, analytes, claims, states, roles.

They are tables of source texts, read by one function `word(table, key, language)`. What a site adds to
species and analytes has the names of its site file (`add_names`). A key that nobody has named (a site's own
claim, a newer station's state) is shown as it is.
"""

import re
from collections.abc import Mapping

from ui.words.i18n import N_, translator

SPECIES: Mapping[str, str] = {
    "soft_wheat": N_("soft wheat"),
    "durum": N_("durum wheat"),
    "barley": N_("barley"),
    "maize": N_("maize"),
    "rice": N_("rice"),
    "rapeseed": N_("rapeseed"),
    "pea": N_("peas"),
    "oats": N_("oats"),
    "rye": N_("rye"),
    "triticale": N_("triticale"),
    "sorghum": N_("sorghum"),
    "sunflower": N_("sunflower"),
    "soya": N_("soya beans"),
    "linseed": N_("linseed"),
    "faba_bean": N_("faba beans"),
    "wheat": N_("wheat"),
}
ANALYTES: Mapping[str, str] = {
    "weight": N_("weight"),
    "moisture": N_("moisture"),
    "protein": N_("protein"),
    "test_weight": N_("test weight"),
    "temperature": N_("temperature"),
    "falling_number": N_("falling number"),
    "oil": N_("oil"),
    "calibration_2_5": N_("over 2.5 mm"),
    "broken": N_("broken"),
    "impurities": N_("impurities"),
    "sprouted": N_("sprouted"),
    "ergot": N_("ergot"),
    "don": N_("DON"),
    "insects": N_("live insects"),
    "vitreousness": N_("vitreousness"),
    "variety_purity": N_("variety purity"),
    "germination": N_("germination"),
    "zeleny": N_("Zeleny"),
    "alveograph_w": N_("alveograph W"),
    "thousand_kernel_weight": N_("thousand-kernel weight"),
    "t2_ht2": N_("T-2/HT-2"),
    "mitadine": N_("starchy kernels"),
    "pre_sprouted": N_("pre-sprouted"),
    "misc_impurities": N_("miscellaneous impurities"),
    "grain_impurities": N_("grain impurities"),
    "damaged": N_("damaged kernels"),
    "other_grains": N_("other grains"),
}
GUARDED: Mapping[str, str] = {  # rules that one operator alone may not break
    "never_blend": N_("never to be blended"),
    "claims": N_("claims of cell or load"),
    "measurement": N_("a value that was not measured"),
}
FINDINGS: Mapping[str, str] = {  # of an adverse visual check
    "smell": N_("smell"),
    "live_insects": N_("live insects"),
    "heat": N_("heat"),
    "ergot": N_("ergot"),
}
BLOCKS: Mapping[str, str] = {  # why a retained sample is not destroyed
    "chosen": N_("to be sent"),
    "dispute": N_("disputed"),
    "provisional": N_("grade provisional"),
}
WHY_SENT: Mapping[str, str] = {  # to a laboratory
    "random": N_("drawn by lot"),
    "doubt": N_("doubted"),
    "all": N_("all are sent"),
}
CORRECTION_STATES: Mapping[str, str] = {
    "proposed": N_("proposed"),
    "approved": N_("approved"),
    "declined": N_("declined"),
    "ended": N_("ended"),
}
REVISION_STATES: Mapping[str, str] = {
    "proposed": N_("to confirm"),
    "applied": N_("applied"),
    "dismissed": N_("dismissed"),
    "withdrawn": N_("withdrawn"),
}
DISPUTE_ACTS: Mapping[str, str] = {
    "opened": N_("opened"),
    "noted": N_("noted"),
    "closed": N_("closed"),
}
DISPUTE_OUTCOMES: Mapping[str, str] = {
    "upheld": N_("the ticket stands"),
    "changed": N_("settled otherwise"),
    "withdrawn": N_("the dispute was withdrawn"),
}
SAMPLE_KINDS: Mapping[str, str] = {
    "load": N_("sample of a load"),
    "control": N_("control sample"),
    "courtesy": N_("courtesy sample"),
    "cell": N_("sample of a cell"),
    "composite": N_("composite sample"),
}
PERIODS: Mapping[str, str] = {
    "campaign": N_("whole campaign"),
    "last_30_days": N_("last 30 days"),
}
VERDICTS: Mapping[str, str] = {
    "agrees": N_("agrees"),
    "differs": N_("differs"),
    "not_enough_samples": N_("not enough samples"),
}
SIDES: Mapping[str, str] = {  # whom a laboratory agrees with
    "phone": N_("with the phone"),
    "machine": N_("with the analyzer"),
    "both": N_("with both"),
    "neither": N_("with neither"),
}
HOLD_ACTS: Mapping[str, str] = {
    "confirmed": N_("confirmed"),
    "corrected": N_("corrected"),
    "released": N_("released"),
}
DIMENSIONS: Mapping[str, str] = {  # by which biases and counts are grouped
    "silo": N_("silo"),
    "phone": N_("phone"),
    "phone_model": N_("phone model"),
    "release": N_("photo model"),
    "instrument": N_("instrument"),
    "variety": N_("variety"),
    "campaign": N_("campaign"),
    "operator": N_("operator"),
    "supplier": N_("supplier"),
}
SHORT_ANALYTES: Mapping[str, str] = {
    "moisture": N_("moist."),
    "protein": N_("prot."),
    "test_weight": N_("TW"),
    "temperature": N_("temp."),
    "falling_number": N_("FN"),
    "germination": N_("germ."),
    "alveograph_w": N_("W"),
    "thousand_kernel_weight": N_("TKW"),
}
BASES: Mapping[str, str] = {
    "as_is": N_("as is"),
    "dm": N_("dry m."),
    "m12": N_("at 12 %"),
    "m13_5": N_("at 13.5 %"),
}
CLAIMS: Mapping[str, str] = {
    "organic": N_("organic"),
    "seed": N_("seed"),
    "contract_variety": N_("contract variety"),
    "sustainability": N_("sustainable"),
    "insecticide_free": N_("no insecticide"),
}
CARGOES: Mapping[str, str] = {  # what a vehicle carried before grain
    "none": N_("none (new body)"),
    "grain": N_("grain, oilseeds, pulses"),
    "feed": N_("compound feed, meals, bran"),
    "beet_pulp": N_("dried beet pulp"),
    "stone": N_("clean sand, gravel, stone"),
    "lime": N_("lime"),
    "mineral_fertilizer": N_("mineral fertilizer"),
    "roots": N_("beet or potatoes with soil"),
    "wood": N_("chips or pellets of untreated wood"),
    "fish_meal": N_("fish meal"),
    "compost": N_("compost, sanitised manure"),
    "raw_manure": N_("raw manure, droppings"),
    "animal_by_products": N_("animal by-products of category 1 or 2"),
    "treated_seed": N_("treated seed"),
    "sewage_sludge": N_("sewage sludge"),
    "household_waste": N_("household waste, refuse"),
    "asbestos": N_("asbestos, rubble with asbestos"),
    "oily_scrap": N_("scrap or turnings with oil"),
}
CLEANING: Mapping[str, str] = {  # of a vehicle's body, the levels of the IDTF
    "": N_("not cleaned"),
    "A": N_("A (dry)"),
    "B": N_("B (water)"),
    "C": N_("C (water and detergent)"),
    "D": N_("D (disinfected)"),
}
BODY_FINDINGS: Mapping[str, str] = {  # in a vehicle's empty body
    "residue": N_("residue"),
    "wet": N_("damp"),
    "smell": N_("smell"),
    "pests": N_("pests"),
}
OUTBOUND_STATES: Mapping[str, str] = {
    "arrived": N_("to be checked"),
    "unfit": N_("body not fit"),
    "fit": N_("weigh empty"),
    "empty": N_("to be loaded"),
    "loading": N_("loading"),
    "delivered": N_("delivered"),
    "refused": N_("refused"),
    "left": N_("left again"),
    "cancelled": N_("cancelled"),
}
DELIVERY_STATES: Mapping[str, str] = {
    "issued": N_("issued"),
    "cancelled": N_("cancelled, never left"),
    "returned": N_("came back"),
}
REGIMES: Mapping[str, str] = {
    "owned": N_("owned"),
    "deposit": N_("in deposit"),
    "on_behalf": N_("on behalf"),
    "service": N_("service"),
}
KERNEL_CLASSES: Mapping[str, str] = {
    "whole": N_("whole, no break seen"),
    "sound": N_("whole, no break seen"),  # as older models said it
    "broken": N_("broken"),
    "damaged": N_("damaged"),
    "foreign": N_("foreign"),
    "in_husk": N_("in husk"),
}
UNSEEN: Mapping[str, str] = {
    "insects": N_("insect-bored"),
    "green": N_("green"),
    "sprouted": N_("sprouted"),
    "fusarium": N_("fusarium-damaged"),
    "shrivelled": N_("shrivelled"),
}
LOAD_STATES: Mapping[str, str] = {
    "arrived": N_("to weigh full"),
    "weighed": N_("evidence awaited"),
    "proposed": N_("pit proposed"),
    "waiting": N_("truck waits"),
    "decided": N_("tipping"),
    "ticketed": N_("ticketed"),
    "refused": N_("refused"),
    "left": N_("left"),
    "cancelled": N_("cancelled"),
    "on_paper": N_("closed on paper"),
    "observed": N_("observed"),
    "received": N_("shipment received"),
}
WEIGHING_ROLES: Mapping[str, str] = {
    "first": N_("first weighing"),
    "intermediate": N_("intermediate weighing"),
    "last": N_("last weighing"),
}
CELL_ROLES: Mapping[str, str] = {
    "normal": N_("normal"),
    "hold": N_("hold"),
    "quarantine": N_("quarantine"),
}
MOVEMENT_KINDS: Mapping[str, str] = {
    "opening": N_("opening balance"),
    "in": N_("receipt"),
    "out": N_("movement out"),
    "transfer": N_("transfer"),
    "correction": N_("inventory"),
    "recovered": N_("recovered"),
    "returned": N_("brought back"),
    "drying": N_("drying"),
    "grain_cleaning": N_("grain cleaning"),
    "cell_cleaning": N_("cell cleaning"),
    "ventilation": N_("ventilation"),
    "treatment": N_("treatment"),
    "revaluation": N_("revaluation"),
}
TREATMENTS: Mapping[str, str] = {
    "insecticide": N_("insecticide"),
    "fumigation": N_("fumigation"),
    "carried": N_("treated grain went through"),
    "flush": N_("flushed"),
}
DEVICE_STATES: Mapping[str, str] = {
    "starting": N_("starting"),
    "live": N_("live"),
    "silent": N_("SILENT"),
    "down": N_("DOWN"),
    "fault": N_("FAULT"),
}
DEVICE_CATEGORIES: Mapping[str, str] = {
    "weighbridge": N_("weighbridge"),
    "analyzer": N_("analyzer"),
}
DISTURBANCES: Mapping[str, str] = {
    "connected": N_("the line was opened with the vehicle on the bridge"),
    "reconnected": N_("the line was lost and came back"),
    "garbage": N_("garbage came over the line"),
}
EXPECTED_BY: Mapping[str, str] = {
    "composite": N_("of the composite sample"),
    "variety": N_("of this variety"),
    "species": N_("of this species"),
}
MASTERS: Mapping[str, str] = {"erp": N_("the co-operative's program"), "hub": N_("headquarters")}
FILE_KINDS: Mapping[str, str] = {
    "pdf": N_("a PDF document"),
    "office": N_("an Office document"),
    "archive": N_("an archive or an Office document"),
    "gif": N_("a GIF picture"),
    "bmp": N_("a BMP picture"),
    "tiff": N_("a TIFF or raw picture"),
    "avif": N_("an AVIF picture"),
    "film": N_("a film or a sound"),
    "text": N_("a text or a web page"),
    "empty": N_("an empty file"),
    "unknown": N_("a file of an unknown kind"),
}
CAPTURE_STATES: Mapping[str, str] = {
    "pending": N_("photo being judged"),
    "inspected": N_("photo judged"),
    "refused": N_("photo refused"),
    "no_model": N_("no model: the truck goes on"),
}
PERSON_ROLES: Mapping[str, str] = {
    "operator": N_("operator"),
    "manager": N_("manager"),
    "installer": N_("installer"),
}

HUB_ROLES: Mapping[str, str] = {
    "quality": N_("quality"),
    "logistics": N_("logistics"),
    "silo_manager": N_("silo manager"),
    "technician": N_("technician"),
    "director": N_("director"),
}


_OWN: dict[str, Mapping[str, str]] = {}


def add_names(names: Mapping[str, Mapping[str, str]]) -> None:
    """Take in the names of what a site adds: identifier to language to name."""
    _OWN.update(names)


_NAMES: dict[str, Mapping[str, Mapping[str, str]]] = {}


def use_names(kind: str, names: Mapping[str, Mapping[str, str]]) -> None:
    """Call the site's pits, cells, lines, instruments or grades (`kind`: "pit", …) so from now on: identifier
    to language to name."""
    _NAMES[kind] = names


def site_name(kind: str, key: str, language: str) -> str:
    """Name what the site has by its identifier; one that nobody has named is shown as it is."""
    names = _NAMES.get(kind, {}).get(key, {})
    return names.get(language) or next(iter(names.values()), key)


def short_site_name(kind: str, key: str, language: str) -> str:
    """Name it without the word itself: sentences say "pit" and "cell" in their own language."""
    return short_name(site_name(kind, key, language))


def short_name(name: str) -> str:
    """Shorten "Fosse 2" to "2" and "Cellule Nord" to "Nord"; any other name stays as it is."""
    return re.sub(r"^(fosse|pit|cellule|cell)\s+(?=\S)", "", name, flags=re.IGNORECASE)


def word(table: Mapping[str, str], key: str, language: str) -> str:
    """Translate the name of `key`; a key that nobody has named is shown as it is."""
    text = table.get(key)
    if text is not None:
        return translator(language).gettext(text)
    return _OWN.get(key, {}).get(language, key)


def species_name(species: str, language: str) -> str:
    return word(SPECIES, species, language)


def analyte_name(analyte: str, language: str) -> str:
    return word(ANALYTES, analyte, language)


def claim_name(claim: str, language: str) -> str:
    return word(CLAIMS, claim, language)


def basis_name(basis: str | None, language: str) -> str:
    return "" if basis is None else word(BASES, basis, language)
