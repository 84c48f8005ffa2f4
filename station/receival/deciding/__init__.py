"""From what is known of a load to a proposal, and the operator's decision."""
