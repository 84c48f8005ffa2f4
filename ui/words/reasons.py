"""A reason code becomes a sentence, in the reader's language.

The station stores and sends codes with parameters; the sentence is made here, for every page and screen. A
code that is not in the table (from a newer station, from a driver) is shown readably with its parameters,
and a missing parameter as "?": a reason never fails to be shown.
"""

from collections.abc import Mapping
from typing import Any

from ui.words.alibi import FOUND_IN_A_MEMORY
from ui.words.days import FOUND_OF_A_DAY, SEEN_IN_THE_MORNING
from ui.words.i18n import N_, Translator, translator
from ui.words.parameters import parameter_texts

# A weight that a person is asked about: the reason and the problem say the same.
NOT_A_DIVISION = N_("the bridge weighs in steps of {division_kg}: {below_kg} or {above_kg}, not {kg}")
UNUSUAL_TARE = N_("tare {tare_kg}, but this vehicle usually weighs {usual_kg} empty: maybe another trailer")
UNUSUAL_EMPTY_SHARE = N_("tare {tare_kg} is unusual for {gross_kg} full")
NOT_OVER_USUAL_TARE = N_("gross {gross_kg}: this vehicle usually weighs {usual_kg} empty")
NET_SHARED_EQUALLY = N_("{count} loads share one net of {kg} in equal parts: nobody said another split")
WEIGHED_BEFORE_DECISION = N_("{kg} were weighed at {weighed_at}, before the decision of {decided_at}")
MORE_THAN_KNOWN = N_("cell {cell} is known to hold {content_kg}, not {moved_kg}")
OVER_CAPACITY = N_("cell {cell} is made for {capacity_kg}: {held_kg} would lie in it, or are to come")
COUNT_FAR_OFF = N_(
    "{counted_kg} counted in cell {cell}, {content_kg} known: {apart_kg} apart, at most {limit_kg} is usual"
)
MUCH_WASTE = N_("{moved_kg} of waste are {share} of what cell {cell} holds, at most {limit_share} is usual")
DRY_MATTER_DIFFERS = N_(
    "by the dry matter {computed_kg} come out, by the scale {measured_kg}: {apart_kg} apart, at most "
    "{limit_share} is usual"
)
OTHER_MOISTURE = N_(
    "{said} % before drying, but what is known of cell {cell} is {value} %: chance explains {points} points"
)
MORE_THAN_LEFT = N_("{left_kg} left with the shipment {number}, {moved_kg} came back")
OVERLOADED = N_("{gross_kg} full: the vehicle may weigh {limit_kg}, it is {over_kg} over")
OVER_ORDER = N_("{left_kg} are left of the order {number}, {moved_kg} would leave")
OTHER_GRADE = N_("{grade} is asked for, cell {cell} is for {cell_grade}")
PAPER_WRITTEN = N_("paper {number} is already written: {moved_kg} out of cell {cell} on {day}")
OTHER_SPECIES = N_("{species} comes into cell {cell}, which is for {cell_species} or holds it")
SPOILS_CELL = N_(
    "grain that may never be blended comes into cell {cell}: nothing else goes in until it is emptied and "
    "cleaned"
)
SPOILED_IN_CELL = N_("grain that may never be blended lies in cell {cell}: what comes on it is no better")
CLAIMS_GIVEN_UP = N_("cell {cell} will no longer honour, until it is emptied and cleaned: {claims}")
FOUND_AFTER_DECISION = N_("found after the decision: {findings}")

