"""One table says who may ask what over HTTP: the counter enforces it, the OpenAPI document states it and the
tests read it. An endpoint without a line here cannot be served."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto

BASE = "/api/v1"


class TokenKind(StrEnum):
    """What holds a token. A kind may do what the table gives it, and nothing else."""

    TERMINAL = "terminal"
    PHONE = "phone"
    APP = "app"
    ERP = "erp"


class Role(StrEnum):
    OPERATOR = "operator"
    MANAGER = "manager"
    INSTALLER = "installer"


class Admin(Enum):
    """What the admin token, whose holder has the data folder, is good for at an endpoint."""

    NOTHING = auto()
    ALONE = auto()
    ALONE_OR_NAMED = auto()  # in the installer's name, or in that of a person who is named with a PIN
    NAMED = auto()  # only in the name of a person who is named with a PIN


@dataclass(frozen=True, slots=True)
class Access:
    """`tokens`: the kinds that may ask (None: anybody, without one). `roles`: the person who is signed in
    there, or named beside the admin token, has one of these (None: nobody needs to be). `own`: the kinds that
    reach only the captures that they sent themselves. `here`: so may any program on this machine, without a
    token."""

    tokens: frozenset[TokenKind] | None = frozenset()
    roles: frozenset[Role] | None = None
    admin: Admin = Admin.NOTHING
    own: frozenset[TokenKind] = frozenset()
    here: bool = False

    @property
    def name_header(self) -> str | None:
        """Where a person is named beside the admin token, with `Silo-Pin`."""
        if self.admin in (Admin.NOTHING, Admin.ALONE):
            return None
        return "Silo-Operator" if self.roles and Role.OPERATOR in self.roles else "Silo-Manager"


_TERMINAL = frozenset({TokenKind.TERMINAL})
_CAMERAS = frozenset({TokenKind.PHONE, TokenKind.APP})
RECEIVING = frozenset({Role.OPERATOR, Role.MANAGER})
_ALL = frozenset(Role)

_ANYBODY = Access(tokens=None)
_LOOK = Access(_TERMINAL)
_LOOK_OR_ADMIN = Access(_TERMINAL, admin=Admin.ALONE)
_ADMIN = Access(admin=Admin.ALONE)
_SOMEBODY = Access(_TERMINAL, _ALL)
_SOMEBODY_OR_ADMIN = Access(_TERMINAL, _ALL, Admin.ALONE)
_OPERATOR = Access(_TERMINAL, RECEIVING)  # receiving grain is for operators and managers
_OPERATOR_OR_ADMIN = Access(_TERMINAL, RECEIVING, Admin.ALONE)
_NAMED_OPERATOR = Access(_TERMINAL, RECEIVING, Admin.NAMED)  # where grain goes bears a person's name
_RESPONSIBLE = Access(_TERMINAL, frozenset({Role.MANAGER}))  # what one operator alone may not decide
_INSTALLER = Access(_TERMINAL, frozenset({Role.INSTALLER}), Admin.ALONE)
_MANAGER = Access(_TERMINAL, frozenset({Role.MANAGER}), Admin.ALONE_OR_NAMED)  # the station's own judgement
_NAMED_MANAGER = Access(_TERMINAL, frozenset({Role.MANAGER}), Admin.NAMED)  # a standing order bears a name
# a wrong time is on every paper: who answers for the site ends it
_KEEPER = Access(_TERMINAL, frozenset({Role.MANAGER, Role.INSTALLER}), Admin.ALONE)
_CAPTURES = Access(_TERMINAL | _CAMERAS, own=_CAMERAS)
_INSPECTIONS = Access(frozenset({TokenKind.APP}), own=_CAMERAS)

_ON_PHONES = Access(_TERMINAL | frozenset({TokenKind.PHONE}))

_ERP = Access(frozenset({TokenKind.ERP}))  # the program that already issues the bons d'apport

_METRICS = Access(_TERMINAL, admin=Admin.ALONE, here=True)

ACCESS: Mapping[str, Access] = {
    "GET /health": _ANYBODY,
    "GET /metrics": _METRICS,
    "GET /site": _LOOK,
    "GET /clock": _LOOK_OR_ADMIN,
    "POST /clock": _SOMEBODY,
    "POST /clock/repair": _KEEPER,
    "GET /cells": _LOOK,
    "GET /vehicles": _LOOK,
    "GET /suppliers": _LOOK,
    "GET /varieties": _LOOK,
    "GET /claims": _LOOK,
    "GET /certificates": _LOOK_OR_ADMIN,
    "POST /certificates": _NAMED_MANAGER,
    "POST /certificates/file": _NAMED_MANAGER,
    "POST /certificates/{certificate_id}/withdraw": _NAMED_MANAGER,
    "GET /contracts": _LOOK,
    "GET /reference/{list_name}": _LOOK_OR_ADMIN,
    "POST /reference/{list_name}/file": _NAMED_MANAGER,
    "POST /reference/{list_name}/retire": _NAMED_MANAGER,
    "POST /people/forget": _NAMED_MANAGER,  # nothing brings a name back
    "POST /suppliers/forget": _NAMED_MANAGER,
    # people
    "GET /people": _LOOK,
    "POST /sign-in": _LOOK,
    "POST /sign-out": _SOMEBODY,
    "GET /hand-over": _LOOK,
    "POST /hand-over": _OPERATOR,
    # visits, loads, samples
    "GET /visits": _LOOK,
    "POST /visits": _OPERATOR,
    "GET /visits/{visit_id}": _LOOK,
    "POST /visits/{visit_id}/cancel": _OPERATOR,
    "POST /visits/{visit_id}/correct": _OPERATOR,
    "GET /loads": _LOOK,
    "GET /loads/{load_id}": _LOOK,
    "GET /loads/{load_id}/pay": _MANAGER,  # the supplier stands beside the operator's screen
    "POST /loads/{load_id}/sample": _OPERATOR,
    "POST /loads/{load_id}/variety": _OPERATOR,
    "POST /loads/{load_id}/decision": _OPERATOR,
    "POST /loads/{load_id}/retest": _OPERATOR,
    "POST /loads/{load_id}/paper": _OPERATOR,
    "POST /loads/{load_id}/pad": _OPERATOR,
    "POST /loads/{load_id}/tipped": _OPERATOR,
    "POST /loads/{load_id}/refuse": _OPERATOR,
    "POST /loads/{load_id}/leave": _OPERATOR,
    "POST /loads/{load_id}/question": _OPERATOR,
    "POST /loads/{load_id}/visual-check": _OPERATOR,
    "POST /loads/{load_id}/approvals": _OPERATOR,
    "POST /approvals/{approval_id}/answer": _OPERATOR,
    "GET /waivers": _LOOK,
    "POST /waivers": _RESPONSIBLE,
    "POST /waivers/{waiver_id}/revoke": _OPERATOR,
    "GET /samples/{barcode}": _LOOK,
    "POST /samples": _NAMED_OPERATOR,
    "POST /courtesy": _LOOK_OR_ADMIN,
    "POST /readings": _OPERATOR,
    "POST /loads/{load_id}/retained": _OPERATOR,
    "POST /samples/{barcode}/retained": _NAMED_OPERATOR,
    "GET /retained": _LOOK_OR_ADMIN,
    "POST /retained/destroy": _NAMED_OPERATOR,  # custody bears a person's name
    "POST /composites": _NAMED_OPERATOR,
    "GET /samples/{barcode}/loads-kept": _LOOK_OR_ADMIN,
    "GET /sendings": _LOOK_OR_ADMIN,
    "POST /sendings": _NAMED_OPERATOR,
    "POST /sendings/all": _NAMED_MANAGER,  # hundreds of grades become provisional
    "POST /loads/{load_id}/final-grade": _NAMED_MANAGER,
    "POST /retained/{number}/hand-over": _NAMED_OPERATOR,
    "POST /retained/{number}/received": _NAMED_OPERATOR,
    "POST /retained/{number}/returned": _NAMED_OPERATOR,
    "POST /retained/{number}/place": _NAMED_OPERATOR,
    "POST /retained/{number}/block": _NAMED_OPERATOR,
    "POST /retained/{number}/release": _NAMED_OPERATOR,
    "GET /corrections": _LOOK_OR_ADMIN,
    "POST /corrections/{correction_id}/approve": _NAMED_MANAGER,  # what every load is judged by
    "POST /corrections/{correction_id}/decline": _NAMED_MANAGER,
    "POST /corrections/{correction_id}/end": _NAMED_MANAGER,
    "GET /correction-requests": _LOOK_OR_ADMIN,
    "POST /correction-requests/{request_id}/accept": _NAMED_OPERATOR,  # an arrival is theirs to correct
    "POST /correction-requests/{request_id}/refuse": _NAMED_OPERATOR,
    "GET /spreads": _LOOK_OR_ADMIN,
    "POST /spreads/{spread_id}/approve": _NAMED_MANAGER,
    "POST /spreads/{spread_id}/decline": _NAMED_MANAGER,
    "POST /spreads/{spread_id}/end": _NAMED_MANAGER,
    "GET /disputes": _LOOK_OR_ADMIN,
    "GET /disputes/{dispute_id}": _LOOK_OR_ADMIN,
    "GET /loads/{load_id}/disputes": _LOOK_OR_ADMIN,
    "POST /loads/{load_id}/disputes": _NAMED_OPERATOR,
    "POST /disputes/{dispute_id}/note": _NAMED_OPERATOR,
    "POST /disputes/{dispute_id}/close": _NAMED_MANAGER,
    "GET /exceptions": _LOOK,
    "POST /exceptions/{item_id}/assign": _OPERATOR,
    "POST /exceptions/{item_id}/dismiss": _OPERATOR,
    "POST /exceptions/dismiss": _OPERATOR,
    "POST /exceptions/take-back": _OPERATOR,
    "POST /lab/results": _OPERATOR_OR_ADMIN,
    "POST /lab/files": _MANAGER,
    "GET /lab/waiting": _LOOK_OR_ADMIN,
    "POST /lab/results/{result_id}/match": _MANAGER,
    "POST /lab/results/{result_id}/dismiss": _MANAGER,
    "GET /measurements": _LOOK_OR_ADMIN,
    "GET /results/{page}": _MANAGER,
    # what watches over the methods
    "GET /controls": _LOOK_OR_ADMIN,
    "GET /controls/due": _LOOK_OR_ADMIN,
    "POST /controls/{barcode}/targets": _NAMED_MANAGER,
    "GET /holds": _LOOK_OR_ADMIN,
    "GET /holds/{hold_id}": _LOOK_OR_ADMIN,
    "POST /holds/{hold_id}/end": _NAMED_MANAGER,
    "GET /adjustments": _LOOK_OR_ADMIN,
    "POST /adjustments": _NAMED_MANAGER,
    "GET /standards": _LOOK_OR_ADMIN,
    "GET /standards/verdicts": _LOOK_OR_ADMIN,
    # what came late: euros and papers are for managers
    "GET /revisions": _MANAGER,
    "POST /revisions/look": _MANAGER,
    "POST /revisions/apply": _NAMED_MANAGER,
    "POST /revisions/dismiss": _NAMED_MANAGER,
    # weighings, tickets, cells
    "GET /weighings": _LOOK,
    "POST /weighings": _OPERATOR,
    "GET /tares": _LOOK,
    "POST /tares": _OPERATOR,
    "POST /tares/{tare_id}/end": _OPERATOR,
    "GET /visits/{visit_id}/stored-tare": _LOOK,
    "POST /visits/{visit_id}/stored-tare": _OPERATOR,
    "POST /weighings/{weighing_id}/confirm": _OPERATOR,
    "POST /weighings/{weighing_id}/dismiss": _OPERATOR,
    "POST /weighings/{weighing_id}/take-back": _OPERATOR,
    "POST /loads/{load_id}/take-back": _OPERATOR,
    "POST /visits/{visit_id}/take-back": _OPERATOR,
    "GET /tickets": _LOOK,
    "GET /tickets/{number}": _LOOK,
    "POST /tickets/{number}/print": _NAMED_OPERATOR,
    "POST /tickets/{number}/file": _NAMED_OPERATOR,
    "POST /shipments/left/{number}/print": _NAMED_OPERATOR,
    "POST /outbound/notes/{number}/print": _NAMED_OPERATOR,
    "POST /outbound/notes/{number}/file": _NAMED_OPERATOR,
    "POST /retained/{number}/print": _NAMED_OPERATOR,
    "POST /retained/{number}/file": _NAMED_OPERATOR,
    "GET /printers": _LOOK_OR_ADMIN,
    "GET /print-jobs": _LOOK_OR_ADMIN,
    "POST /print-jobs/{job_id}/drop": _NAMED_OPERATOR,
    "GET /movements": _LOOK,
    "GET /trace": _LOOK_OR_ADMIN,
    "POST /passport": _LOOK_OR_ADMIN,
    "GET /cells/{cell_id}/movements": _LOOK_OR_ADMIN,
    "POST /cells/{cell_id}/movements": _NAMED_OPERATOR,
    "GET /lines": _LOOK_OR_ADMIN,
    "GET /treatments": _LOOK_OR_ADMIN,
    "POST /loads/{load_id}/treatments": _NAMED_OPERATOR,
    "POST /lines/{line_id}/treatments": _NAMED_OPERATOR,
    "POST /lines/{line_id}/flush": _NAMED_OPERATOR,
    "GET /plan": _LOOK_OR_ADMIN,
    "POST /plan/cells/{cell_id}": _NAMED_MANAGER,
    "POST /plan/file": _NAMED_MANAGER,
    "GET /observed": _LOOK_OR_ADMIN,
    "POST /alibi/check": _LOOK_OR_ADMIN,
    "GET /days/list": _LOOK_OR_ADMIN,
    "POST /days/open": _NAMED_OPERATOR,
    "GET /days/sheet": _LOOK_OR_ADMIN,
    "POST /days/close": _NAMED_OPERATOR,  # who signs has a name
    "GET /days/closings": _LOOK_OR_ADMIN,
    "GET /days/closings/{day}": _LOOK_OR_ADMIN,
    "GET /shipments/left": _LOOK_OR_ADMIN,
    "GET /shipments/expected": _LOOK_OR_ADMIN,
    "POST /shipments": _NAMED_OPERATOR,
    "POST /shipments/left/{number}/cancel": _NAMED_OPERATOR,
    "POST /shipments/left/{number}/returned": _NAMED_OPERATOR,
    "POST /shipments/expected": _NAMED_OPERATOR,
    "POST /shipments/expected/{number}/arrive": _NAMED_OPERATOR,
    "GET /forms": _LOOK_OR_ADMIN,
    "POST /forms": _NAMED_MANAGER,  # what every load is asked
    "POST /forms/withdraw": _NAMED_MANAGER,
    "POST /loads/{load_id}/answers": _OPERATOR,
    # outbound visits
    "GET /outbound": _LOOK_OR_ADMIN,
    "GET /outbound/cargoes": _LOOK_OR_ADMIN,
    "GET /outbound/orders": _LOOK_OR_ADMIN,
    "GET /outbound/names": _LOOK_OR_ADMIN,
    "GET /outbound/notes": _LOOK_OR_ADMIN,
    "GET /outbound/notes/{number}": _LOOK_OR_ADMIN,
    "POST /outbound": _NAMED_OPERATOR,
    "POST /outbound/{outbound_id}/check": _NAMED_OPERATOR,
    "POST /outbound/{outbound_id}/weigh": _NAMED_OPERATOR,
    "POST /outbound/{outbound_id}/sample": _NAMED_OPERATOR,
    "POST /outbound/{outbound_id}/end": _NAMED_OPERATOR,
    "POST /outbound/notes/{number}/cancel": _NAMED_OPERATOR,
    "POST /outbound/notes/{number}/returned": _NAMED_OPERATOR,
    # phones
    "GET /phones": _LOOK,
    "POST /phones/{phone_id}/revoke": _OPERATOR,
    "POST /phones/invitations": _OPERATOR_OR_ADMIN,
    "POST /phones/invitations/{code}": _ANYBODY,  # the code is the proof, and is good once
    "GET /phones/page": _ON_PHONES,
    "POST /phones/labels": _ON_PHONES,
    "GET /phones/captures/{capture_id}": _CAPTURES,
    # announced apports, and the program that announces them
    "GET /announced": _LOOK,
    "GET /identification": _LOOK,
    "POST /announced/{announced_id}/arrive": _OPERATOR,
    "PUT /erp/arrivals/{external_ref}": _ERP,
    "DELETE /erp/arrivals/{external_ref}": _ERP,
    "PUT /erp/arrivals/{external_ref}/ticket-number": _ERP,
    "PUT /erp/loads/{load_id}/ticket-number": _ERP,
    "GET /feed": _ERP,
    # captures
    "POST /captures": _CAPTURES,
    "GET /captures/{capture_id}": _CAPTURES,
    "POST /captures/{capture_id}/inspections": _INSPECTIONS,
    "GET /photo-day": _LOOK_OR_ADMIN,
    "GET /photos/{sha256}": _CAPTURES,
    # devices and instruments
    "GET /events": _LOOK,
    "GET /drivers": _LOOK,
    "GET /devices": _LOOK,
    "POST /devices/{port_id}/new-sample": _SOMEBODY,
    "POST /devices/{port_id}/settle-zero": _SOMEBODY,
    "GET /instruments": _LOOK_OR_ADMIN,
    "POST /instruments/{port_id}/swap": _SOMEBODY_OR_ADMIN,  # new wiring: installers and managers
    "POST /instruments/{port_id}/settle": _SOMEBODY_OR_ADMIN,
    "POST /instruments/{port_id}/describe": _SOMEBODY_OR_ADMIN,
    # rules and models
    "GET /rules": _LOOK_OR_ADMIN,
    "GET /rules/{sha256}": _MANAGER,  # with its prices
    "POST /rules": _MANAGER,
    "POST /rules/withdraw": _MANAGER,
    "POST /rules/whatif": _MANAGER,  # with its prices
    "GET /replay": _ADMIN,
    "POST /replay": _ADMIN,
    "GET /replay/captures": _ADMIN,
    "POST /replay/photos": _ADMIN,
    "GET /models": _LOOK_OR_ADMIN,
    "POST /models": _INSTALLER,
    "GET /models/backtest": _ADMIN,
    "GET /models/signals": _LOOK_OR_ADMIN,
    "GET /models/policies": _LOOK_OR_ADMIN,
    "POST /models/policies": _NAMED_MANAGER,
    "POST /models/policies/withdraw": _NAMED_MANAGER,
    "POST /models/promote": _MANAGER,
    "POST /models/rollback": _MANAGER,
    "POST /models/retire": _MANAGER,
    # who may sign in and ask; copies of the ledger
    "GET /admin/people": _ADMIN,
    "POST /admin/people": _ADMIN,
    "PATCH /admin/people/{id_or_name}": _ADMIN,
    "DELETE /admin/people/{id_or_name}": _ADMIN,
    "GET /admin/approvers": _ADMIN,
    "POST /admin/approvers": _ADMIN,
    "DELETE /admin/approvers/{id_or_name}": _ADMIN,
    "GET /admin/tokens": _ADMIN,
    "POST /admin/tokens": _ADMIN,
    "PATCH /admin/tokens/{id_or_name}": _ADMIN,
    "DELETE /admin/tokens/{id_or_name}": _ADMIN,
    "POST /admin/backup": _ADMIN,
    "POST /admin/measurements/rebuild": _ADMIN,
    "GET /admin/dataset": _ADMIN,
    "GET /admin/dataset/{capture_id}": _ADMIN,
}


def access_of(method: str, path: str) -> Access:
    """By the path as the OpenAPI document has it, with or without `BASE`."""
    return ACCESS[f"{method.upper()} {path.removeprefix(BASE)}"]


def check_complete(endpoints: Iterable[str]) -> None:
    """Raises LookupError for an endpoint without a line in the table, and for a line without an endpoint."""
    odd = set(endpoints) ^ set(ACCESS)
    if odd:
        raise LookupError(f"served or in the table of access, but not both: {', '.join(sorted(odd))}")
