"""What is said of a head's sealed memory beside the tickets."""

from collections.abc import Mapping

from ui.words.i18n import N_

FOUND_IN_A_MEMORY: Mapping[str, str] = {
    "sealed_missing": N_("ticket {number}: {kg}, sealed No. {sealed}, is not in the memory"),
    "sealed_differs": N_("ticket {number}: {kg}; under the sealed No. {sealed} the memory has {memory_kg}"),
    "sealed_twice": N_("the memory has the sealed No. {sealed} twice on one day: {kg} and {memory_kg}"),
    "sealed_gap": N_("the memory lacks the sealed No. {sealed}"),
    "sealed_gaps": N_("the memory lacks the sealed Nos. {sealed} to {last_sealed}"),
}
