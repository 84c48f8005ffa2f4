"""The records stand here, one module per part of the day. Importing this package registers every table."""

from station.store.tables.announced import AnnouncedArrival, ErpTicket
from station.store.tables.approvals import Approval, Enrolment, QuestionAnswer, VisualCheck, Waiver
from station.store.tables.base import Numbered, Referenced
from station.store.tables.certificates import Certificate
from station.store.tables.days import DayClosing, DayOpening, HandOver
from station.store.tables.down import DownDocument
from station.store.tables.evidence import (
    Capture,
    Frame,
    Inspection,
    InstrumentOffset,
    Pairing,
    Photo,
    Reading,
    Sample,
)
from station.store.tables.forms import FormAnswer, FormDefinition
from station.store.tables.laboratory import LabFile, LabResult
from station.store.tables.ledger import AuditEvent, ClockAct, Counter
from station.store.tables.measurements import Measurement
from station.store.tables.models import ModelRelease, PromotionPolicy, ReleaseAct
from station.store.tables.outbound import (
    DeliveryNote,
    OutboundLoading,
    OutboundSample,
    OutboundVisit,
    TransportCheck,
)
from station.store.tables.outcome import (
    CellMovement,
    Decision,
    Proposal,
    Reservation,
    SitePolicyRecord,
    Ticket,
    Tipping,
    Treatment,
)
from station.store.tables.people import Person, SignIn, Terminal
from station.store.tables.plans import StoragePlan
from station.store.tables.post import Bag, Change, PostedPhoto, PostLink
from station.store.tables.printing import PrintJob
from station.store.tables.quality import (
    Adjustment,
    ControlCheck,
    ControlTarget,
    Correction,
    CorrectionAct,
    Dispute,
    DisputeAct,
    Hold,
    HoldAct,
    Spread,
    StoredResult,
)
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
from station.store.tables.revisions import Revision
from station.store.tables.sent import CorrectionRequest, SupplierMatch, Variety
from station.store.tables.shipments import ExpectedShipment, OwnSite, Shipment
from station.store.tables.trade import Buyer, Carrier, Contract, Listed, OutboundOrder, StoredTare
from station.store.tables.visits import Load, LoadOwner, Visit, Weighing, WeighingUse
from station.store.tables.votes import Vote

__all__ = [
    "Adjustment",
    "AnnouncedArrival",
    "Approval",
    "AuditEvent",
    "Bag",
    "Buyer",
    "Capture",
    "Carrier",
    "Cell",
    "CellMovement",
    "Certificate",
    "Change",
    "ClockAct",
    "CompositeLoad",
    "Contract",
    "ControlCheck",
    "ControlTarget",
    "Correction",
    "CorrectionAct",
    "CorrectionRequest",
    "Counter",
    "CustodyAct",
    "DayClosing",
    "DayOpening",
    "Decision",
    "DeliveryNote",
    "Dispute",
    "DisputeAct",
    "DownDocument",
    "Enrolment",
    "ErpTicket",
    "ExpectedShipment",
    "FormAnswer",
    "FormDefinition",
    "Frame",
    "GradeStanding",
    "HandOver",
    "Hold",
    "HoldAct",
    "Inspection",
    "Instrument",
    "InstrumentOffset",
    "LabFile",
    "LabResult",
    "Line",
    "Listed",
    "Load",
    "LoadOwner",
    "Measurement",
    "ModelRelease",
    "Numbered",
    "OutboundLoading",
    "OutboundOrder",
    "OutboundSample",
    "OutboundVisit",
    "OwnSite",
    "Pairing",
    "Person",
    "Photo",
    "Pit",
    "PortAssignment",
    "PostLink",
    "PostedPhoto",
    "PrintJob",
    "PromotionPolicy",
    "Proposal",
    "QuestionAnswer",
    "Reading",
    "Referenced",
    "ReleaseAct",
    "Reservation",
    "RetainedSample",
    "Revision",
    "RulePackAct",
    "RulePackRecord",
    "Sample",
    "Sending",
    "SentSample",
    "Shipment",
    "SignIn",
    "SitePolicyRecord",
    "Spread",
    "StoragePlan",
    "StoredResult",
    "StoredTare",
    "Supplier",
    "SupplierMatch",
    "Terminal",
    "Ticket",
    "Tipping",
    "TransportCheck",
    "Treatment",
    "Variety",
    "Vehicle",
    "Visit",
    "VisualCheck",
    "Vote",
    "Waiver",
    "Weighing",
    "WeighingUse",
]
