"""A problem code becomes a title and what a person can do about it, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from ui.words.days import PROBLEMS_OF_A_DAY
from ui.words.forms import form_problem
from ui.words.i18n import N_, translator
from ui.words.ledger import LEDGER_PROBLEMS
from ui.words.parameters import parameter_texts
from ui.words.reasons import (
    CLAIMS_GIVEN_UP,
    COUNT_FAR_OFF,
    DRY_MATTER_DIFFERS,
    FOUND_AFTER_DECISION,
    MORE_THAN_KNOWN,
    MORE_THAN_LEFT,
    MUCH_WASTE,
    NET_SHARED_EQUALLY,
    NOT_A_DIVISION,
    NOT_OVER_USUAL_TARE,
    OTHER_GRADE,
    OTHER_MOISTURE,
    OTHER_SPECIES,
    OVER_CAPACITY,
    OVER_ORDER,
    OVERLOADED,
    PAPER_WRITTEN,
    SPOILED_IN_CELL,
    SPOILS_CELL,
    UNUSUAL_EMPTY_SHARE,
    UNUSUAL_TARE,
    WEIGHED_BEFORE_DECISION,
    capital,
    unknown_message,
)
from ui.words.rule_packs import pack_problem

_LOOK_AGAIN = N_("Go back to the queue: it shows what is recorded now.")
_SCAN_AGAIN = N_("Scan or type it again; enter it as a sample if it is new.")
_LIST_MODELS = N_("See what is installed with: silo model list.")
_SEND_AGAIN = N_("Send it again from the phone that took it; silo check names all that is damaged.")
_READ_AGAIN = N_("Read the bridge's display again, and type what it shows.")
_LOOK_AT_VEHICLE = N_("Compare the plate and the bridge's display, then say that it is right.")
_SAY_THAT_RIGHT = N_("Check the cell and the figures; if they are right, say so, and why.")
_SIGN_PACK = N_("Have it signed by who may: silo rules sign.")
_EMPTY_FIRST = N_("Empty the cell first, or plan another one.")
_ASK_MANAGER = N_("Ask a manager.")
_ASK_APPROVAL = N_("A manager decides it, or approves it by telephone: {who}.")
_ASK_AGAIN = N_("Decide again, and ask for new figures.")
_ASK_INSTALLER = N_("Ask the installer to make a token for this terminal.")

PROBLEMS: Mapping[str, tuple[str, str]] = {
    # not found
    "unknown_visit": (N_("this visit does not exist"), _LOOK_AGAIN),
    "unknown_load": (N_("this load does not exist"), _LOOK_AGAIN),
    "unknown_sample": (N_("no sample has the barcode {barcode}"), _SCAN_AGAIN),
    "unknown_weighing": (N_("this weighing does not exist"), _LOOK_AGAIN),
    "unknown_capture": (N_("this photo upload does not exist"), N_("Send the photo again.")),
    "unknown_photo": (N_("this photo is not kept here"), N_("Check the photo's identifier.")),
    "photo_lost": (N_("the file of this photo is gone"), _SEND_AGAIN),
    "photo_damaged": (N_("the file of this photo is damaged"), _SEND_AGAIN),
    "unknown_print_job": (
        N_("nothing of this name is to be printed"),
        N_("Look at what waits: silo ticket jobs."),
    ),
    "unknown_printer": (
        N_("no printer {name} of the site file prints this"),
        N_("Name one of: {known}."),
    ),
    "no_printer": (
        N_("no printer of the site file prints this"),
        N_("Name one in the site file: [[printers]]; or take it as a file: --pdf."),
    ),
    "printer_not_named": (N_("several printers print this"), N_("Name one of: {known}.")),
    "not_to_be_printed": (
        N_("this paper waits no more"),
        N_("Look at what waits: silo ticket jobs."),
    ),
    "unknown_ticket": (N_("no ticket has this number"), N_("Look it up in the list of tickets.")),
    "unknown_exception": (N_("this exception no longer waits"), N_("Look at the list again.")),
    "unknown_cell": (N_("the site has no cell {cell}"), N_("Choose one of the listed cells.")),
    "unknown_lab_result": (
        N_("this laboratory result does not exist, or another one holds now"),
        N_("Look at the list again: silo lab waiting."),
    ),
    "unknown_paper": (
        N_("no grain went out on the paper {paper_number}"),
        N_("Look the number up with: silo cell movements."),
    ),
    "several_movements": (
        N_("grain went out more than once on the paper {paper_number}"),
        N_("Dismiss the result, or correct the papers' numbers."),
    ),
    "unknown_line": (N_("the site has no line {name}"), N_("Choose one of the listed lines.")),
    "unknown_request": (
        N_("this request does not exist, or was answered"),
        N_("Look at the list again: silo corrections requests."),
    ),
    "unknown_terminal": (N_("no terminal is named {name}"), N_("Check the name with: silo token.")),
    "unknown_rule_pack": (
        N_("no rule pack {name} {version} is installed here"),
        N_("See the packs with: silo rules list."),
    ),
    "rule_pack_installed": (
        N_("the rule pack {name} {version} is installed already"),
        N_("See the packs with: silo rules list."),
    ),
    "rule_pack_wrong": (
        N_("the rule pack cannot be used: {pack_problem}"),
        N_("Correct the file and install it again."),
    ),
    "rule_pack_unsigned": (
        N_("the rule pack {name} {version} is not signed, and this site trusts signed packs only"),
        _SIGN_PACK,
    ),
    "rule_pack_other_key": (
        N_("the rule pack {name} {version} is signed with the key {key}, which this site does not trust"),
        N_("Ask who made it; the keys that are trusted here are in the site file, [vision] trusted_keys."),
    ),
    "rule_pack_changed": (
        N_("the signature of the rule pack {name} {version} does not fit the file: it was changed"),
        _SIGN_PACK,
    ),
    "document_wrong": (
        N_("what headquarters sent cannot be read: {text}"),
        N_("Tell headquarters: they correct it and send it again."),
    ),
    "unknown_certificate": (
        N_("this certificate does not exist"),
        N_("See them with: silo certificate list."),
    ),
    "unknown_person": (N_("no person is named {name}"), N_("Check the spelling.")),
    "unknown_supplier": (N_("no supplier is named {name}"), N_("Check the spelling.")),
    "unknown_port": (N_("the site has no port {port}"), N_("Choose one of the site file's ports.")),
    "unknown_release": (N_("no model {name} {version} is installed here"), _LIST_MODELS),
    "no_policy": (
        N_("no policy is approved for {task} and {species}"),
        N_("See what is approved with: silo model policy show."),
    ),
    "unknown_retained": (
        N_("no retained sample has the number {number}"),
        N_("Read the number on its bag again."),
    ),
    "unknown_hold": (N_("no values are held under this number"), N_("See them with: silo control holds.")),
    "unknown_instrument": (
        N_("no instrument has the identifier {id}"),
        N_("See them with: silo instrument list."),
    ),
    # in conflict with what is recorded
    "certificate_exists": (
        N_("the certificate {number} is entered already"),
        N_("See them with: silo certificate list."),
    ),
    "certificate_withdrawn": (
        N_("the certificate {number} was withdrawn before"),
        N_("Enter the new certificate of the supplier."),
    ),
    "cell_holds_other": (
        N_("cell {cell} holds {content_kg} of {species}: this plan does not fit"),
        _EMPTY_FIRST,
    ),
    "cell_holds_claim": (
        N_("cell {cell} holds {content_kg} that this plan does not fit: {claim}"),
        _EMPTY_FIRST,
    ),
    "cell_holds_grade": (
        N_("cell {cell} holds {content_kg} that do not meet the quality {grade}: {analyte} {measured}"),
        _EMPTY_FIRST,
    ),
    "period_reversed": (
        N_("nothing lies between {begins} and {ends}: the end is not included, and must come later"),
        N_("Correct the beginning or the end."),
    ),
    "dates_reversed": (N_("the last day lies before the first"), N_("Correct the days.")),
    "target_over_capacity": (
        N_("more is planned for cell {cell} than the {capacity_t} t that it takes"),
        N_("Plan less, or another cell beside it."),
    ),
    "not_a_week": (N_("“{text}” is no week"), N_("Write a week as 2026-W29.")),
    "unknown_grade": (
        N_("the rule pack in force has no quality {grade}"),
        N_("See the packs with: silo rules list."),
    ),
    "grade_of_other_species": (
        N_("the quality {grade} is one of {species}"),
        N_("Plan the species and its quality together."),
    ),
    "grade_not_said": (
        N_("nothing says which quality cell {cell} takes"),
        N_("Plan the species and its quality together."),
    ),
    "not_a_control": (
        N_("the sample {barcode} is no control sample"),
        N_("Enter it as a control sample first: silo control enter."),
    ),
    "hold_ended": (N_("these values are held no more"), N_("See what is held with: silo control holds.")),
    "revision_ended": (
        N_("the revision was {state} meanwhile"),
        N_("See how it stands: silo revision list."),
    ),
    "correction_of_another": (
        N_("this is no approved correction of what is held"),
        N_("Name an approved correction of the same instrument and analyte."),
    ),
    "values_without_sample": (
        N_("the values are of a sample whose barcode is not entered"),
        N_("Scan the barcode of the sample that was kept, or leave the values out."),
    ),
    "no_sample_to_keep": (
        N_("this load has no sample yet"),
        N_("Scan the sample's barcode, then keep a part of it."),
    ),
    "already_kept": (
        N_("the sample {barcode} is kept already: no. {number}, place {place}"),
        N_("To keep more of this load, take a second sample with a barcode of its own."),
    ),
    "shelf_full": (
        N_("no place of the shelf is free"),
        N_("Destroy what is past its date, or have places added to the site file."),
    ),
    "place_taken": (
        N_("{number} lies at the place {place}"),
        N_("Choose another place."),
    ),
    "not_on_shelf": (
        N_("the retained sample {number} does not lie here any more"),
        N_("See who has it: silo sample list --state out."),
    ),
    "fewer_parts": (
        N_("only so many parts of {number} lie here: {parts}"),
        N_("Count its bags again."),
    ),
    "not_handed_over": (
        N_("the retained sample {number} was never handed over"),
        N_("First record who was given it."),
    ),
    "kept_longer": (
        N_("the retained sample {number} is kept until {until}"),
        N_("Destroy only what the list of what may be destroyed shows."),
    ),
    "retained_blocked": (
        N_("the retained sample {number} is not to be destroyed: {blocks}"),
        N_("Destroy only what the list of what may be destroyed shows."),
    ),
    "unknown_correction": (
        N_("no correction with this number"),
        N_("See which there are: silo correction list."),
    ),
    "correction_not_open": (
        N_("the correction was {state} meanwhile"),
        N_("See how it stands: silo correction list."),
    ),
    "unknown_dispute": (
        N_("no dispute with this number"),
        N_("See which there are: silo dispute list."),
    ),
    "unknown_revision": (
        N_("no revision with this number"),
        N_("See which there are: silo revision list."),
    ),
    "unknown_announcement": (
        N_("no announced apport {ref}"),
        N_("Enter the arrival by hand."),
    ),
    "announcement_ended": (
        N_("the announced apport {ref} is not expected any more"),
        N_("Look for its visit in the queue, or enter the arrival by hand."),
    ),
    "announcement_decided": (
        N_("the apport {ref} is decided already: what was announced is not corrected any more"),
        N_("Correct it at the station, or by a correcting ticket."),
    ),
    "announced_not_here": (
        N_("the apport {ref} is announced and not here yet"),
        N_("Say the number with its announcement (ticket_numbers), or once it has come."),
    ),
    "erp_load_unclear": (
        N_("the apport {ref} has {count} loads: it is not clear which one is meant"),
        N_("Say which load it is, 1 for the first, or name the load's identifier."),
    ),
    "erp_number_doubled": (
        N_("the ticket of {plate} has the number {number} already"),
        N_("Give each ticket a number of its own."),
    ),
    "erp_number_other": (
        N_("the ticket has the number {other}, and none awaits the number {number}"),
        N_("A number that a ticket has stays: cancel the other one in the co-operative's program."),
    ),
    "erp_no_ticket": (
        N_("the load has ended without a ticket: the number {number} is nobody's"),
        N_("Cancel the ticket in the co-operative's program."),
    ),
    "tickets_numbered_here": (
        N_("this station numbers its tickets itself"),
        N_("Where the co-operative's program does, the site file says so: [masters] ticket_number."),
    ),
    "announced_loads_differ": (
        N_("the apport {ref} is here with other loads: their number, barcodes and shares stay"),
        N_("Correct it at the station."),
    ),
    "unknown_shipment": (
        N_("no shipment with the number {number} is known here"),
        N_("Read its paper in, or enter it with its species: silo shipment arrive."),
    ),
    "unknown_order": (
        N_("no order {number} is open for the harvest {campaign}"),
        N_("Read the number on the order again, or enter the visit without it."),
    ),
    "unknown_outbound": (N_("no outbound visit with this number"), _LOOK_AGAIN),
    "unknown_delivery_note": (
        N_("no delivery note has the number {number}"),
        N_("Read the number on the paper, without BL."),
    ),
    "nothing_traced": (
        N_("no ticket, cell or lot is called {sought} here"),
        N_("Give a ticket as 2026/12, a cell by its id, a lot by the number of its paper."),
    ),
    "several_traced": (
        N_("{sought} may be several: {names}"),
        N_("Say which: --kind, the campaign before the number, or the lot's own id."),
    ),
    "shipment_ended": (
        N_("the shipment {number} is not under way any more"),
        N_("See what became of it: silo shipment list --ended."),
    ),
    "shipment_expected": (
        N_("{plate} is expected with a shipment from {site}: {numbers}"),
        N_("Enter it as that shipment; or say that it brings something else."),
    ),
    "shipment_for_another": (
        N_("the shipment {number} goes to {site}"),
        N_("Take it here only where it was sent on."),
    ),
    "unknown_site": (
        N_("no own silo is called {site}"),
        N_("Own silos are: {known}."),
    ),
    "same_site": (
        N_("{site} is this silo"),
        N_("Between cells of one silo it is a transfer: silo cell transfer."),
    ),
    "species_not_said": (
        N_("cell {cell} does not say which species it holds"),
        N_("Say the species that leaves."),
    ),
    "shipment_text_wrong": (
        N_("this is not the paper of a shipment: {text}"),
        N_("Scan it again; typed, each character counts."),
    ),
    "shipment_text_forged": (
        N_("{site} did not sign this paper"),
        N_("Keep the truck, and call that silo."),
    ),
    "dispute_open": (
        N_("a dispute of the load is open"),
        N_("Add a note to it. A manager closes it: that frees its sample too."),
    ),
    "dispute_closed": (
        N_("the dispute was closed on {closed_at}"),
        N_("A closed dispute stays as it is; open another one while the ticket may be disputed."),
    ),
    "no_ticket_to_dispute": (
        N_("the load has no ticket, so there is nothing to dispute"),
        N_("Wait for the ticket."),
    ),
    "too_late_to_dispute": (
        N_("ticket {number} could be disputed until {until}"),
        N_("The site's window is over: settle it with the supplier outside the station."),
    ),
    "no_loads_chosen": (
        N_("no load was named, or none went there then"),
        N_("Name the loads, or a cell and days when loads went into it."),
    ),
    "several_species": (
        N_("these loads are of several species"),
        N_("Make a composite sample of one species."),
    ),
    "unknown_place": (
        N_("the shelf has no place {place}"),
        N_("Leave the place out: the next free one is taken."),
    ),
    "visit_ended": (N_("the visit of {plate} has ended"), _LOOK_AGAIN),
    "new_supplier": (
        N_("no supplier is known by this name: {names}"),
        N_("Choose one that is known ({near}), or say that it is a new one."),
    ),
    "vehicle_on_site": (
        N_("{plate} is on site since {arrived_at}"),
        N_("Look for it in the queue; enter it once more only if it left and came back."),
    ),
    "plate_of_several": (
        N_("{plate} may be one of several vehicles: {plates}"),
        N_("Choose one of them, or type the plate with its dashes and blanks."),
    ),
    "load_ended": (N_("this load has ended"), _LOOK_AGAIN),
    "load_decided": (
        N_("already decided by {by} at {decided_at}: pit {pit}, cell {cell}"),
        N_("Read that decision; to change it, open the load and decide again."),
    ),
    "corrections_cross": (
        N_("headquarters saw {was} and asks for {wanted}; now it is {now}"),
        N_("Ask headquarters, then accept it all the same, or refuse it with the reason."),
    ),
    "supplier_on_site": (
        N_("a load of {name} is still on site"),
        N_("Forget the supplier when it has its outcome."),
    ),
    "name_in_reason": (
        N_("the reason holds the name that is to be forgotten"),
        N_("Write it without the name: the reason stays."),
    ),
    "load_not_decided": (N_("a load of {plate} has no decision yet"), N_("Accept its proposal first.")),
    "barcode_used": (N_("the barcode {barcode} belongs to another sample"), N_("Take a new barcode.")),
    "not_a_sample_barcode": (
        N_("{barcode} is no barcode of this site's samples"),
        N_("Scan the sample's label; the site file says how its barcodes look."),
    ),
    "external_ref_used": (
        N_("the number {ref} of {source} is used already"),
        N_("Look up what was sent under it; send another number for something new."),
    ),
    "weighing_used": (N_("this weight is already used or dismissed"), _LOOK_AGAIN),
    "contradicts_sample": (
        N_("this contradicts the sample {barcode}"),
        N_("Measure again or dismiss it; to assign it all the same, say why."),
    ),
    "too_late_to_take_back": (
        N_("this can no longer be taken back"),
        N_("It can be for {seconds} seconds, and while nothing was weighed or ticketed since."),
    ),
    "clock_not_doubted": (
        N_("the station does not doubt its clock: there is nothing to state or repair"),
        N_("Where the time is wrong all the same, have the machine's clock set right first."),
    ),
    "clock_synchronised": (
        N_("the machine's clock is kept right by a time service and says {wall}"),
        N_("Repair without a time: the machine's clock counts."),
    ),
    "time_unusual": (
        N_("{stated} lies far from what is recorded, {recorded}"),
        N_("Look at date and year again, then say that it is right."),
    ),
    "nothing_to_take_back": (N_("nothing was done here that can be taken back"), _LOOK_AGAIN),
    "measured_with_fault": (
        N_("{what} while it was measured"),
        N_("Look at the instrument's own display, then say that the value is right, or measure again."),
    ),
    "unprotected_line": (
        N_("one line, unprotected: compare with the display"),
        N_("Look at the bridge's own display, then say that the value is right, or weigh again."),
    ),
    "typed_over_instrument": (
        N_("{analyte}: the instrument says {value} {unit}"),
        N_("Say in a note why another value is typed; both stay on the screen."),
    ),
    "question_unanswered": (
        N_("the photo does not look like the declared grain, and nobody said that it is"),
        N_("Look at the grain; say that it is as declared, and why, or correct the species."),
    ),
    "question_not_asked": (
        N_("no photo of this load asks that any more"),
        N_("Look at the load again."),
    ),
    "retest_unexplained": (
        N_("{analyte}: measured {count} times, and nobody said why"),
        N_("Say who wanted it measured again, and why; then decide."),
    ),
    "unusual_value": (
        N_("{analyte}: {value} {unit} is not usual (mostly {low} to {high})"),
        N_("Check decimal point and unit, then type it again or say that it is right."),
    ),
    "not_a_division": (NOT_A_DIVISION, _READ_AGAIN),
    "unusual_tare": (UNUSUAL_TARE, _LOOK_AT_VEHICLE),
    "unusual_empty_share": (UNUSUAL_EMPTY_SHARE, _LOOK_AT_VEHICLE),
    "not_over_usual_tare": (NOT_OVER_USUAL_TARE, _LOOK_AT_VEHICLE),
    "net_shared_equally": (
        NET_SHARED_EQUALLY,
        N_("Weigh between two tippings or correct the shares, or say that the parts are equal."),
    ),
    "weighed_before_decision": (
        WEIGHED_BEFORE_DECISION,
        N_("Weigh the empty vehicle, or say that it had tipped by then."),
    ),
    "found_after_decision": (
        FOUND_AFTER_DECISION,
        N_("Decide again before it tips; where it has tipped, say so."),
    ),
    "unknown_entry": (N_("this list has no “{name}”"), N_("Look at the list again.")),
    "reference_elsewhere": (
        N_("these lists are kept by {master}, not by this station"),
        N_("Have it changed there: the site file says so under [masters] reference."),
    ),
    "contract_unknown": (
        N_("no contract {number} holds for {campaign}"),
        N_("Choose one of the supplier's contracts, or leave it empty."),
    ),
    "contract_differs": (
        N_("contract {number} ({carried}) is not of this supplier, species or claims"),
        N_("Choose one of the supplier's contracts, or correct species and claims."),
    ),
    "unknown_tare": (N_("this stored tare is not kept any more"), _LOOK_AGAIN),
    "no_stored_tares": (
        N_("this site uses no stored tares"),
        N_("Weigh the empty vehicle; the site file allows them: [weighing] stored_tare_days."),
    ),
    "tare_not_measured": (
        N_("{kg} were not told by the bridge itself: it is not kept as a tare"),
        N_("Weigh the empty vehicle on the bridge, then keep that weight."),
    ),
    "tare_not_of_vehicle": (
        N_("this is no empty weight of this vehicle with this trailer"),
        N_("Weigh the empty vehicle with the trailer that it draws."),
    ),
    "tare_too_old": (
        N_("the stored tare of {taken_at} is older than {days} days"),
        N_("Weigh the empty vehicle, and keep its new tare."),
    ),
    "no_first_weighing": (N_("this visit has no first weighing"), N_("Confirm a first weighing before.")),
    "nothing_to_close": (N_("no load of {plate} is left to close"), N_("Confirm it for another visit.")),
    "tare_not_below_gross": (
        N_("the tare ({tare_kg}) is not below the gross ({gross_kg})"),
        N_("Check which visit this weight belongs to, or weigh again."),
    ),
    "tare_too_low": (
        N_("{tare_kg} cannot be the tare of a vehicle of {gross_kg} full"),
        N_("Dismiss this weight, then weigh again or type the tare in whole kilograms."),
    ),
    "not_tipped": (
        N_("this load was not tipped"),
        N_("Only a load whose grain came in was tipped somewhere."),
    ),
    "tipped_so_already": (N_("it is recorded so already"), N_("Nothing is to be done.")),
    "weighed_apart": (
        N_("truck and trailer of {plate} were weighed apart"),
        N_("Weigh each empty part apart too."),
    ),
    "weighed_here": (
        N_("{plate} was weighed full here: {kg}"),
        N_("Leave the full weight of the paper out."),
    ),
    "times_out_of_order": (
        N_("the empty weight ({last}) is not later than the full one ({first})"),
        N_("Type the times as they stand on the paper."),
    ),
    "rest_not_weighed": (
        N_("only a part of {plate} was weighed"),
        N_("Weigh its other parts first, as the same weighing."),
    ),
    "recovery_first": (
        N_("this ledger came from a backup, and headquarters knows what happened after it"),
        N_("Tell the installer: silo post reconcile at the box, or silo post reconcile --go-on without it."),
    ),
    "maybe_on_paper": (
        N_("{plate}, load {position}, was open in the backup: was it closed on paper since?"),
        N_("Say yes with the paper's number, or no: then it goes on here."),
    ),
    "not_asked_about_paper": (N_("this load asks for no paper"), _LOOK_AGAIN),
    "paper_number_used": (
        N_("the number {number} has its ticket already"),
        N_("Compare it with the paper; a number of another book is written with its letters: P-{number}."),
    ),
    "more_than_known": (
        MORE_THAN_KNOWN,
        N_("Check the cell and the weight; if they are right, say so: what it held was an estimate."),
    ),
    "over_capacity": (OVER_CAPACITY, _SAY_THAT_RIGHT),
    "count_far_off": (COUNT_FAR_OFF, _SAY_THAT_RIGHT),
    "much_waste": (MUCH_WASTE, _SAY_THAT_RIGHT),
    "dry_matter_differs": (DRY_MATTER_DIFFERS, _SAY_THAT_RIGHT),
    "other_moisture": (OTHER_MOISTURE, _SAY_THAT_RIGHT),
    "more_than_left": (MORE_THAN_LEFT, _SAY_THAT_RIGHT),
    "overloaded": (
        OVERLOADED,
        N_("Put grain back and weigh again; it leaves so only where somebody answers for it."),
    ),
    "other_grade": (OTHER_GRADE, N_("Load from another cell, or say that the buyer takes this grade.")),
    "over_order": (OVER_ORDER, N_("Put grain back, or say that the buyer takes more.")),
    "outbound_ended": (N_("the outbound visit of {plate} has ended"), _LOOK_AGAIN),
    "transport_not_checked": (
        N_("nobody has checked the body of {plate} yet"),
        N_("Say its last three cargoes, how it was cleaned, and look into the empty body."),
    ),
    "vehicle_unfit": (
        N_("the body of {plate} may take no grain"),
        N_("Have it cleaned and check it again, or refuse the vehicle."),
    ),
    "not_weighed_empty": (N_("{plate} has no empty weight yet"), N_("Weigh it empty first.")),
    "already_loading": (
        N_("grain is on {plate} already: that is not its empty weight"),
        N_("Take the weight as a loading; or let what was loaded go back and cancel the visit."),
    ),
    "nothing_loaded": (
        N_("nothing is on {plate}"),
        N_("Load it; or say that it leaves again without grain."),
    ),
    "still_loaded": (
        N_("{loaded_kg} are still on {plate}"),
        N_("Put the grain back and weigh the vehicle; then end the visit."),
    ),
    "more_back_than_loaded": (
        N_("{moved_kg} would go back into cell {cell}, more than came out of it"),
        N_("Say the cell that the grain came from."),
    ),
    "other_species_in_cell": (
        N_("cell {cell} holds {cell_species}, {species} is to leave"),
        N_("Load from another cell, or correct the visit."),
    ),
    "claims_not_in_cell": (
        N_("cell {cell} does not honour {claims}"),
        N_("Load from a cell that does."),
    ),
    "delivery_ended": (
        N_("the goods of {number} came back already, or never went"),
        _LOOK_AGAIN,
    ),
    "paper_written": (PAPER_WRITTEN, _SAY_THAT_RIGHT),
    "other_species": (OTHER_SPECIES, _SAY_THAT_RIGHT),
    "spoils_cell": (SPOILS_CELL, _SAY_THAT_RIGHT),
    "spoiled_in_cell": (SPOILED_IN_CELL, _SAY_THAT_RIGHT),
    "claims_given_up": (CLAIMS_GIVEN_UP, _SAY_THAT_RIGHT),
    "cell_not_empty": (
        N_("cell {cell} still holds {content_kg}"),
        N_("Empty it first, or let a manager count what lies in it."),
    ),
    "same_substance": (
        N_("this grain was treated with {substance} before: not a second time"),
        N_("Take another substance, or ask the manager what is to be done."),
    ),
    "proposal_superseded": (
        N_("another proposal came in between"),
        N_("Read the new proposal, then accept it or choose another cell."),
    ),
    "capture_differs": (
        N_("this upload was received before with other photos"),
        N_("Send the photos as a new upload."),
    ),
    "person_exists": (N_("somebody is already called {name}"), N_("Choose another name.")),
    "terminal_exists": (N_("a terminal is already called {name}"), N_("Choose another name.")),
    "same_instrument": (
        N_("{name} (serial no. {serial}) already stands there"),
        N_("Check the serial number of the one that is plugged in."),
    ),
    "instrument_in_use": (
        N_("serial no. {serial} is in use at {port}"),
        N_("Take it off that port first, or check the serial number."),
    ),
    "legal_for_not_said": (
        N_("{name} was the legal instrument for {analytes}, and the new one is of another model"),
        N_("Say of which analytes its value is the legal one, or that it is of none."),
    ),
    "release_exists": (
        N_("{name} {version} is installed here with other content"),
        N_("Give the new model a version of its own."),
    ),
    "release_active": (
        N_("{name} {version} is the active model"),
        N_("Promote another one or roll back first, if that was meant."),
    ),
    "release_not_in_shadow": (
        N_("{name} {version} does not run in shadow"),
        N_("Install it again, look at its shadow results, then promote it."),
    ),
    "nothing_to_roll_back": (
        N_("no earlier model of {task} for {species} is left"),
        N_("Promote another installed model instead."),
    ),
    "no_repeats": (
        N_("{name} sends each result once"),
        N_("Measure the sample: its result comes by itself."),
    ),
    "bridge_at_zero": (
        N_("nothing stands on {name} without a zero before it"),
        N_("Nothing has to be done."),
    ),
    "device_down": (
        N_("{name} is not connected"),
        N_("See on the devices screen what is wrong, then repeat."),
    ),
    # not valid
    "unknown_species": (N_("{species} is not received at this site"), N_("Choose one of: {known}.")),
    "trailer_is_vehicle": (
        N_("{plate} is entered as the vehicle and as its trailer"),
        N_("Type the plate of each, or leave the trailer empty."),
    ),
    "unknown_claim": (N_("the claim {claim} is not known"), N_("Choose one of: {known}.")),
    "unknown_analyte": (N_("{analyte} is not an analyte"), N_("Choose one of the listed analytes.")),
    "implausible_value": (
        N_("{analyte}: {value} cannot be true"),
        N_("Type a value between {low} and {high}."),
    ),
    "weight_too_light": (
        N_("{kg} is under {minimum_kg}, the least that is weighed here"),
        N_("Type whole kilograms as the bridge shows them: 24 860."),
    ),
    "weight_over_max": (N_("{kg} is over the Max of {bridge} ({max_kg})"), _READ_AGAIN),
    "bridge_not_said": (N_("the site has several bridges"), N_("Say which one shows it: {known}.")),
    "wrong_basis": (
        N_("{analyte}: its basis is missing, or not possible"),
        N_("Say what it is a share of: moisture only as is, protein and oil on a named basis."),
    ),
    "not_the_difference": (
        N_("{moved_kg} is not the full vehicle ({last_kg}) less the empty one ({first_kg})"),
        N_("Name the empty weighing first, then the full one, and their difference."),
    ),
    "other_kind_of_token": (
        N_("a token of this kind may not do this"),
        N_("Ask the installer for a token of the right kind: silo token add --kind."),
    ),
    "not_in_site_file": (
        N_("the site file does not name {what}"),
        N_("Choose a port or profile of the site file, or ask an installer or a manager."),
    ),
    "drying_wrong": (
        N_("drying takes water: {moisture_from} % before and {moisture_to} % after cannot be"),
        N_("Check both moistures."),
    ),
    "more_came_out": (
        N_("{moved_kg} went into the dryer, {measured_kg} cannot have come out"),
        N_("Check both masses: drying takes water."),
    ),
    "cell_cannot_hold": (
        N_("cell {cell} is made for {capacity_kg}: {moved_kg} cannot lie in it"),
        N_("Check the figure and its unit; a wrong capacity is corrected in the site file."),
    ),
    "answer_needs_reason": (
        N_("what the station asks about needs a reason"),
        N_("Say why it is right, as it will be read later."),
    ),
    "target_under_content": (
        N_("cell {cell} holds {content_kg} already, with what is to come: {target_t} are planned"),
        N_("Plan at least that, or none; correct the inventory where the book is wrong."),
    ),
    "substance_not_said": (
        N_("the site file does not know {product}: say its substance, and how it is put on"),
        N_("Read both on the label, or choose a product of the list."),
    ),
    "dose_above_label": (
        N_("{dose} {dose_unit} of {product}: its label allows at most {most} {unit}"),
        N_("Read the dose again. Where the label says more, the site file's [[treatments]] has to say so."),
    ),
    "same_cell": (N_("the grain is in cell {cell} already"), N_("Choose another cell.")),
    "pit_does_not_reach_cell": (
        N_("pit {pit} does not reach cell {cell}"),
        N_("Choose a listed pit and cell."),
    ),
    "override_needs_reason": (
        N_("another cell than proposed needs a reason"),
        N_("Choose or type a reason."),
    ),
    "tipped_not_net": (
        N_("the parts are {moved_kg}, the net is {net_kg}"),
        N_("Say each part in whole kilograms; the last one may be what is left."),
    ),
    "part_not_whole": (
        N_("a part of {kg} is not in whole kilograms"),
        N_("Say each part in whole kilograms; the last one may be what is left."),
    ),
    "shares_not_whole": (N_("the shares add up to {total} instead of 1"), N_("Correct the shares.")),
    "unknown_form_field": (N_("the form has no field {field}"), N_("Send only: {known}.")),
    "bundle_refused": (
        N_("the model bundle is refused: {text}"),
        N_("Ask who made it; the keys that are trusted here are in the site file, [vision] trusted_keys."),
    ),
    "acceptance_failed": (
        N_("{name} {version} does not answer on this machine as it must"),
        N_("Send its maker what differs: the active model goes on meanwhile."),
    ),
    "not_a_photo": (
        N_("file {photo} is no photo but {file_kind}"),
        N_("Send photos as JPEG, PNG or WebP."),
    ),
    "heic_photo": (
        N_("photo {photo} is HEIC, which is not read here"),
        N_("Set the phone's camera to JPEG (iPhone: Formats, Most Compatible), take it again and send that."),
    ),
    "photo_cut_off": (
        N_("photo {photo} is damaged or stops before its end"),
        N_("Send it again; if that does not help, take another."),
    ),
    "no_photo": (N_("no photo was sent"), N_("Send one to four photos.")),
    "campaign_not_open": (
        N_("the campaign {campaign} is not open at this site"),
        N_("Choose one of: {open}."),
    ),
    "outbound_visit": (
        N_("{plate} comes to take grain away: that is no arrival"),
        N_("Enter it as an outbound visit."),
    ),
    "buyer_not_said": (N_("nobody said for whom {plate} is loaded"), N_("Name the order, or the buyer.")),
    "species_not_ordered": (
        N_("nobody said what {plate} is to take"),
        N_("Name the order, or the species."),
    ),
    "order_of_other_species": (
        N_("the order {number} is for {species}, not for {declared}"),
        N_("Take the right order, or leave the species out."),
    ),
    "unknown_cargo": (
        N_("{cargo} is not in the list of cargoes"),
        N_("Take one of: {known}."),
    ),
    "three_cargoes": (
        N_("{count} cargoes were said: the last three are asked for"),
        N_("Say three, the last one first; of a new body say that it carried none."),
    ),
    "cell_not_said": (
        N_("nobody said out of which cell {plate} was loaded"),
        N_("Say the cell, or the cells with their shares."),
    ),
    "time_implausible": (
        N_("{stated} cannot be the time"),
        N_("Set the machine's clock right, or give the time."),
    ),
    "wrong_unit": (
        N_("{analyte}: a value in {unit} cannot be used"),
        N_("Give it in {right}."),
    ),
    "tolerance_not_positive": (
        N_("{analyte}: a tolerance has to be over 0"),
        N_("Give what the value may differ by, in its unit."),
    ),
    "adjusted_in_future": (
        N_("the time of the adjustment is in the future"),
        N_("Correct the time."),
    ),
    "time_in_future": (N_("{at} is in the future"), N_("Correct the time.")),
    "wiring_wrong": (
        N_("an instrument cannot be read like this: {text}"),
        N_("Correct the driver, the address or the settings; silo devices lists them."),
    ),
    "other_category": (
        N_("the driver {driver} reads another sort of instrument than stands at {port}"),
        N_("Choose a driver of the same sort: a weighbridge for a weighbridge."),
    ),
    "hidden_character": (
        N_("a text holds a character that cannot be seen ({number})"),
        N_("Type it anew instead of pasting it."),
    ),
    "not_valid": (N_("something entered is not valid"), N_("Correct the fields that are named.")),
    # not allowed
    "wrong_pin": (N_("wrong name or PIN"), N_("Type them again.")),
    "drawing_busy": (N_("other photos are being drawn"), N_("Wait a moment, then ask again.")),
    "drawing_failed": (
        N_("what was seen could not be drawn on the photo"),
        N_("The photo itself and the numbers are as they were."),
    ),
    "not_a_courtesy": (
        N_("the sample {barcode} is no courtesy sample"),
        N_("Scan the farmer's bag; a load's own page says where it goes."),
    ),
    "courtesy_species": (
        N_("nobody said which species the sample {barcode} is"),
        N_("Say the species with the question."),
    ),
    "form_wrong": (
        N_("the form cannot be used: {form_problem}"),
        N_("Correct the file and install it again."),
    ),
    "form_installed": (
        N_("the form {name} {version} is installed already"),
        N_("See the forms with: silo form list."),
    ),
    "form_version_used": (
        N_("the form {name} has had a version {version} already, with other questions"),
        N_("Give the changed form another version."),
    ),
    "unknown_form": (
        N_("no form {name} is installed here"),
        N_("See the forms with: silo form list."),
    ),
    "answers_missing": (
        N_("the form still asks something of this load"),
        N_("Open the load and answer its questions."),
    ),
    "answer_wrong": (
        N_("this is no answer to the form's question: {questions}"),
        N_("Answer it again; the form may have changed meanwhile."),
    ),
    "label_busy": (N_("other labels are being read"), N_("Wait a moment, then take the photo again.")),
    "label_failed": (N_("no barcode could be looked for on the photo"), N_("Type the barcode.")),
    "label_unreadable": (
        N_("the photo of the label cannot be read"),
        N_("Take it again, or type the barcode."),
    ),
    "no_phone_reaches": (
        N_("no phone finds this station: it does not run, or listens to its own machine only"),
        N_("Start it with an address of the site's network: [server] host in the site file."),
    ),
    "invitation_over": (
        N_("this code was used, or is over"),
        N_("Ask for another one at the terminal."),
    ),
    "wrong_password": (N_("wrong name or password"), N_("Type them again.")),
    "too_many_attempts": (
        N_("too many wrong PINs"),
        N_("Try again in {seconds} s; a manager may have the PIN changed: silo person pin."),
    ),
    "too_many_at_once": (N_("a PIN is being checked"), N_("Try again in a moment.")),
    "too_many_listeners": (
        N_("too many terminals listen with this token: {most} may"),
        N_("Close one of them, or ask the installer for another token."),
    ),
    "unknown_token": (N_("this terminal is not allowed here"), _ASK_INSTALLER),
    "not_signed_in": (N_("nobody is signed in"), N_("Sign in with your name and PIN.")),
    "not_allowed": (N_("you may not do this"), _ASK_MANAGER),
    "never_blend_override": (N_("this load may not be blended: cell {cell} is barred"), _ASK_APPROVAL),
    "claims_override": (N_("cell {cell} does not fit the claims of this load"), _ASK_APPROVAL),
    "unmeasured_override": (N_("cell {cell} asks for what was not measured: {lacking}"), _ASK_APPROVAL),
    "approves_himself": (N_("nobody approves his own act"), N_("Ask another person.")),
    "checked_adverse": (
        N_("you found this yourself: {findings}"),
        N_("Another person, or a manager, looks again and enters it."),
    ),
    "unknown_approval": (N_("this approval does not exist"), _ASK_AGAIN),
    "unknown_waiver": (N_("this waiver does not exist"), _LOOK_AGAIN),
    "approval_over": (N_("this approval is over, or of another act"), _ASK_AGAIN),
    "nothing_to_approve": (N_("this needs nobody's approval"), N_("Decide it.")),
    "not_for_every_load": (
        N_("only missing values can be approved for every load"),
        N_("Ask for this load alone."),
    ),
    "not_enrolled": (
        N_("{name} cannot approve from afar"),
        N_("An operator or a manager can, with a secret: silo person enrol."),
    ),
    "wrong_answer": (
        N_("these figures are not the answer ({left} more tries)"),
        N_("Let them be read again, slowly; compare the six figures too."),
    ),
    "answers_locked": (
        N_("too many wrong answers: wait {seconds} s"),
        N_("Wait, or let a manager sign in here."),
    ),
    "no_challenge_left": (N_("no figures are left for another approval"), N_("Let a manager sign in here.")),
    "never_blend_transfer": (N_("what cell {cell} holds may not be blended into {to_cell}"), _ASK_MANAGER),
    # the station itself
    "not_found": (N_("this address does not exist"), N_("Check the address and the station's version.")),
    "method_not_allowed": (N_("this address does not do that"), N_("Check the station's version.")),
    "too_large": (N_("the upload is too large"), N_("Send fewer or smaller photos.")),
    "disk_full": (
        N_("the disk is full: photos are refused"),
        N_("Go on without photos; tell the installer."),
    ),
    "disk_full_nothing_recorded": (
        N_("the disk is full: this was not recorded"),
        N_("Free space on the station's disk, or tell the installer, then do it again."),
    ),
    "busy": (N_("the station is busy"), N_("Try again in a moment.")),
    "internal_error": (N_("the station failed"), N_("Try again; if it goes on, tell the installer.")),
    **LEDGER_PROBLEMS,
    **PROBLEMS_OF_A_DAY,
}


def problem(code: str, params: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Write the title and the action of a problem code, both sentences. An unknown code gives itself with
    its parameters and no action. Never raises."""
    texts = PROBLEMS.get(code)
    if texts is None:
        return unknown_message(code, params), ""
    t = translator(language)
    words = parameter_texts(params, t)
    if isinstance(wrong := params.get("pack_problem"), Mapping):
        words["pack_problem"] = pack_problem(wrong, language)
    if isinstance(wrong := params.get("form_problem"), str):
        words["form_problem"] = form_problem(wrong, str(params.get("where", "")), language)
    title, action = (t.gettext(text).format_map(words) for text in texts)
    return capital(title), action
