"""What happened to a load or a visit, as its page tells it: one line for each kind of event."""

from collections.abc import Mapping

from ui.words.i18n import N_

EVENTS: Mapping[str, str] = {
    "approval_failed": N_("the approver's answer was wrong"),
    "approval_asked": N_("approval asked"),
    "approval_given": N_("approval given"),
    "arrival_corrected": N_("arrival corrected"),
    "arrival_entered": N_("arrival entered"),
    "capture_received": N_("photo received"),
    "composite_made": N_("composite sample made"),
    "decision_made": N_("decided"),
    "decision_withdrawn": N_("decision withdrawn"),
    "dispute_closed": N_("dispute closed"),
    "dispute_noted": N_("dispute: noted"),
    "dispute_opened": N_("dispute opened"),
    "grade_made_final": N_("grade made final"),
    "inspection_recorded": N_("photo judged"),
    "capture_dismissed": N_("photo dismissed"),
    "capture_paired": N_("photo assigned to the sample"),
    "capture_unpaired": N_("photo waits for a person"),
    "lab_result_recorded": N_("laboratory result recorded"),
    "load_cancelled": N_("load cancelled"),
    "load_closed_on_paper": N_("closed on paper"),
    "load_left": N_("load left again"),
    "load_not_on_paper": N_("not closed on paper"),
    "load_refused": N_("load refused"),
    "load_restored": N_("load restored"),
    "reading_dismissed": N_("measurement dismissed"),
    "reading_paired": N_("measurement assigned to the sample"),
    "reading_received": N_("measurement received"),
    "reading_unpaired": N_("measurement waits for a person"),
    "sample_entered": N_("sample entered"),
    "sample_retained": N_("sample kept"),
    "ticket_issued": N_("ticket issued"),
    "variety_seen": N_("variety seen"),
    "visit_cancelled": N_("visit cancelled"),
    "visit_ended": N_("visit ended"),
    "visit_reopened": N_("visit opened again"),
    "visit_restored": N_("visit restored"),
    "visually_checked": N_("visual check"),
    "weighing_confirmed": N_("weight confirmed"),
    "weighing_dismissed": N_("weight dismissed"),
    "weighing_restored": N_("weight offered again"),
    "weighing_taken": N_("weight taken"),
}
CUSTODY: Mapping[str, str] = {
    "sealed": N_("sealed"),
    "moved": N_("moved"),
    "handed_over": N_("handed over"),
    "received": N_("received"),
    "returned": N_("came back"),
    "blocked": N_("kept for a reason"),
    "released": N_("may be destroyed again"),
    "destroyed": N_("destroyed"),
}
RULES: Mapping[str, str] = {  # that took a weight
    "equal_readings": N_("stable by equal readings"),
    "print_key": N_("print key"),
    "typed": N_("typed"),
}