SENTENCES: Mapping[str, str] = {
    **FOUND_IN_A_MEMORY,
    **FOUND_OF_A_DAY,
    **SEEN_IN_THE_MORNING,
    # pairing
    "paired_by_barcode": N_("paired by its barcode {barcode}"),
    "paired_by_window": N_(
        "paired with {barcode}: the only open sample that fits, {minutes} min after its entry"
    ),
    "paired_by_person": N_("assigned to {barcode} by a person"),
    "typed_by_person": N_("typed by a person for {barcode}"),
    "unknown_barcode": N_("no sample has the barcode {barcode}{likely}"),
    "sample_closed": N_("the sample {barcode} is closed: its load has ended"),
    "no_open_sample": N_("no open sample fits within {minutes} min"),
    "several_open_samples": N_("several open samples fit: {barcodes}"),
    "other_barcode": N_("it bears the barcode {barcode}, not {sample}"),
    "contradicts_declaration": N_("measured as {product}, but {declared} is declared: check the calibration"),
    "dismissed": N_("dismissed: {text}"),
    "fault_during_measurement": N_("{what} while it was measured: confirm it, or measure again"),
    "unprotected_line": N_("one line, unprotected: compare with the display"),
    "pairing_undone": N_("a person undid its pairing with {barcode}"),
    "paired_by_odds": N_("paired with {barcode}, {minutes} min after its entry: {odds} sure"),
    # why a retained sample is sent
    "methods_differ": N_("{analyte}: phone and machine differ"),
    "near_limit": N_("{analyte} {value} is near the limit {limit}"),
    "photo_says_nothing": N_("no model has judged its photo"),
    "proposal_overridden": N_("it went elsewhere than proposed"),
    # a weight
    "under_min": N_("under the bridge's Min ({min_kg}): not legal for trade"),
    "over_max": N_("over the bridge's Max ({max_kg}): not legal for trade"),
    "weighed_by_axles": N_("weighed axle by axle: not legal for trade"),
    "two_bridges": N_("weighed full on {gross}, empty on {tare}"),
    "not_a_division": NOT_A_DIVISION,
    "unusual_tare": UNUSUAL_TARE,
    "unusual_empty_share": UNUSUAL_EMPTY_SHARE,
    "not_over_usual_tare": NOT_OVER_USUAL_TARE,
    "weighed_before_decision": WEIGHED_BEFORE_DECISION,
    "net_shared_equally": NET_SHARED_EQUALLY,
    "found_after_decision": FOUND_AFTER_DECISION,
    "stored_tare": N_("stored tare of {taken_at}"),
    # a cell
    "more_than_known": MORE_THAN_KNOWN,
    "over_capacity": OVER_CAPACITY,
    "count_far_off": COUNT_FAR_OFF,
    "much_waste": MUCH_WASTE,
    "dry_matter_differs": DRY_MATTER_DIFFERS,
    "other_moisture": OTHER_MOISTURE,
    "more_than_left": MORE_THAN_LEFT,
    # a vehicle that is to take grain away
    "cargo_forbidden": N_("it carried {cargo}: no grain goes into this body"),
    "wash_needed": N_("after {cargo} the body is to be cleaned, level {cleaning}"),
    "body_unfit": N_("found in the empty body: {found}"),
    "overloaded": OVERLOADED,
    "other_grade": OTHER_GRADE,
    "over_order": OVER_ORDER,
    "paper_written": PAPER_WRITTEN,
    "other_species": OTHER_SPECIES,
    "spoils_cell": SPOILS_CELL,
    "spoiled_in_cell": SPOILED_IN_CELL,
    "claims_given_up": CLAIMS_GIVEN_UP,
    # assessment
    "chosen_by_order": N_("{analyte}: {instrument} comes no. {position} in the site's order"),
    "mean_of_replicates": N_("{analyte}: mean of {count} measurements"),
    "median_of_replicates": N_("{analyte}: median of {count} measurements"),
    "replicates_differ": N_(
        "{analyte}: two measurements differ by {spread}, more than {limit}: measure once more"
    ),
    "typed_value": N_("{analyte}: typed by a person, which wins over instruments"),
    "typed_over": N_("{analyte}: {instrument} says {value} {unit}"),
    "measured_badly": N_("{analyte}: measured badly{by_instrument}, measure again"),
    "dry_matter_from": N_("dry matter basis from {as_is} % as is at {moisture} % moisture"),
    "corrected": N_("{analyte} {measured}, corrected by {added} ({raw} measured)"),
    "no_moisture_for_basis": N_("{analyte}: no moisture, so no dry matter basis"),
    "instrument_not_in_order": N_("{analyte}: {instrument} is not in the site's order, kept as evidence"),
    "verification_expired": N_("{instrument}: its verification expired on {until}"),
    "grain_temperature_outside": N_("{instrument}: grain at {celsius} °C, outside its {low} to {high} °C"),
    "legal_first": N_("{analyte}: {instrument} is the legal instrument, its value alone counts"),
    "combined": N_("{analyte} {measured}, combined by how well each is known: {parts}"),
    "instruments_differ": N_(
        "{analyte}: the instruments differ by more than {tolerance} {unit} ({values}), nothing is averaged"
    ),
    "photo_differs": N_(
        "{analyte}: the photo says {photo} {unit}, more than {tolerance} away, and does not count"
    ),
    "by_photo": N_("{analyte}: by the photo alone, no instrument measured it"),
    "expected_from": N_("{analyte}: about {measured} expected ({how}; results: {n})"),
    # what a person must answer
    "photo_other_species": N_("the photo does not look like {declared} ({reasons}): look at the grain"),
    "photo_foreign": N_(
        "foreign grain on the photo: {share} by count, surely over {low_share}, {limit_share} allowed: "
        "look at the grain"
    ),
    # photo
    "photo_shares": N_("photo of {kernels} kernels, by count: {shares}{judged}{mass}{sizes}{spread}"),
    "photo_counted": N_("photo of {kernels} kernels{sizes}"),
    "photo_unseen": N_("the photo does not tell these from whole kernels: {unseen}{ergot}"),
    "photo_number": N_("photo: {analyte} {measured} ({low} to {high}){corrected}{uncounted}"),
    "photo_refused": N_("photo refused: {reasons}; take another"),
    "photo_pending": N_("photo being judged"),
    "no_model": N_("no model: the truck goes on without the photo"),
    # why a photo is asked for
    "photo_of_every_load": N_("photo asked for: every load"),
    "photo_by_lot": N_("photo asked for: drawn by lot"),
    "photo_of_species": N_("photo asked for: {species}"),
    "photo_in_dispute": N_("photo asked for: in dispute"),
    "photo_near_limit": N_("photo asked for: {analyte} {value} near the limit {limit}"),
    "photo_no_value": N_("photo asked for: {analyte} without an instrument's value"),
    "photo_other_variety": N_("photo asked for: {other} seen, {variety} declared"),
    "photo_other_product": N_("photo asked for: measured as {product}"),
    # a value that a person or a laboratory gives
    "implausible_value": N_("{analyte}: {value} cannot be true (only {low} to {high})"),
    "wrong_basis": N_("{analyte}: its basis is missing, or not possible"),
    "unusual_value": N_("{analyte}: {value} {unit} is not usual (mostly {low} to {high})"),
    # routing, for a cell
    "species_matches": N_("{species} is the cell's species"),
    "by_declaration": N_("{species}: stored by declaration, no grade to measure"),
    "meets": N_("{analyte} {measured} {op} {limit}"),
    "within_room": N_("room {free_t} for {load_t} ({reserved_t} reserved)"),
    "reached_by": N_("reached by pit {pit}{line}"),
    "claims_honoured": N_("claims honoured: {claims}"),
    "known_later": N_("{analyte}: known later"),
    "declared": N_("{analyte}: as declared"),
    "not_declared": N_("{analyte}: not declared"),
    "hold_cell": N_("hold cell: kept apart until a value or a decision comes"),
    "quarantine_cell": N_("quarantine cell: never to be blended"),
    "too_far_to_blend": N_(
        "{analyte} {measured}: a load is blended only where it is {op} {each}, however good the cell is"
    ),
    "cell_stays": N_(
        "{analyte} {measured}, limit {op} {limit}: the cell stays at {cell_measured}, probability {p}"
    ),
    "average_grants": N_(
        "{analyte} {measured}, limit {op} {limit}: granted, "
        "the supplier's last {mean_t} are at {mean_measured}"
    ),
    "average_outside": N_(
        "{analyte}: the supplier's last {mean_t} are at {mean_measured}, nothing is granted by their mean"
    ),
    "for_information": N_("{analyte} {measured}, {op} {limit} for information only"),
    "expected": N_("{analyte}: not measured, {measured} expected of such loads"),
    # routing, against a cell
    "cell_closed": N_("the cell is closed"),
    "wrong_cell_species": N_("the cell holds {cell_species}, the load is {species}"),
    "unknown_grade": N_("the rule pack has no grade {grade}"),
    "outside_limit": N_("{analyte} {measured}, must be {op} {limit}"),
    "never_blend": N_("{analyte} {measured}, must be {op} {limit}: never to be blended"),
    "missing": N_("{analyte} is missing"),
    "not_on_basis": N_("{analyte}: the limit is {basis}, the value is {given}"),
    "no_room": N_("no room: {free_t} free ({reserved_t} reserved) for {load_t}"),
    "claim_not_honoured": N_("the cell does not honour the claim {claim}"),
    "claim_required": N_("the cell takes only {claim}"),
    "claim_satisfied": N_("another claim of the load meets {claim}"),
    "claims_lost": N_("in this cell the premium is lost: {claims}"),
    "not_reachable": N_("no pit reaches the cell"),
    "not_a_hold_case": N_("hold cell: not needed for this load"),
    "not_a_quarantine_case": N_("quarantine cell: nothing calls for it"),
    "needs_quarantine": N_("hold cell: this load goes to quarantine and nowhere else"),
    "cell_outside": N_(
        "{analyte} {measured}: would bring the cell to {cell_measured}, it must be {op} {limit}"
    ),
    "cell_not_sure": N_(
        "{analyte}: the cell at {cell_measured} is {op} {limit} with probability {p} only, {sure} is asked"
    ),
    "load_not_sure": N_("{analyte} {measured}: {op} {limit} with probability {p} only, {sure} is asked"),
    "never_blend_not_sure": N_(
        "{analyte} {measured}: {op} {limit} with probability {p} only, {sure} is asked; never to be blended"
    ),
    "risks_the_cell": N_("the load risks more of this cell than it brings"),
    "over_target": N_("over the {target_t} that the storage plan wants in it"),
    "cell_holds_outside": N_("the cell itself is at {cell_measured}: {analyte} must be {op} {limit}"),
    "cell_never_blend": N_(
        "grain that may never be blended went into it: nothing else goes in until it is emptied and cleaned"
    ),
    "cell_holds": N_("{cell_species} lies in it"),
    "claim_lost": N_("it no longer honours {claim}, until it is emptied and cleaned"),
    "line_busy": N_("wait before tipping, the line carries another product: {carried}{line}"),
    "line_treated": N_("insecticide went through the line, which must be flushed first: {substances}{line}"),
    "cell_treated": N_("treated grain: {substances}"),
    # routing, for the load as a whole
    "incomplete": N_("still missing: {analytes}"),
    "nothing_fits": N_("no cell can take this load"),
    "no_quarantine_cell": N_("this site has no quarantine cell: the truck waits"),
    "quarantine_refuses": N_("no quarantine cell can take it: the truck waits"),
    "no_weight": N_("not weighed yet"),
    "no_rule_pack": N_("no rule pack is valid now: a manager must install one"),
    "came_never_blend": N_("never to be blended: the silo that it came from kept it apart"),
    "adverse_visual_check": N_("adverse visual check: {findings}"),
    "waived": N_("approved without: {analytes}"),
    "waits_for_certificate": N_("waiting for a certificate: {claims}"),
    "measure_again": N_("measure {analyte} again: it may change the cell ({minutes} min)"),
    # photo gate
    "unreadable": N_("the photo cannot be read: take it again, send it again"),
    "heic": N_("the phone saves photos as HEIC: set its camera to JPEG (iPhone: Formats, Most Compatible)"),
    "no_photo": N_("the file is no photo but {file_kind}: send the photo itself, as JPEG, PNG or WebP"),
    "damaged_file": N_("a part of the photo's file is damaged: send it again, or take it again"),
    "too_large": N_("the photo is too large ({size}, limit {limit}): set the camera to a smaller size"),
    "not_sharp": N_(
        "the photo is not sharp (edges over {value} of a kernel, at most {limit}): hold still, wipe the lens"
    ),
    "moved": N_("the phone moved (edges smeared over {value} of a kernel, at most {limit}): hold it still"),
    "no_colours": N_("the photo has no colours: switch off the black-and-white filter"),
    "rough_sheet": N_(
        "the sheet's own texture shows under the lamp ({share} specks): take a smooth sheet or softer light"
    ),
    "counts_differ": N_(
        "two counts differ ({outlines} outlines, {by_area} by area): spread the kernels, take a plain sheet"
    ),
    "left_out": N_("{share} of the photo is neither sheet nor grain: take other things and glare away"),
    "dark": N_("the photo is too dark ({value}, at least {limit}): go to the light or switch the flash on"),
    "bright": N_("the photo is too bright ({value}, at most {limit}): turn away from the sun or the lamp"),
    "glare": N_("glare on {share} of the photo (at most {limit_share}): tilt the phone, avoid the flash"),
    "too_small": N_("the kernels are only {value} pixels long (at least {limit}): go closer"),
    "too_few_kernels": N_("only {kernels} kernels (at least {limit}): spread more, go closer"),
    "piled_up": N_("{share} of the grain is piled up (at most {limit_share}): spread it in one layer"),
    "cut_off": N_("{share} of the kernels are cut by the edge (at most {limit_share}): take the whole sheet"),
    "low_contrast": N_(
        "the grain looks too much like the sheet ({value}, at least {limit}): take a sheet of another colour"
    ),
    "not_grain": N_("no grain on a plain sheet is seen: lay it on one colour without a pattern"),
    "unknown_grain": N_("the species is not recognised"),
    "wrong_species": N_("{seen} on the photo, but {declared} is declared"),
    "mostly_foreign": N_("{share} of what lies there is foreign to the model: another grain, or none"),
    "no_model_for": N_("counted only, no model for {declared}"),
    "no_opinion": N_("no opinion on shares: their limits lie {share} apart (at most {limit_share})"),
    "card_missing": N_("the scale card is not on the photo"),
    "not_validated_for": N_("the model is not validated for {declared}"),
    "model_not_finite": N_("the model {model} answered with no number: tell the installer"),
    "number_outside": N_("{name} {measured} is outside the model's {low} to {high}"),
    "no_number": N_("the photo shows too little for {name}"),
    # a bundle's acceptance set
    "acceptance_differs": N_("in {file} {attribute} is {got} here, {expected} is expected"),
    "acceptance_slow": N_("with {file} the acceptance set takes more than {seconds} s here"),
    "accepts_nothing": N_("every photo of the acceptance set is refused: add one of the grain it is for"),
    "model_slower": N_("the model takes {seconds} s per photo here, {limit} s are declared"),
    "model_larger": N_("the model takes {memory_mb} MB here, {limit} MB are declared"),
    # the station itself
    "disk_low": N_("disk nearly full: {free_mb} MB free, tell the installer"),
    "disk_full": N_("disk full: {free_mb} MB free, photos are refused, tickets go on"),
    "vision_off": N_("no photo model: trucks go on without the photo"),
    "clock_behind": N_(
        "the machine's clock says {machine}, before the last record: state the time, have it set right"
    ),
    "clock_beyond": N_(
        "the machine's clock says {machine}, far after the last record: state the time, have it set right"
    ),
    "clock_goes_by_word": N_(
        "the machine's clock says {machine} and is not believed: the time stated by the operator counts"
    ),
    "clock_records_ahead": N_("the machine's clock says {machine}, before the last record"),
    "clock_needs_repair": N_(
        "the records lie ahead of the time: dates are wrong until silo clock repair, tell a manager"
    ),
    "clock_heals": N_("the station's clock is {seconds} s ahead of the machine's and waits for it"),
    "intake_waits_for_disk": N_("the disk takes no more: device messages wait, free some space now"),
    "intake_stands": N_(
        "{count} device messages wait, none was recorded since {moved_at}: call the installer"
    ),
    "messages_dropped": N_(
        "messages of {instruments} were dropped while nothing could be recorded: check what is missing"
    ),
    "data_not_written": N_(
        "the data folder cannot be written: nothing new is recorded, look at its disk and restart the station"
    ),
    "model_set_aside": N_("the model {model} does not run and is tried no more: {text}"),
    "vision_problem": N_("the photo model does not work, trucks go on without it: {text}"),
    "audit_chain_broken": N_("the record of events is broken at no. {seq}: tell a manager"),
    "verifications_expired": N_("verification expired: {instruments}; have it verified or swap it"),
    "verifications_expire": N_("verification ends from {until} on: {instruments}; have it done in time"),
    "values_held": N_("a control failed, what was measured since is to be confirmed: {instruments}"),
    "controls_overdue": N_("control overdue: {instruments}; measure a control sample"),
    "size_unknown": N_(
        "{instruments}: no value until somebody says what the display shows (devices screen, F7)"
    ),
    "frames_overdue": N_("what devices said is not recorded: the station is started again"),
    "capture_overdue": N_("a photo gets no answer: the station is started again"),
    "counter_stands": N_("the station answers nobody: it is started again"),
    "jobs_stand": N_("the station's timetable stands still: it is started again"),
    "bridge_not_at_zero": N_(
        "{instruments} did not show zero between two vehicles: drive off, zero, weigh again"
    ),
    # printers
    "printer_unreachable": N_("the printer {printers} is not reached at {target}: check power and cable"),
    "printer_not_answering": N_(
        "the printer {printers} does not say how it is: switch it off and on, or set answers = false"
    ),
    "printer_offline": N_("the printer {printers} is offline: close its cover, switch it on"),
    "printer_without_paper": N_("the printer {printers} has no paper"),
    "printer_silent": N_("the printer {printers} did not say whether the paper is out: look there"),
    "printer_gone": N_("the printer {printers} is no more in the site file"),
    "queue_refuses": N_("the print queue {queue} ({printers}) takes nothing: {error}"),
    "queue_silent": N_("the print queue {queue} ({printers}) did not answer: look whether the paper is out"),
    "queue_holds": N_("the print queue {queue} ({printers}) kept the paper too long; it was taken back"),
    "no_cups": N_("{command} is missing on this box ({printers}): apt-get install -y cups-client"),
    "station_ended": N_("the station ended while it was sent: look whether the paper is out"),
    "papers_wait": N_("papers that wait for a printer: {count}; trucks go on"),
    "papers_ask": N_("papers that came too late or may be out: {count}; print them again, or drop them"),
    "broker_lost": N_("the broker {broker} does not take the station's state: {text}"),
    "taken_over": N_("the box {box} took over at {taken_at}: this one accepts nothing, unplug it"),
    "exchange_fails": N_(
        "no files are exchanged with the co-operative's program for {age_s}: {folder} ({error}); trucks go on"
    ),
    "second_disk_away": N_("the second disk {folder} is missing for {age_s}: plug it in, tell the installer"),
    "backup_later": N_("the backup in {folder} goes further than this ledger: tell the installer"),
    "second_disk_small": N_("the second disk {folder} lacks {missing_mb} MB: tell the installer"),
    "second_disk_full": N_("the second disk {folder} is full: tell the installer"),
    "second_disk_fails": N_("the second disk fails: {file} ({error}); tell the installer"),
    "hub_refuses": N_("headquarters takes nothing of this station, trucks go on: {hub_reason}"),
    "post_full": N_(
        "the disk takes no bag for headquarters ({text}): make room; nothing is lost, it goes on by itself"
    ),
    "clock_ahead_of_hub": N_("this clock is {age_s} ahead of headquarters'"),
    "clock_behind_hub": N_("this clock is {age_s} behind headquarters'"),
    "recovery_held": N_(
        "this ledger is a backup, headquarters knows more: silo post reconcile, or --go-on without it"
    ),
    "recovery_going_on": N_(
        "this ledger is a backup, facts after it are missing: silo post reconcile brings them back"
    ),
    "backup_never": N_("there is no backup yet: tell the installer"),
    "backup_old": N_("the last backup is {age_s} old"),
    "backup_not_proved": N_("the backup is not what it must be: tell the installer"),
    "proof_old": N_("the backup was last proved {age_s} ago"),
    # what a proof finds
    "proof_ledger_differs": N_("the ledger {file} has changed on the disk"),
    "proof_ledger_broken": N_("the ledger {file} cannot be restored: {text}"),
    "proof_chain_broken": N_("its record of events is broken at no. {seq}"),
    "proof_head_differs": N_("its event no. {seq} is another"),
    "proof_counts_differ": N_("its table {table} has {got} rows, not {expected}"),
    "proof_file_differs": N_("{count} files have changed on the disk: {file}"),
    "proof_file_missing": N_("{count} files are missing on the disk: {file}"),
    "unclean_stop": N_("the station was cut off last time; its records were checked"),
    # devices
    "device_port_missing": N_("the port {port} is missing: plug the cable or the adapter in again"),
    "device_port_denied": N_("the port {port} may not be opened: the installer must allow it"),
    "device_port_busy": N_("the port {port} is used by another program: close that one"),
    "device_port_lost": N_("the line {port} was lost: check cable and power"),
    "device_lost_often": N_(
        "the line {port} was lost {count} times in ten minutes: another program takes it, or a cable is loose"
    ),
    "device_refused": N_("the address {port} refuses: switch the converter on, check its port number"),
    "device_unreachable": N_("the address {port} cannot be reached: check network cable, power and address"),
    "device_closed": N_("the line {port} was closed at the other end: it is opened again by itself"),
    "device_idle": N_("nothing comes from {port}: check that the instrument is on and sends"),
    "device_broker_refused": N_("the broker {port} refuses: check its name and password"),
    "device_broker_lost": N_("the broker {port} was lost: check that it runs"),
    "device_overrun": N_(
        "{count} messages of {port} were dropped while nothing could be recorded: check what is missing"
    ),
    "device_file_missing": N_("the recorded file {port} is missing"),
    "device_garbled": N_("only noise from {port}: check speed and parity"),
    "device_bad_frame": N_("a message from {port} could not be read: check the instrument's format"),
    "device_not_understood": N_(
        "what came from {port} was not understood: check address, driver and profile, send the result again"
    ),
    "device_no_result": N_("what comes from {port} holds no result so far: check its profile"),
    "device_out_of_turn": N_(
        "the messages of {port} are numbered wrongly: compare the results with its own display"
    ),
    "device_instrument_fault": N_("the instrument reports a fault: look at its own display"),
    "device_several_platforms": N_("several platforms speak on {port}: choose one by the setting platform"),
    "device_platform_not_heard": N_(
        "only other platforms than the chosen one speak on {port}: check platform"
    ),
    "device_always_net": N_(
        "nothing is weighed: the head says net in every message; clear its tare, or set net = gross"
    ),
    "device_always_powered_up": N_(
        "nothing is weighed: the head says powered up in every message; set its zero, or let the driver "
        "ignore that"
    ),
    "device_setting_missing": N_(
        "no value until a setting is made: compare a loaded reading with the display and set "
        "what fits: {text}"
    ),
    "device_driver_fault": N_("the driver failed on {port}: tell the installer"),
}

