"""What is said of how a day began and ended."""

from collections.abc import Mapping

from ui.words.i18n import N_

FOUND_OF_A_DAY: Mapping[str, str] = {
    "visit_open": N_("{plate} is still on site, since {taken_at}"),
    "number_missing": N_("no ticket has the number {campaign}/{number}, and no paper"),
    "numbers_missing": N_("no ticket has the numbers {campaign}/{number} to {last_number}, and no paper"),
    "ticket_not_moved": N_("ticket {number} says {net_kg}, {moved_kg} went into the cells"),
    "ticket_not_weighed": N_("ticket {number} says {net_kg}, {weighed_kg} were weighed"),
    "erp_number_awaited": N_("ticket {number} ({plate}) has no number of the co-operative's program"),
    "erp_number_unused": N_(
        "the co-operative's program gave the number {number} to a load of {plate} that has no ticket"
    ),
    "erp_ticket_unknown": N_(
        "the co-operative's program says that it issued ticket {number} for {said}: that is not so here"
    ),
    "erp_ticket_doubled": N_(
        "the co-operative's program gave the number {number} twice, the second time to {said}"
    ),
    "erp_kg_differs": N_("ticket {number} says {net_kg}, the co-operative's program says {erp_kg} ({other})"),
    "cell_not_reckoned": N_(
        "cell {cell} holds {content_kg}: by the closing before, and what moved since, {reckoned_kg}"
    ),
}
SEEN_IN_THE_MORNING: Mapping[str, str] = {
    "bridge_shows_zero": N_("the bridge shows zero"),
    "bridge_shows": N_("{instrument} shows {kg}, not zero: clear and clean it, or set it to zero"),
    "bridge_not_heard": N_("{instruments} is not heard: look at its line and its power"),
    "no_bridge": N_("no bridge is connected: weights are typed from its display"),
    "pack_of_the_day": N_("rule pack {pack}"),
    "cells_hold": N_("the cells hold {load_t} in all"),
    "cell_below_nothing": N_("cell {cell} holds less than nothing by its book: count it"),
    "disk_free": N_("{free_mb} MB free"),
    "backup_made": N_("last backup {taken_at}"),
    "backup_old": N_("no backup since yesterday: look at the second disk"),
    "no_second_disk": N_("the site file names no second disk: copy the ledger with silo backup"),
    "post_late": N_("headquarters has heard nothing since {taken_at}: look at the network"),
    "day_not_closed": N_("the day of {until} is not closed: silo day close"),
}
TOPICS: Mapping[str, str] = {  # of the list at the start of a day
    "bridge": N_("Bridge"),
    "controls": N_("Control samples"),
    "printer": N_("Printer"),
    "pack": N_("Rules of the day"),
    "cells": N_("Cells"),
    "disk": N_("Disk"),
    "clock": N_("Clock"),
    "backup": N_("Backup"),
    "post": N_("Post"),
    "program": N_("Co-operative's program"),
    "day_before": N_("Days before"),
}
STATES: Mapping[str, str] = {"ok": N_("in order"), "asks": N_("to look at"), "failed": N_("not in order")}
PROBLEMS_OF_A_DAY: Mapping[str, tuple[str, str]] = {
    "day_not_begun": (N_("the day of {until} has not begun"), N_("Choose today or a day before it.")),
    "day_closed": (
        N_("the days up to {until} are closed"),
        N_("What is recorded of them now stands in the next closing."),
    ),
    "day_before_open": (N_("the day of {until} is not closed"), N_("Close that one first.")),
    "day_unexplained": (
        N_("not all that was found on {until} has its reason ({count} without)"),
        N_("Say why for each, or repair it and look again."),
    ),
    "day_list_unexplained": (
        N_("not in order, and without a reason: {topics}"),
        N_("Put it in order, or say why the day begins all the same."),
    ),
    "hand_over_changed": (
        N_("visits came or ended since you looked ({count} are open)"),
        N_("Look at the list again, both of you."),
    ),
    "unknown_day": (N_("the day of {until} is not closed"), N_("See the closed days with: silo day list.")),
}
