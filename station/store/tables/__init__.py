"""The records stand here, one module per part of the day. Importing this package registers every table."""

from station.store.tables.approvals import Approval, Enrolment, VisualCheck, Waiver
from station.store.tables.base import Numbered, Referenced
from station.store.tables.evidence import (
    Capture,
    Frame,
    Inspection,
    Pairing,
    Photo,
    Reading,
    Sample,
)
from station.store.tables.laboratory import LabFile, LabResult
from station.store.tables.ledger import AuditEvent, ClockAct, Counter, Outbox
from station.store.tables.measurements import Measurement
from station.store.tables.models import ModelRelease, PromotionPolicy, ReleaseAct
from station.store.tables.outcome import (
    CellMovement,
    Decision,
    Proposal,
    Reservation,
    SitePolicyRecord,
    Ticket,
    Tipping,
)
from station.store.tables.people import Person, SignIn, Terminal
from station.store.tables.reference import (
    Cell,
    Instrument,
    Line,
    Pit,
    PortAssignment,
    RulePackAct,
    RulePackRecord,
    Supplier,
    Vehicle,
)
from station.store.tables.retained import (
    CompositeLoad,
    CustodyAct,
    GradeStanding,
    RetainedSample,
    Sending,
    SentSample,
)
from station.store.tables.visits import Load, LoadOwner, Visit, Weighing, WeighingUse

__all__ = [
    "Approval",
    "AuditEvent",
    "Capture",
    "Cell",
    "CellMovement",
    "ClockAct",
    "CompositeLoad",
    "Counter",
    "CustodyAct",
    "Decision",
    "Enrolment",
    "Frame",
    "GradeStanding",
    "Inspection",
    "Instrument",
    "LabFile",
    "LabResult",
    "Line",
    "Load",
    "LoadOwner",
    "Measurement",
    "ModelRelease",
    "Numbered",
    "Outbox",
    "Pairing",
    "Person",
    "Photo",
    "Pit",
    "PortAssignment",
    "PromotionPolicy",
    "Proposal",
    "Reading",
    "Referenced",
    "ReleaseAct",
    "Reservation",
    "RetainedSample",
    "RulePackAct",
    "RulePackRecord",
    "Sample",
    "Sending",
    "SentSample",
    "SignIn",
    "SitePolicyRecord",
    "Supplier",
    "Terminal",
    "Ticket",
    "Tipping",
    "Vehicle",
    "Visit",
    "VisualCheck",
    "Waiver",
    "Weighing",
    "WeighingUse",
]