# The codes that speak against a cell; where both sides are told, these say why it was refused.
AGAINST = frozenset(
    {
        "cell_closed",
        "wrong_cell_species",
        "unknown_grade",
        "outside_limit",
        "cell_outside",
        "too_far_to_blend",
        "average_outside",
        "cell_not_sure",
        "load_not_sure",
        "never_blend_not_sure",
        "risks_the_cell",
        "over_target",
        "waits_for_certificate",
        "never_blend",
        "missing",
        "measured_badly",
        "not_on_basis",
        "no_moisture_for_basis",
        "no_room",
        "claim_not_honoured",
        "claim_required",
        "not_reachable",
        "not_a_hold_case",
        "not_a_quarantine_case",
        "needs_quarantine",
        "no_quarantine_cell",
        "quarantine_refuses",
        "cell_holds_outside",
        "cell_never_blend",
        "cell_holds",
        "claim_lost",
        "line_busy",
        "line_treated",
        "incomplete",
        "no_weight",
        "no_rule_pack",
        "adverse_visual_check",
        "photo_other_species",
        "photo_foreign",
    }
)

GATE_WORDS: Mapping[str, str] = {
    "unreadable": N_("cannot be read"),
    "heic": N_("HEIC instead of JPEG"),
    "no_photo": N_("no photo"),
    "damaged_file": N_("damaged file"),
    "too_large": N_("too large"),
    "not_sharp": N_("not sharp"),
    "moved": N_("phone moved"),
    "no_colours": N_("no colours"),
    "rough_sheet": N_("rough sheet"),
    "counts_differ": N_("counts differ"),
    "left_out": N_("other things on the photo"),
    "dark": N_("too dark"),
    "bright": N_("too bright"),
    "glare": N_("glare"),
    "too_small": N_("kernels too small"),
    "too_few_kernels": N_("too few kernels"),
    "piled_up": N_("grain piled up"),
    "cut_off": N_("cut by the edge"),
    "low_contrast": N_("too like the sheet"),
    "not_grain": N_("not grain"),
    "unknown_grain": N_("species not recognised"),
    "wrong_species": N_("wrong species"),
    "mostly_foreign": N_("mostly foreign"),
    "card_missing": N_("card missing"),
    "not_validated_for": N_("not validated"),
    "model_not_finite": N_("model failed"),
    "number_outside": N_("value out of range"),
    "no_number": N_("no value"),
}


def message(code: str, params: Mapping[str, Any], language: str) -> str:
    """Write the sentence of a reason, its first letter a capital, without a full stop. Never raises."""
    t = translator(language)
    template = SENTENCES.get(code)
    if template is None:
        return unknown_message(code, params)
    words = parameter_texts(params, t)
    words["reasons"] = _gate_words(params.get("reasons"), t)
    return capital(t.gettext(template).format_map(words))


def is_known(code: str) -> bool:
    return code in SENTENCES


def unknown_message(code: str, params: Mapping[str, Any]) -> str:
    """Write "sensor_warm (celsius 41, seconds 12)" for a code without a sentence."""
    listed = ", ".join(f"{name} {value}" for name, value in params.items())
    return f"{code} ({listed})" if listed else code


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _gate_words(codes: object, t: Translator) -> str:
    """Write the stored codes of a refused photo as a list of words."""
    if not isinstance(codes, list | tuple) or not codes:
        return "?"
    return ", ".join(t.gettext(GATE_WORDS.get(str(code), str(code))) for code in codes)
