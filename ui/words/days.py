"""What is said of how a day began and ended."""

from collections.abc import Mapping

from ui.words.i18n import N_

FOUND_OF_A_DAY: Mapping[str, str] = {
    "visit_open": N_("{plate} is still on site, since {taken_at}"),
    "number_missing": N_("no ticket has the number {campaign}/{number}, and no paper"),
    "numbers_missing": N_("no ticket has the numbers {campaign}/{number} to {last_number}, and no paper"),
    "ticket_not_moved": N_("ticket {number} says {net_kg}, {moved_kg} went into the cells"),
    "ticket_not_weighed": N_("ticket {number} says {net_kg}, {weighed_kg} were weighed"),
    "cell_not_reckoned": N_(
        "cell {cell} holds {content_kg}: by the closing before, and what moved since, {reckoned_kg}"
    ),
}
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
    "unknown_day": (N_("the day of {until} is not closed"), N_("See the closed days with: silo day list.")),
}
