"""Every "yes" and every "no" of the station carries reasons: a code and its parameters.

The sentence a person reads is made elsewhere (`ui/words/reasons.py`), in the reader's language; codes and
parameters are what is stored and what tests match. Parameters are JSON values; amounts are plain
numbers in the unit that the parameter's name or the `unit` parameter says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Code(StrEnum):
    # pairing: which sample a reading or capture belongs to
    PAIRED_BY_BARCODE = "paired_by_barcode"  # barcode
    PAIRED_BY_WINDOW = "paired_by_window"  # barcode, minutes
    PAIRED_BY_PERSON = "paired_by_person"  # barcode
    TYPED_BY_PERSON = "typed_by_person"  # barcode
    UNKNOWN_BARCODE = "unknown_barcode"  # barcode
    SAMPLE_CLOSED = "sample_closed"  # barcode
    NO_OPEN_SAMPLE = "no_open_sample"  # minutes
    SEVERAL_OPEN_SAMPLES = "several_open_samples"  # barcodes
    OTHER_BARCODE = "other_barcode"  # barcode (of the item), sample (the sample's)
    CONTRADICTS_DECLARATION = "contradicts_declaration"  # declared, product
    DISMISSED = "dismissed"  # text
    FAULT_DURING_MEASUREMENT = "fault_during_measurement"  # what (a disturbance of the line), barcode
    UNPROTECTED_LINE = "unprotected_line"
    PAIRING_UNDONE = "pairing_undone"  # barcode
    PAIRED_BY_ODDS = "paired_by_odds"  # barcode, odds, sure (0 to 1), minutes
    # why a retained sample is sent to a laboratory
    METHODS_DIFFER = "methods_differ"  # analyte
    NEAR_LIMIT = "near_limit"  # analyte, value, limit
    PHOTO_SAYS_NOTHING = "photo_says_nothing"
    PROPOSAL_OVERRIDDEN = "proposal_overridden"
    # a weight: of which bridge, of which vehicle, when
    UNDER_MIN = "under_min"  # kg, min_kg
    OVER_MAX = "over_max"  # kg, max_kg
    WEIGHED_BY_AXLES = "weighed_by_axles"
    TWO_BRIDGES = "two_bridges"  # gross, tare
    NOT_A_DIVISION = "not_a_division"  # kg, division_kg, below_kg, above_kg
    UNUSUAL_TARE = "unusual_tare"  # tare_kg, usual_kg
    UNUSUAL_EMPTY_SHARE = "unusual_empty_share"  # tare_kg, gross_kg
    NOT_OVER_USUAL_TARE = "not_over_usual_tare"  # gross_kg, usual_kg
    NET_SHARED_EQUALLY = "net_shared_equally"  # count, kg
    WEIGHED_BEFORE_DECISION = "weighed_before_decision"  # kg, weighed_at, decided_at
    FOUND_AFTER_DECISION = "found_after_decision"  # findings
    STORED_TARE = "stored_tare"  # taken_at
    # a cell: a mass or a moisture that does not fit what is known of it
    MORE_THAN_KNOWN = "more_than_known"  # cell, moved_kg, content_kg
    OVER_CAPACITY = "over_capacity"  # cell, capacity_kg, held_kg
    COUNT_FAR_OFF = "count_far_off"  # cell, counted_kg, content_kg, apart_kg, limit_kg
    MUCH_WASTE = "much_waste"  # cell, moved_kg, content_kg, share, limit
    DRY_MATTER_DIFFERS = "dry_matter_differs"  # computed_kg, measured_kg, apart_kg, limit
    OTHER_MOISTURE = "other_moisture"  # cell, said, value, points
    MORE_THAN_LEFT = "more_than_left"  # number, moved_kg, left_kg
    # a vehicle that is to take grain away
    CARGO_FORBIDDEN = "cargo_forbidden"  # cargo
    WASH_NEEDED = "wash_needed"  # cargo, cleaning
    BODY_UNFIT = "body_unfit"  # found (in the empty body)
    OVERLOADED = "overloaded"  # gross_kg, limit_kg, over_kg
    OVER_ORDER = "over_order"  # number, moved_kg, left_kg
    OTHER_GRADE = "other_grade"  # cell, grade (asked for), cell_grade (or None)
    PAPER_WRITTEN = "paper_written"  # number, moved_kg, cell, day
    OTHER_SPECIES = "other_species"  # cell, species (that comes), cell_species
    SPOILS_CELL = "spoils_cell"  # cell
    SPOILED_IN_CELL = "spoiled_in_cell"  # cell
    CLAIMS_GIVEN_UP = "claims_given_up"  # cell, claims
    # an instrument: why its value should be looked at twice
    VERIFICATION_EXPIRED = "verification_expired"  # instrument, until
    GRAIN_TEMPERATURE_OUTSIDE = "grain_temperature_outside"  # instrument, celsius, low, high
    # assessment: what is known of a sample
    CHOSEN_BY_ORDER = "chosen_by_order"  # analyte, instrument, position
    MEAN_OF_REPLICATES = "mean_of_replicates"  # analyte, count
    MEDIAN_OF_REPLICATES = "median_of_replicates"  # analyte, count
    REPLICATES_DIFFER = "replicates_differ"  # analyte, spread, limit (in the analyte's unit)
    TYPED_VALUE = "typed_value"  # analyte
    TYPED_OVER = "typed_over"  # analyte, value, unit, instrument
    MEASURED_BADLY = "measured_badly"  # analyte, instrument
    DRY_MATTER_FROM = "dry_matter_from"  # as_is, moisture
    CORRECTED = "corrected"  # analyte, value, raw, added (to the raw one), unit, basis, corrections (ids)
    NO_MOISTURE_FOR_BASIS = "no_moisture_for_basis"  # analyte
    INSTRUMENT_NOT_IN_ORDER = "instrument_not_in_order"  # analyte, instrument
    LEGAL_FIRST = "legal_first"  # analyte, instrument
    COMBINED = "combined"  # analyte, value, unit, parts (kind, name, value, weight)
    INSTRUMENTS_DIFFER = "instruments_differ"  # analyte, unit, tolerance, values (by instrument)
    PHOTO_DIFFERS = "photo_differs"  # analyte, unit, tolerance, value, photo
    BY_PHOTO = "by_photo"  # analyte
    EXPECTED_FROM = "expected_from"  # analyte, value, unit, u, how (composite, variety, species), n
    # photo: what the inspection says
    # shares by count and mass as in an inspection, kernels, judged, sizes, spread
    PHOTO_SHARES = "photo_shares"
    PHOTO_COUNTED = "photo_counted"  # kernels, sizes (or None): no shares and no numbers
    PHOTO_UNSEEN = "photo_unseen"  # unseen: what looks whole to the model; grams (or None) of the sample
    PHOTO_NUMBER = "photo_number"  # analyte, value, low, high (95 % limits), unit, basis; raw, added, counts
    PHOTO_REFUSED = "photo_refused"  # reasons (codes)
    PHOTO_PENDING = "photo_pending"
    NO_MODEL = "no_model"
    # what a person must answer before the load is tipped; `captures`: the photos that ask
    PHOTO_OTHER_SPECIES = "photo_other_species"  # declared, reasons (codes of the refusal), captures
    PHOTO_FOREIGN = "photo_foreign"  # share, low_share, limit (all 0 to 1, by count), captures
    # why a photo is asked for
    PHOTO_OF_EVERY_LOAD = "photo_of_every_load"
    PHOTO_BY_LOT = "photo_by_lot"  # share
    PHOTO_OF_SPECIES = "photo_of_species"  # species
    PHOTO_IN_DISPUTE = "photo_in_dispute"
    PHOTO_NEAR_LIMIT = "photo_near_limit"  # analyte, value, limit
    PHOTO_NO_VALUE = "photo_no_value"  # analyte
    PHOTO_OTHER_VARIETY = "photo_other_variety"  # variety (declared), other (seen)
    PHOTO_OTHER_PRODUCT = "photo_other_product"  # product
    # a value that a person or a laboratory gives
    IMPLAUSIBLE_VALUE = "implausible_value"  # analyte, value, low, high
    WRONG_BASIS = "wrong_basis"  # analyte, basis (or None)
    UNUSUAL_VALUE = "unusual_value"  # analyte, value, unit, low, high, species (or None)
    # routing, for a cell
    SPECIES_MATCHES = "species_matches"  # species
    BY_DECLARATION = "by_declaration"  # species
    MEETS = "meets"  # analyte, value, limit, op (">=", ">", "<=", "<"), unit, basis
    WITHIN_ROOM = "within_room"  # free_t, load_t, reserved_t
    REACHED_BY = "reached_by"  # pit, line
    CLAIMS_HONOURED = "claims_honoured"  # claims
    KNOWN_LATER = "known_later"  # analyte
    DECLARED = "declared"  # analyte
    NOT_DECLARED = "not_declared"  # analyte
    HOLD_CELL = "hold_cell"
    QUARANTINE_CELL = "quarantine_cell"
    CLAIM_SATISFIED = "claim_satisfied"  # claim (of the cell, met by another of the load)
    CLAIMS_LOST = "claims_lost"  # claims
    # cell_value, cell_u: of the cell after the load; p: the probability that it meets the limit then
    TOO_FAR_TO_BLEND = "too_far_to_blend"  # analyte, value, u, limit, op, unit, basis, each
    CELL_STAYS = "cell_stays"  # analyte, value, u (or None), limit, op, unit, basis, cell_value, cell_u, p
    # mean, mean_u, mean_t: of the supplier's last tonnes, this load among them; p: that it meets the limit
    AVERAGE_GRANTS = "average_grants"  # analyte, value, u (or None), limit, op, unit, basis, mean ..., p
    AVERAGE_OUTSIDE = "average_outside"  # the same: nothing is granted
    FOR_INFORMATION = "for_information"  # analyte, value, limit, op, unit, basis
    EXPECTED = "expected"  # analyte, value, u (or None), unit, basis
    # routing, against a cell
    CELL_CLOSED = "cell_closed"
    WRONG_CELL_SPECIES = "wrong_cell_species"  # species, cell_species
    UNKNOWN_GRADE = "unknown_grade"  # grade
    OUTSIDE_LIMIT = "outside_limit"  # analyte, value, limit, op, unit, basis
    NEVER_BLEND = "never_blend"  # analyte, value, limit, op, unit, basis
    MISSING = "missing"  # analyte
    NOT_ON_BASIS = "not_on_basis"  # analyte, basis (the one asked for), given (or None)
    NO_ROOM = "no_room"  # free_t, load_t, reserved_t
    CLAIM_NOT_HONOURED = "claim_not_honoured"  # claim
    CLAIM_REQUIRED = "claim_required"  # claim
    NOT_REACHABLE = "not_reachable"
    NOT_A_HOLD_CASE = "not_a_hold_case"
    NOT_A_QUARANTINE_CASE = "not_a_quarantine_case"
    NEEDS_QUARANTINE = "needs_quarantine"
    CELL_OUTSIDE = "cell_outside"  # analyte, value, limit, op, unit, basis, cell_value, cell_u, p
    CELL_NOT_SURE = "cell_not_sure"  # analyte, limit, op, unit, basis, cell_value, cell_u, p, sure
    LOAD_NOT_SURE = "load_not_sure"  # analyte, value, u, limit, op, unit, basis, p, sure
    NEVER_BLEND_NOT_SURE = "never_blend_not_sure"  # analyte, value, u, limit, op, unit, basis, p, sure
    RISKS_THE_CELL = "risks_the_cell"
    OVER_TARGET = "over_target"  # target_t, load_t, reserved_t
    CELL_HOLDS_OUTSIDE = "cell_holds_outside"  # analyte, value, limit, op, unit, basis, cell_value, cell_u, p
    CELL_NEVER_BLEND = "cell_never_blend"
    CELL_HOLDS = "cell_holds"  # species, cell_species
    CLAIM_LOST = "claim_lost"  # claim
    LINE_BUSY = "line_busy"  # line, species, claims (of what it carries)
    LINE_TREATED = "line_treated"  # line, substances
    # what a cell's grain went through
    CELL_TREATED = "cell_treated"  # substances
    # routing, for the load as a whole
    INCOMPLETE = "incomplete"  # analytes
    NOTHING_FITS = "nothing_fits"
    NO_QUARANTINE_CELL = "no_quarantine_cell"
    QUARANTINE_REFUSES = "quarantine_refuses"
    NO_WEIGHT = "no_weight"
    NO_RULE_PACK = "no_rule_pack"  # at
    CAME_NEVER_BLEND = "came_never_blend"
    ADVERSE_VISUAL_CHECK = "adverse_visual_check"  # findings
    WAIVED = "waived"  # analytes
    WAITS_FOR_CERTIFICATE = "waits_for_certificate"  # claims
    MEASURE_AGAIN = "measure_again"  # analyte, minutes
    # photo gate
    UNREADABLE = "unreadable"
    HEIC = "heic"  # a format of phones that the station cannot read
    NO_PHOTO = "no_photo"  # file_kind: what the file is by its bytes
    DAMAGED_FILE = "damaged_file"
    TOO_LARGE = "too_large"  # pixels or bytes, limit
    NOT_SHARP = "not_sharp"  # value, limit: width of the edges as a share of a kernel's
    MOVED = (
        "moved"  # value, limit: how much softer edges are one way than the other, as a share of a kernel's
    )
    NO_COLOURS = "no_colours"
    ROUGH_SHEET = "rough_sheet"  # share, limit: specks among what lies on the sheet
    DARK = "dark"  # value, limit
    BRIGHT = "bright"  # value, limit
    GLARE = "glare"  # share, limit
    TOO_SMALL = "too_small"  # value, limit: pixels of the middle kernel's length, on the picture as judged
    TOO_FEW_KERNELS = "too_few_kernels"  # kernels, limit
    PILED_UP = "piled_up"  # share, limit
    CUT_OFF = "cut_off"  # share, limit
    COUNTS_DIFFER = "counts_differ"  # outlines, by_area
    LEFT_OUT = "left_out"  # share of the photo that is neither sheet nor grain; limit, or None for a remark
    LOW_CONTRAST = "low_contrast"  # value, limit: Lab units from the kernels to the sheet
    NOT_GRAIN = "not_grain"
    UNKNOWN_GRAIN = "unknown_grain"
    WRONG_SPECIES = "wrong_species"  # declared, seen: of older inspections
    MOSTLY_FOREIGN = "mostly_foreign"  # share
    CARD_MISSING = "card_missing"
    # model: why its answer is not used
    NO_MODEL_FOR = "no_model_for"  # declared
    NO_OPINION = "no_opinion"  # share (how far apart the limits lie), limit
    NOT_VALIDATED_FOR = "not_validated_for"  # declared
    MODEL_NOT_FINITE = "model_not_finite"  # model
    NUMBER_OUTSIDE = "number_outside"  # name, value, low, high, unit
    NO_NUMBER = "no_number"  # name
    # a bundle's acceptance set on this machine
    ACCEPTANCE_DIFFERS = "acceptance_differs"  # file, attribute, expected, got
    ACCEPTANCE_SLOW = "acceptance_slow"  # file, seconds
    ACCEPTS_NOTHING = "accepts_nothing"
    MODEL_SLOWER = "model_slower"  # seconds, limit (as declared)
    MODEL_LARGER = "model_larger"  # memory_mb, limit (as declared)


@dataclass(frozen=True, slots=True)
class Reason:
    code: Code
    params: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the stored form; `message` is added where it is shown."""
        return {"code": self.code.value, "params": dict(self.params)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Reason":
        """Make a reason of its stored form. Raises KeyError or ValueError when it is none of ours."""
        return cls(Code(stored["code"]), dict(stored["params"]))
