"""What of the ledger travels to headquarters. A new column that nobody decided on fails a test."""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import Column, MetaData, Table

# Tables that are the station's own affair.
STAYS = frozenset(
    {
        "alembic_version", "bag", "change", "counter", "enrolment", "own_site", "post_link", "posted_photo",
        "sign_in", "stored_result",
    }
)  # fmt: skip
# Columns of tables that travel which never leave the station: secrets.
SECRET: Mapping[str, frozenset[str]] = MappingProxyType(
    {"person": frozenset({"pin_hash", "password_hash"}), "terminal": frozenset({"token_hash"})}
)
# Rows that may have to be forgotten: they travel in a part of their own.
PERSONAL = frozenset({"person", "supplier"})
# Rows that are written once and never changed: a second content under their key is another's.
IMMUTABLE = frozenset(
    {
        "adjustment", "audit_event", "cell_movement", "control_check", "control_target", "correction_act",
        "custody_act", "day_closing", "day_opening", "dispute_act", "form_answer", "form_definition", "frame",
        "grade_standing", "hand_over", "hold_act", "instrument_offset", "outbound_loading", "photo",
        "question_answer",
        "release_act", "rule_pack", "rule_pack_act", "sending", "site_policy", "storage_plan",
        "supplier_match", "transport_check", "treatment",
        "visual_check",
    }
)  # fmt: skip


def travelling(metadata: MetaData) -> list[Table]:
    """Return the tables that travel, in the order in which they name each other."""
    return [table for table in metadata.sorted_tables if table.name not in STAYS]


def columns_of(table: Table) -> list[Column]:  # type: ignore[type-arg]
    """Return the columns of a table that travel."""
    secret = SECRET.get(table.name, frozenset())
    return [column for column in table.columns if column.name not in secret]
