"""A "no" to an act: what was asked cannot be done, nothing was written, and the code says why.

The sentence and what to do about it are made where a person reads them (`ui/words/reasons.py`).
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar


class Fault(StrEnum):
    # not found
    UNKNOWN_VISIT = "unknown_visit"
    UNKNOWN_LOAD = "unknown_load"
    UNKNOWN_SAMPLE = "unknown_sample"
    UNKNOWN_WEIGHING = "unknown_weighing"
    UNKNOWN_CAPTURE = "unknown_capture"
    UNKNOWN_PHOTO = "unknown_photo"
    PHOTO_LOST = "photo_lost"
    PHOTO_DAMAGED = "photo_damaged"
    UNKNOWN_TICKET = "unknown_ticket"
    UNKNOWN_PRINT_JOB = "unknown_print_job"
    UNKNOWN_PRINTER = "unknown_printer"
    UNKNOWN_EXCEPTION = "unknown_exception"
    UNKNOWN_CELL = "unknown_cell"
    UNKNOWN_TERMINAL = "unknown_terminal"
    UNKNOWN_PERSON = "unknown_person"
    UNKNOWN_SUPPLIER = "unknown_supplier"
    UNKNOWN_REQUEST = "unknown_request"
    UNKNOWN_PORT = "unknown_port"
    UNKNOWN_RELEASE = "unknown_release"
    NO_POLICY = "no_policy"
    UNKNOWN_APPROVAL = "unknown_approval"
    UNKNOWN_WAIVER = "unknown_waiver"
    UNKNOWN_RULE_PACK = "unknown_rule_pack"
    UNKNOWN_LAB_RESULT = "unknown_lab_result"
    UNKNOWN_PAPER = "unknown_paper"
    UNKNOWN_RETAINED = "unknown_retained"
    UNKNOWN_HOLD = "unknown_hold"
    UNKNOWN_INSTRUMENT = "unknown_instrument"
    UNKNOWN_CORRECTION = "unknown_correction"
    UNKNOWN_DISPUTE = "unknown_dispute"
    UNKNOWN_SHIPMENT = "unknown_shipment"
    UNKNOWN_ORDER = "unknown_order"
    UNKNOWN_OUTBOUND = "unknown_outbound"
    UNKNOWN_DELIVERY_NOTE = "unknown_delivery_note"
    UNKNOWN_ANNOUNCEMENT = "unknown_announcement"
    NOTHING_TRACED = "nothing_traced"
    UNKNOWN_LINE = "unknown_line"
    UNKNOWN_CERTIFICATE = "unknown_certificate"
    UNKNOWN_REVISION = "unknown_revision"
    UNKNOWN_TARE = "unknown_tare"
    UNKNOWN_ENTRY = "unknown_entry"
    UNKNOWN_DAY = "unknown_day"
    # in conflict with what is recorded
    VISIT_ENDED = "visit_ended"
    NEW_SUPPLIER = "new_supplier"
    VEHICLE_ON_SITE = "vehicle_on_site"
    PLATE_OF_SEVERAL = "plate_of_several"
    LOAD_ENDED = "load_ended"
    LOAD_DECIDED = "load_decided"
    NOT_TO_BE_PRINTED = "not_to_be_printed"
    LOAD_NOT_DECIDED = "load_not_decided"
    BARCODE_USED = "barcode_used"
    SEVERAL_MOVEMENTS = "several_movements"
    SEVERAL_TRACED = "several_traced"
    EXTERNAL_REF_USED = "external_ref_used"
    REFERENCE_ELSEWHERE = "reference_elsewhere"
    NO_STORED_TARES = "no_stored_tares"
    TARE_NOT_MEASURED = "tare_not_measured"
    TARE_NOT_OF_VEHICLE = "tare_not_of_vehicle"
    TARE_TOO_OLD = "tare_too_old"
    CONTRACT_UNKNOWN = "contract_unknown"
    CONTRACT_DIFFERS = "contract_differs"
    WEIGHING_USED = "weighing_used"
    CONTRADICTS_SAMPLE = "contradicts_sample"
    TOO_LATE = "too_late_to_take_back"
    CLOCK_NOT_DOUBTED = "clock_not_doubted"
    CLOCK_SYNCHRONISED = "clock_synchronised"
    TIME_UNUSUAL = "time_unusual"
    NOTHING_TO_TAKE_BACK = "nothing_to_take_back"
    MEASURED_WITH_FAULT = "measured_with_fault"
    UNPROTECTED_LINE = "unprotected_line"
    TYPED_OVER_INSTRUMENT = "typed_over_instrument"
    RETEST_UNEXPLAINED = "retest_unexplained"
    QUESTION_UNANSWERED = "question_unanswered"
    QUESTION_NOT_ASKED = "question_not_asked"
    UNUSUAL_VALUE = "unusual_value"
    NOT_A_DIVISION = "not_a_division"
    UNUSUAL_TARE = "unusual_tare"
    UNUSUAL_EMPTY_SHARE = "unusual_empty_share"
    NOT_OVER_USUAL_TARE = "not_over_usual_tare"
    WEIGHED_BEFORE_DECISION = "weighed_before_decision"
    FOUND_AFTER_DECISION = "found_after_decision"
    NO_FIRST_WEIGHING = "no_first_weighing"
    NOTHING_TO_CLOSE = "nothing_to_close"
    TARE_NOT_BELOW_GROSS = "tare_not_below_gross"
    TARE_TOO_LOW = "tare_too_low"
    WEIGHED_APART = "weighed_apart"
    WEIGHED_HERE = "weighed_here"
    REST_NOT_WEIGHED = "rest_not_weighed"
    RECOVERY_FIRST = "recovery_first"
    MAYBE_ON_PAPER = "maybe_on_paper"
    NOT_TIPPED = "not_tipped"
    TIPPED_SO_ALREADY = "tipped_so_already"
    NOT_ASKED_ABOUT_PAPER = "not_asked_about_paper"
    PAPER_NUMBER_USED = "paper_number_used"
    MORE_THAN_KNOWN = "more_than_known"
    OVER_CAPACITY = "over_capacity"
    COUNT_FAR_OFF = "count_far_off"
    MUCH_WASTE = "much_waste"
    DRY_MATTER_DIFFERS = "dry_matter_differs"
    OTHER_MOISTURE = "other_moisture"
    MORE_THAN_LEFT = "more_than_left"
    OVERLOADED = "overloaded"
    OTHER_GRADE = "other_grade"
    OVER_ORDER = "over_order"
    OUTBOUND_ENDED = "outbound_ended"
    TRANSPORT_NOT_CHECKED = "transport_not_checked"
    VEHICLE_UNFIT = "vehicle_unfit"
    NOT_WEIGHED_EMPTY = "not_weighed_empty"
    ALREADY_LOADING = "already_loading"
    NOTHING_LOADED = "nothing_loaded"
    STILL_LOADED = "still_loaded"
    MORE_BACK_THAN_LOADED = "more_back_than_loaded"
    OTHER_SPECIES_IN_CELL = "other_species_in_cell"
    CLAIMS_NOT_IN_CELL = "claims_not_in_cell"
    DELIVERY_ENDED = "delivery_ended"
    PAPER_WRITTEN = "paper_written"
    OTHER_SPECIES = "other_species"
    SPOILS_CELL = "spoils_cell"
    SPOILED_IN_CELL = "spoiled_in_cell"
    CLAIMS_GIVEN_UP = "claims_given_up"
    CELL_NOT_EMPTY = "cell_not_empty"
    SAME_SUBSTANCE = "same_substance"
    PROPOSAL_SUPERSEDED = "proposal_superseded"
    CAPTURE_DIFFERS = "capture_differs"
    PERSON_EXISTS = "person_exists"
    SUPPLIER_ON_SITE = "supplier_on_site"
    NAME_IN_REASON = "name_in_reason"
    TERMINAL_EXISTS = "terminal_exists"
    SAME_INSTRUMENT = "same_instrument"
    INSTRUMENT_IN_USE = "instrument_in_use"
    LEGAL_FOR_NOT_SAID = "legal_for_not_said"
    RULE_PACK_INSTALLED = "rule_pack_installed"
    RELEASE_EXISTS = "release_exists"
    RELEASE_ACTIVE = "release_active"
    RELEASE_NOT_IN_SHADOW = "release_not_in_shadow"
    NOTHING_TO_ROLL_BACK = "nothing_to_roll_back"
    NO_REPEATS = "no_repeats"
    BRIDGE_AT_ZERO = "bridge_at_zero"
    DEVICE_DOWN = "device_down"
    NOTHING_TO_APPROVE = "nothing_to_approve"
    NOT_FOR_EVERY_LOAD = "not_for_every_load"
    NOT_ENROLLED = "not_enrolled"
    APPROVAL_OVER = "approval_over"
    WRONG_ANSWER = "wrong_answer"
    ANSWERS_LOCKED = "answers_locked"
    NO_CHALLENGE_LEFT = "no_challenge_left"
    NO_SAMPLE_TO_KEEP = "no_sample_to_keep"
    ALREADY_KEPT = "already_kept"
    SHELF_FULL = "shelf_full"
    PLACE_TAKEN = "place_taken"
    NOT_ON_SHELF = "not_on_shelf"
    FEWER_PARTS = "fewer_parts"
    NOT_HANDED_OVER = "not_handed_over"
    KEPT_LONGER = "kept_longer"
    RETAINED_BLOCKED = "retained_blocked"
    NOT_A_CONTROL = "not_a_control"
    HOLD_ENDED = "hold_ended"
    REVISION_ENDED = "revision_ended"
    CORRECTION_OF_ANOTHER = "correction_of_another"
    CORRECTION_NOT_OPEN = "correction_not_open"
    CORRECTIONS_CROSS = "corrections_cross"
    DISPUTE_CLOSED = "dispute_closed"
    DISPUTE_OPEN = "dispute_open"
    NO_TICKET_TO_DISPUTE = "no_ticket_to_dispute"
    TOO_LATE_TO_DISPUTE = "too_late_to_dispute"
    ANNOUNCEMENT_ENDED = "announcement_ended"
    ANNOUNCEMENT_DECIDED = "announcement_decided"
    ANNOUNCED_LOADS_DIFFER = "announced_loads_differ"
    SHIPMENT_ENDED = "shipment_ended"
    SHIPMENT_EXPECTED = "shipment_expected"
    SHIPMENT_FOR_ANOTHER = "shipment_for_another"
    DRAWING_BUSY = "drawing_busy"
    DRAWING_FAILED = "drawing_failed"
    LABEL_BUSY = "label_busy"
    LABEL_FAILED = "label_failed"
    NOT_A_COURTESY = "not_a_courtesy"
    COURTESY_SPECIES = "courtesy_species"
    FORM_INSTALLED = "form_installed"
    FORM_VERSION_USED = "form_version_used"
    ANSWERS_MISSING = "answers_missing"
    UNKNOWN_FORM = "unknown_form"
    NO_PHONE_REACHES = "no_phone_reaches"
    INVITATION_OVER = "invitation_over"
    CERTIFICATE_EXISTS = "certificate_exists"
    CERTIFICATE_WITHDRAWN = "certificate_withdrawn"
    CELL_HOLDS_OTHER = "cell_holds_other"
    CELL_HOLDS_CLAIM = "cell_holds_claim"
    CELL_HOLDS_GRADE = "cell_holds_grade"
    TARGET_UNDER_CONTENT = "target_under_content"
    DAY_CLOSED = "day_closed"
    DAY_BEFORE_OPEN = "day_before_open"
    HAND_OVER_CHANGED = "hand_over_changed"
    DAY_LIST_UNEXPLAINED = "day_list_unexplained"
    DAY_UNEXPLAINED = "day_unexplained"
    # not valid
    FORM_WRONG = "form_wrong"
    ANSWER_WRONG = "answer_wrong"
    DAY_NOT_BEGUN = "day_not_begun"
    LABEL_UNREADABLE = "label_unreadable"
    UNKNOWN_SPECIES = "unknown_species"
    TRAILER_IS_VEHICLE = "trailer_is_vehicle"
    NOT_A_SAMPLE_BARCODE = "not_a_sample_barcode"
    UNKNOWN_CLAIM = "unknown_claim"
    UNKNOWN_ANALYTE = "unknown_analyte"
    IMPLAUSIBLE_VALUE = "implausible_value"
    WEIGHT_TOO_LIGHT = "weight_too_light"
    WEIGHT_OVER_MAX = "weight_over_max"
    BRIDGE_NOT_SAID = "bridge_not_said"
    WRONG_BASIS = "wrong_basis"
    WRONG_UNIT = "wrong_unit"
    TOLERANCE_NOT_POSITIVE = "tolerance_not_positive"
    ADJUSTED_IN_FUTURE = "adjusted_in_future"
    NOT_THE_DIFFERENCE = "not_the_difference"
    SAME_CELL = "same_cell"
    DRYING_WRONG = "drying_wrong"
    MORE_CAME_OUT = "more_came_out"
    CELL_CANNOT_HOLD = "cell_cannot_hold"
    ANSWER_NEEDS_REASON = "answer_needs_reason"
    SUBSTANCE_NOT_SAID = "substance_not_said"
    DOSE_ABOVE_LABEL = "dose_above_label"
    NOT_REACHABLE = "pit_does_not_reach_cell"
    OVERRIDE_NEEDS_REASON = "override_needs_reason"
    TIPPED_NOT_NET = "tipped_not_net"
    SHARES_NOT_WHOLE = "shares_not_whole"
    UNKNOWN_FORM_FIELD = "unknown_form_field"
    NO_PHOTO = "no_photo"
    RULE_PACK_WRONG = "rule_pack_wrong"
    RULE_PACK_UNSIGNED = "rule_pack_unsigned"
    RULE_PACK_OTHER_KEY = "rule_pack_other_key"
    RULE_PACK_CHANGED = "rule_pack_changed"
    DOCUMENT_WRONG = "document_wrong"
    BUNDLE_REFUSED = "bundle_refused"
    ACCEPTANCE_FAILED = "acceptance_failed"
    TIME_IMPLAUSIBLE = "time_implausible"
    TIME_IN_FUTURE = "time_in_future"
    TIMES_OUT_OF_ORDER = "times_out_of_order"
    CAMPAIGN_NOT_OPEN = "campaign_not_open"
    OUTBOUND_VISIT = "outbound_visit"
    BUYER_NOT_SAID = "buyer_not_said"
    SPECIES_NOT_ORDERED = "species_not_ordered"
    ORDER_OF_OTHER_SPECIES = "order_of_other_species"
    UNKNOWN_CARGO = "unknown_cargo"
    THREE_CARGOES = "three_cargoes"
    CELL_NOT_SAID = "cell_not_said"
    WIRING_WRONG = "wiring_wrong"
    OTHER_CATEGORY = "other_category"
    UNKNOWN_PLACE = "unknown_place"
    NO_LOADS_CHOSEN = "no_loads_chosen"
    SEVERAL_SPECIES = "several_species"
    UNKNOWN_SITE = "unknown_site"
    SAME_SITE = "same_site"
    SPECIES_NOT_SAID = "species_not_said"
    SHIPMENT_TEXT_WRONG = "shipment_text_wrong"
    SHIPMENT_TEXT_FORGED = "shipment_text_forged"
    DATES_REVERSED = "dates_reversed"
    PERIOD_REVERSED = "period_reversed"
    TARGET_OVER_CAPACITY = "target_over_capacity"
    NOT_A_WEEK = "not_a_week"
    UNKNOWN_GRADE = "unknown_grade"
    GRADE_OF_OTHER_SPECIES = "grade_of_other_species"
    GRADE_NOT_SAID = "grade_not_said"
    # not allowed
    WRONG_PIN = "wrong_pin"
    WRONG_PASSWORD = "wrong_password"
    UNKNOWN_TOKEN = "unknown_token"
    NOT_SIGNED_IN = "not_signed_in"
    NOT_ALLOWED = "not_allowed"
    OTHER_KIND_OF_TOKEN = "other_kind_of_token"
    NOT_IN_SITE_FILE = "not_in_site_file"
    NEVER_BLEND_OVERRIDE = "never_blend_override"
    NEVER_BLEND_TRANSFER = "never_blend_transfer"
    CLAIMS_OVERRIDE = "claims_override"
    UNMEASURED_OVERRIDE = "unmeasured_override"
    APPROVES_HIMSELF = "approves_himself"
    CHECKED_ADVERSE = "checked_adverse"


class Refusal(Exception):
    """Base of the four kinds of "no". `status` is what it is over HTTP."""

    kind_status: ClassVar[int] = 500

    def __init__(self, code: Fault, **params: Any) -> None:
        super().__init__(f"{code.value} {params}" if params else code.value)
        self.code = code
        self.params: Mapping[str, Any] = params

    @property
    def status(self) -> int:
        return self.kind_status


class NotFound(Refusal):
    """What was named does not exist."""

    kind_status = 404


class Conflict(Refusal):
    """It exists, but what is recorded since does not allow the act."""

    kind_status = 409


class Invalid(Refusal):
    """The act's own words are wrong."""

    kind_status = 422


def check_period(since: datetime | None, until: datetime | None) -> None:
    """Raises Invalid(period_reversed) where a time that is asked about, its end excluded, holds nothing."""
    if since is not None and until is not None and until <= since:
        raise Invalid(Fault.PERIOD_REVERSED, begins=since.isoformat(), ends=until.isoformat())


class NotAllowed(Refusal):
    """The person or token may not do this: 401 where neither is known, 403 where the act is not theirs."""

    @property
    def status(self) -> int:
        return 403 if self.code in _NOT_THEIRS else 401


_NOT_THEIRS = (
    Fault.NOT_ALLOWED,
    Fault.OTHER_KIND_OF_TOKEN,
    Fault.NOT_IN_SITE_FILE,
    Fault.NEVER_BLEND_OVERRIDE,
    Fault.NEVER_BLEND_TRANSFER,
    Fault.CLAIMS_OVERRIDE,
    Fault.UNMEASURED_OVERRIDE,
    Fault.APPROVES_HIMSELF,
    Fault.CHECKED_ADVERSE,
)
