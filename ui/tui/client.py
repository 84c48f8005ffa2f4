"""The client is the station's HTTP API as typed methods: schemas in, schemas out. It knows no screen.

Every method raises `StationProblem` when the station says no (with what to do about it) and
`StationUnreachable` when no answer came: the act may or may not have been recorded, so it is looked up,
never blindly sent again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

import httpx2
from pydantic import BaseModel, TypeAdapter, ValidationError

from station.api import schemas

Shape = TypeVar("Shape", bound=BaseModel)

BASE = "/api/v1"
CONNECT_S = 3.0
ANSWER_S = 10.0
MOST_VISITS = 1000  # open ones; a yard that holds more is one where they are forgotten
MOST_EXCEPTIONS = 100
MOST_ENDED = 1000  # two days of a large site
MOST_MOVEMENTS = 100
MOST_RETAINED = 200


class StationProblem(Exception):
    """The station says no, by a problem document."""

    def __init__(self, problem: schemas.Problem) -> None:
        super().__init__(f"{problem.code}: {problem.title}")
        self.problem = problem


class StationUnreachable(Exception):
    """No answer can be read: the station is down, the cable is out, something else answers there."""


class StationClient:
    """A client is one terminal's connection to a station. `token` is the terminal's; `person_token` the
    signed-in person's, set by `sign_in`. `language` chooses the language of the station's own texts."""

    def __init__(self, url: str, token: str, language: str) -> None:
        self.url = url.rstrip("/")
        self.language = language
        self.person: schemas.Person | None = None
        self.person_token: str | None = None
        self._token = token
        self._http = httpx2.AsyncClient(
            base_url=self.url + BASE,
            timeout=httpx2.Timeout(ANSWER_S, connect=CONNECT_S),
            trust_env=False,
        )

    async def close(self) -> None:
        await self._http.aclose()

    # --- the site and its people ------------------------------------------------------------------
    async def health(self) -> schemas.Health:
        return await self._get("/health", schemas.Health)

    async def state_time(self, at: datetime, *, is_sure: bool) -> schemas.ClockHealth:
        return await self._post("/clock", schemas.TimeIn(time=at, is_sure=is_sure), schemas.ClockHealth)

    async def site(self) -> schemas.Site:
        return await self._get("/site", schemas.Site)

    async def people(self) -> list[schemas.Person]:
        return await self._list("/people", schemas.Person)

    async def sign_in(self, name: str, pin: str) -> schemas.SignedIn:
        """Sign a person in; acts after this are in that name."""
        signed = await self._post("/sign-in", schemas.SignInIn(name=name, pin=pin), schemas.SignedIn)
        self.person, self.person_token = signed.person, signed.token
        return signed

    async def sign_out(self, person_token: str | None = None) -> None:
        """End this sign-in, else the present one. The person is forgotten also when no answer comes."""
        ended = person_token or self.person_token
        if ended == self.person_token:
            self.person, self.person_token = None, None
        if ended:
            await self._send("POST", "/sign-out", headers={"Silo-Person": ended})

    async def invite_phone(self) -> schemas.PhoneInvitation:
        return await self._post("/phones/invitations", schemas.PhoneInvitationIn(), schemas.PhoneInvitation)

    async def phones(self) -> list[schemas.Phone]:
        return await self._list("/phones", schemas.Phone)

    async def revoke_phone(self, phone_id: str) -> None:
        await self._send("POST", f"/phones/{phone_id}/revoke")

    async def carried_over(self) -> schemas.CarriedOver:
        return await self._get("/hand-over", schemas.CarriedOver)

    async def hand_over_shift(self, body: schemas.ShiftIn) -> schemas.SignedIn:
        """Who comes is signed in here from then on."""
        signed = await self._post("/hand-over", body, schemas.SignedIn)
        self.person, self.person_token = signed.person, signed.token
        return signed

    # --- days ---------------------------------------------------------------------------------------
    async def day_list(self) -> schemas.DayList:
        return await self._get("/days/list", schemas.DayList)

    async def open_day(self, body: schemas.DayOpenIn) -> schemas.DayList:
        return await self._post("/days/open", body, schemas.DayList)

    async def day_sheet(self) -> schemas.DaySheet:
        """Ask what the closing of the next day to close says."""
        return await self._get("/days/sheet", schemas.DaySheet)

    async def close_day(self, body: schemas.DayCloseIn) -> schemas.DaySheet:
        return await self._post("/days/close", body, schemas.DaySheet)

    async def closings(self) -> list[schemas.DayClosed]:
        return await self._list("/days/closings", schemas.DayClosed)

    async def closing(self, day: str) -> schemas.DaySheet:
        return await self._get(f"/days/closings/{quote(day, safe='')}", schemas.DaySheet)

    # --- visits and loads -------------------------------------------------------------------------
    async def vehicles(self, query: str) -> list[schemas.Vehicle]:
        return await self._list("/vehicles", schemas.Vehicle, q=query)

    async def suppliers(self, query: str) -> list[schemas.Supplier]:
        return await self._list("/suppliers", schemas.Supplier, q=query)

    async def claims(self, supplier: str, species: str) -> list[schemas.ClaimChoice]:
        return await self._list("/claims", schemas.ClaimChoice, supplier=supplier, species=species)

    async def contracts(self, supplier: str, species: str) -> list[schemas.Contract]:
        return await self._list("/contracts", schemas.Contract, supplier=supplier, species=species)

    async def varieties(self, species: str) -> list[schemas.Variety]:
        return await self._list("/varieties", schemas.Variety, species=species)

    async def enter_arrival(self, arrival: schemas.ArrivalIn) -> schemas.Visit:
        return await self._post("/visits", arrival, schemas.Visit)

    async def announced(self, plate: str) -> list[schemas.Announced]:
        return await self._list("/announced", schemas.Announced, q=plate)

    async def identify(self, text: str) -> list[schemas.Candidate]:
        return await self._list("/identification", schemas.Candidate, text=text)

    async def announced_arrives(self, announced_id: str, body: schemas.AnnouncedArrivalIn) -> schemas.Visit:
        return await self._post(f"/announced/{announced_id}/arrive", body, schemas.Visit)

    async def take_shipment(self, body: schemas.ShipmentTextIn) -> schemas.ShipmentExpected:
        return await self._post("/shipments/expected", body, schemas.ShipmentExpected)

    async def shipment_arrives(self, number: str, arriving: schemas.ShipmentArrivalIn) -> schemas.Visit:
        return await self._post(
            f"/shipments/expected/{quote(number, safe='')}/arrive", arriving, schemas.Visit
        )

    async def open_visits(self) -> list[schemas.VisitRow]:
        return await self._pages("/visits", schemas.VisitRow, MOST_VISITS, open="true", limit="200")

    async def ended_visits(self) -> list[schemas.VisitRow]:
        return await self._list("/visits", schemas.VisitRow, open="false")

    async def visit(self, visit_id: str) -> schemas.Visit:
        return await self._get(f"/visits/{visit_id}", schemas.Visit)

    async def correct_arrival(self, visit_id: str, correction: schemas.ArrivalCorrectionIn) -> schemas.Visit:
        return await self._post(f"/visits/{visit_id}/correct", correction, schemas.Visit)

    async def cancel_visit(self, visit_id: str, reason: str) -> schemas.Visit:
        return await self._post(f"/visits/{visit_id}/cancel", schemas.OutcomeIn(reason=reason), schemas.Visit)

    async def load(self, load_id: str) -> schemas.Load:
        return await self._get(f"/loads/{load_id}", schemas.Load)

    async def ended_loads(self, since: datetime) -> list[schemas.EndedLoad]:
        """List what ended since then, newest first; the newest so many where there are more."""
        return await self._pages(
            "/loads", schemas.EndedLoad, MOST_ENDED, since=since.isoformat(), limit="200"
        )

    async def photo_day(self) -> schemas.PhotoDay:
        """Count the photos that were asked for and taken on this collecting day."""
        return await self._get("/photo-day", schemas.PhotoDay)

    async def enter_load_sample(self, load_id: str, barcode: str, points: int | None = None) -> schemas.Load:
        body = schemas.LoadSampleIn(barcode=barcode, points=points)
        return await self._post(f"/loads/{load_id}/sample", body, schemas.Load)

    async def see_variety(self, load_id: str, variety: str) -> schemas.Load:
        body = schemas.VarietyIn(operator_variety=variety)
        return await self._post(f"/loads/{load_id}/variety", body, schemas.Load)

    async def decide(self, load_id: str, decision: schemas.DecisionIn) -> schemas.Decision:
        return await self._post(f"/loads/{load_id}/decision", decision, schemas.Decision)

    async def ask_approval(self, load_id: str, wish: schemas.ApprovalIn) -> schemas.Approval:
        return await self._post(f"/loads/{load_id}/approvals", wish, schemas.Approval)

    async def answer_approval(self, approval_id: str, answer: str) -> schemas.Approval:
        body = schemas.AnswerIn(answer=answer)
        return await self._post(f"/approvals/{approval_id}/answer", body, schemas.Approval)

    async def waivers(self) -> list[schemas.Waiver]:
        return await self._list("/waivers", schemas.Waiver)

    async def waive(self, wish: schemas.WaiverIn) -> list[schemas.Waiver]:
        answer = await self._send("POST", "/waivers", body=wish.model_dump(mode="json"))
        return _rows(answer, schemas.Waiver)

    async def revoke_waiver(self, waiver_id: str) -> schemas.Waiver:
        return _parse(await self._send("POST", f"/waivers/{waiver_id}/revoke"), schemas.Waiver)

    async def check_visually(self, load_id: str, findings: Sequence[str]) -> schemas.Load:
        body = schemas.VisualCheckIn.model_validate({"findings": findings})
        return await self._post(f"/loads/{load_id}/visual-check", body, schemas.Load)

    async def answer_paper(self, load_id: str, answer: schemas.PaperIn) -> schemas.Load:
        return await self._post(f"/loads/{load_id}/paper", answer, schemas.Load)

    async def close_from_pad(self, load_id: str, pad: schemas.PadIn) -> schemas.Load:
        return await self._post(f"/loads/{load_id}/pad", pad, schemas.Load)

    async def correct_tipping(self, load_id: str, tipped: schemas.TippedIn) -> schemas.Load:
        return await self._post(f"/loads/{load_id}/tipped", tipped, schemas.Load)

    async def refuse(self, load_id: str, reason: str) -> schemas.Load:
        return await self._post(f"/loads/{load_id}/refuse", schemas.OutcomeIn(reason=reason), schemas.Load)

    async def leave(self, load_id: str, reason: str) -> schemas.Load:
        return await self._post(f"/loads/{load_id}/leave", schemas.OutcomeIn(reason=reason), schemas.Load)

    # --- outbound visits --------------------------------------------------------------------------
    async def outbound(self) -> list[schemas.OutboundVisit]:
        return await self._list("/outbound", schemas.OutboundVisit)

    async def outbound_orders(self) -> list[schemas.OutboundOrder]:
        return await self._list("/outbound/orders", schemas.OutboundOrder)

    async def outbound_names(self) -> schemas.OutboundNames:
        return await self._get("/outbound/names", schemas.OutboundNames)

    async def delivery_notes(self) -> list[schemas.DeliveryNote]:
        """List the newest."""
        return await self._list("/outbound/notes", schemas.DeliveryNote, limit="20")

    async def enter_outbound(self, coming: schemas.OutboundIn) -> schemas.OutboundVisit:
        return await self._post("/outbound", coming, schemas.OutboundVisit)

    async def check_outbound(self, id_: str, body: schemas.TransportCheckIn) -> schemas.OutboundVisit:
        return await self._post(f"/outbound/{id_}/check", body, schemas.OutboundVisit)

    async def weigh_outbound(self, id_: str, body: schemas.OutboundWeighingIn) -> schemas.OutboundVisit:
        return await self._post(f"/outbound/{id_}/weigh", body, schemas.OutboundVisit)

    async def sample_outbound(self, id_: str, body: schemas.OutboundSampleIn) -> schemas.OutboundVisit:
        return await self._post(f"/outbound/{id_}/sample", body, schemas.OutboundVisit)

    async def end_outbound(self, id_: str, body: schemas.OutboundEndIn) -> schemas.OutboundVisit:
        return await self._post(f"/outbound/{id_}/end", body, schemas.OutboundVisit)

    # --- samples, readings, exceptions ------------------------------------------------------------
    async def sample(self, barcode: str) -> schemas.Sample:
        return await self._get(f"/samples/{quote(barcode, safe='')}", schemas.Sample)

    async def enter_sample(self, sample: schemas.SampleIn) -> schemas.Sample:
        return await self._post("/samples", sample, schemas.Sample)

    async def explain_retest(self, load_id: str, reason: str) -> schemas.Load:
        return await self._post(f"/loads/{load_id}/retest", schemas.OutcomeIn(reason=reason), schemas.Load)

    async def answer_question(self, load_id: str, code: str, reason: str) -> schemas.Load:
        body = schemas.PhotoAnswerIn.model_validate({"code": code, "reason": reason})
        return await self._post(f"/loads/{load_id}/question", body, schemas.Load)

    async def answer(self, load_id: str, body: schemas.AnswersIn) -> list[schemas.LoadQuestion]:
        rows = await self._send("POST", f"/loads/{load_id}/answers", body=body.model_dump(mode="json"))
        return _rows(rows, schemas.LoadQuestion)

    async def ask_courtesy(self, body: schemas.CourtesyIn) -> schemas.CourtesyAnswer:
        return await self._post("/courtesy", body, schemas.CourtesyAnswer)

    async def type_reading(self, reading: schemas.TypedReadingIn) -> schemas.Reading:
        return await self._post("/readings", reading, schemas.Reading)

    async def exceptions(self) -> list[schemas.ExceptionItem]:
        """Read the newest that wait: what a waiting load needs first, then the oldest; more may wait
        before them where they are as many as are read."""
        rows = await self._list(
            "/exceptions", schemas.ExceptionItem, newest="true", limit=str(MOST_EXCEPTIONS)
        )
        rows.reverse()
        return sorted(rows, key=lambda row: not row.blocks)

    async def assigned_items(self) -> list[schemas.ExceptionItem]:
        """List what persons assigned and may still take back."""
        return await self._list("/exceptions", schemas.ExceptionItem, state="assigned")

    async def assign(
        self, item_id: str, barcode: str, *,
        reason: str = "", as_courtesy: bool = False, despite_remarks: bool = False,
    ) -> schemas.ExceptionItem:  # fmt: skip
        body = schemas.AssignIn(
            barcode=barcode, reason=reason, as_courtesy=as_courtesy, despite_remarks=despite_remarks
        )
        return await self._post(f"/exceptions/{item_id}/assign", body, schemas.ExceptionItem)

    async def dismiss_exceptions(self, item_ids: Sequence[str], reason: str) -> None:
        body = schemas.DismissIn(ids=list(item_ids), reason=reason)
        await self._send("POST", "/exceptions/dismiss", body=body.model_dump(mode="json"))

    # --- what is kept of samples ------------------------------------------------------------------
    async def retained(self, state: str) -> list[schemas.Retained]:
        """List the newest that are kept, due (to be destroyed), out or destroyed."""
        return await self._list("/retained", schemas.Retained, state=state, limit=str(MOST_RETAINED))

    async def keep_of_load(self, load_id: str) -> schemas.Retained:
        return await self._post(f"/loads/{load_id}/retained", schemas.KeepIn(), schemas.Retained)

    async def hand_over(self, number: str, whom: str, parts: int | None) -> schemas.Retained:
        return await self._custody(number, "hand-over", schemas.HandOverIn(whom=whom, parts=parts))

    async def receive_retained(self, number: str) -> schemas.Retained:
        return await self._custody(number, "received", schemas.ReceivedIn())

    async def return_retained(self, number: str) -> schemas.Retained:
        return await self._custody(number, "returned", schemas.ReturnedIn())

    async def move_retained(self, number: str, place: str) -> schemas.Retained:
        return await self._custody(number, "place", schemas.MoveIn(place=place))

    async def block_retained(self, number: str, reason: str) -> schemas.Retained:
        return await self._custody(number, "block", schemas.BlockIn(reason=reason))

    async def release_retained(self, number: str, reason: str) -> schemas.Retained:
        return await self._custody(number, "release", schemas.BlockIn(reason=reason))

    async def destroy_retained(self, numbers: Sequence[str]) -> None:
        body = schemas.DestroyIn(numbers=list(numbers))
        await self._send("POST", "/retained/destroy", body=body.model_dump(mode="json"))

    async def _custody(self, number: str, act: str, body: BaseModel) -> schemas.Retained:
        return await self._post(f"/retained/{number}/{act}", body, schemas.Retained)

    # --- what is taken back -----------------------------------------------------------------------
    async def restore_exceptions(self, item_ids: Sequence[str]) -> None:
        body = schemas.ItemsIn(ids=list(item_ids))
        await self._send("POST", "/exceptions/take-back", body=body.model_dump(mode="json"))

    async def restore_weighing(self, weighing_id: str) -> None:
        await self._send("POST", f"/weighings/{weighing_id}/take-back")

    async def restore_load(self, load_id: str) -> None:
        await self._send("POST", f"/loads/{load_id}/take-back")

    async def restore_visit(self, visit_id: str) -> None:
        await self._send("POST", f"/visits/{visit_id}/take-back")

    async def dismiss_exception(self, item_id: str, reason: str) -> schemas.ExceptionItem:
        body = schemas.OutcomeIn(reason=reason)
        return await self._post(f"/exceptions/{item_id}/dismiss", body, schemas.ExceptionItem)

    # --- weighings --------------------------------------------------------------------------------
    async def offered_weighings(self) -> list[schemas.Weighing]:
        return await self._list("/weighings", schemas.Weighing, state="offered")

    async def type_weighing(
        self, kg: float, reason: str = "", *, bridge: str | None = None, despite_remarks: bool = False
    ) -> schemas.Weighing:
        body = schemas.TypedWeighingIn(kg=kg, reason=reason, bridge=bridge, despite_remarks=despite_remarks)
        return await self._post("/weighings", body, schemas.Weighing)

    async def confirm_weighing(
        self, weighing_id: str, confirmed: schemas.ConfirmWeighingIn
    ) -> schemas.WeighingConfirmed:
        return await self._post(f"/weighings/{weighing_id}/confirm", confirmed, schemas.WeighingConfirmed)

    async def dismiss_weighing(self, weighing_id: str, reason: str) -> schemas.Weighing:
        body = schemas.OutcomeIn(reason=reason)
        return await self._post(f"/weighings/{weighing_id}/dismiss", body, schemas.Weighing)

    # --- devices, cells, tickets ------------------------------------------------------------------
    async def devices(self) -> list[schemas.Device]:
        return await self._list("/devices", schemas.Device)

    async def drivers(self) -> list[schemas.DriverKind]:
        return await self._list("/drivers", schemas.DriverKind)

    async def new_sample(self, port_id: str) -> schemas.Device:
        return _parse(await self._send("POST", f"/devices/{port_id}/new-sample"), schemas.Device)

    async def settle_zero(self, port_id: str) -> schemas.Device:
        return _parse(await self._send("POST", f"/devices/{port_id}/settle-zero"), schemas.Device)

    async def swap_instrument(self, port_id: str, new: schemas.SwapIn) -> schemas.Instrument:
        return await self._post(f"/instruments/{port_id}/swap", new, schemas.Instrument)

    async def settle_instrument(self, port_id: str, chosen: schemas.SettleIn) -> schemas.Instrument:
        return await self._post(f"/instruments/{port_id}/settle", chosen, schemas.Instrument)

    async def describe_instrument(self, port_id: str, description: schemas.DescribeIn) -> schemas.Instrument:
        return await self._post(f"/instruments/{port_id}/describe", description, schemas.Instrument)

    async def cells(self) -> list[schemas.Cell]:
        return await self._list("/cells", schemas.Cell)

    async def movements(self) -> list[schemas.Movement]:
        """List the newest that persons entered."""
        return await self._list("/movements", schemas.Movement, limit=str(MOST_MOVEMENTS))

    async def move_grain(self, cell_id: str, movement: schemas.MovementIn) -> None:
        path = f"/cells/{quote(cell_id, safe='')}/movements"
        await self._send("POST", path, body=movement.model_dump(mode="json", exclude_none=True))

    async def treat_line(self, line: str, dose: schemas.DoseIn) -> None:
        path = f"/lines/{quote(line, safe='')}/treatments"
        await self._send("POST", path, body=dose.model_dump(mode="json", exclude_none=True))

    async def treat_load(self, load_id: str, dose: schemas.DoseIn) -> None:
        path = f"/loads/{quote(load_id, safe='')}/treatments"
        await self._send("POST", path, body=dose.model_dump(mode="json", exclude_none=True))

    async def flush_line(self, line: str, reason: str) -> None:
        path = f"/lines/{quote(line, safe='')}/flush"
        await self._send("POST", path, body={"reason": reason})

    async def tickets(self) -> list[schemas.Ticket]:
        return await self._list("/tickets", schemas.Ticket)

    async def printers(self) -> list[schemas.Printer]:
        return await self._list("/printers", schemas.Printer)

    async def print_ticket(self, number: int, asked: schemas.PrintIn) -> schemas.PrintJob:
        return await self._post(f"/tickets/{number}/print", asked, schemas.PrintJob)

    async def print_delivery(self, number: int, asked: schemas.DocumentPrintIn) -> schemas.PrintJob:
        return await self._post(f"/outbound/notes/{number}/print", asked, schemas.PrintJob)

    async def print_label(self, number: str, asked: schemas.DocumentPrintIn) -> schemas.PrintJob:
        return await self._post(f"/retained/{number}/print", asked, schemas.PrintJob)

    # --- stored tares -----------------------------------------------------------------------------
    async def tare_of_visit(self, visit_id: str) -> schemas.StoredTare | None:
        response = await self._send("GET", f"/visits/{visit_id}/stored-tare")
        return None if response.content == b"null" else _parse(response, schemas.StoredTare)

    async def store_tare(self, body: schemas.StoreTareIn) -> schemas.StoredTare:
        return await self._post("/tares", body, schemas.StoredTare)

    async def end_tare(self, tare_id: str) -> None:
        await self._send("POST", f"/tares/{tare_id}/end")

    async def use_tare(self, visit_id: str, body: schemas.UseTareIn) -> schemas.WeighingConfirmed:
        return await self._post(f"/visits/{visit_id}/stored-tare", body, schemas.WeighingConfirmed)

    # --- the wire ---------------------------------------------------------------------------------
    def headers(self) -> dict[str, str]:
        """Make the headers that every request carries."""
        headers = {"Authorization": f"Bearer {self._token}", "Accept-Language": self.language}
        if self.person_token:
            headers["Silo-Person"] = self.person_token
        return headers

    @property
    def http(self) -> httpx2.AsyncClient:
        """Lend the connection to the event stream, which reads the same station."""
        return self._http

    async def _get(self, path: str, model: type[Shape], **query: str) -> Shape:
        return _parse(await self._send("GET", path, query=query), model)

    async def _list(self, path: str, model: type[Shape], **query: str) -> list[Shape]:
        return _rows(await self._send("GET", path, query=query), model)

    async def _pages(self, path: str, model: type[Shape], most: int, **query: str) -> list[Shape]:
        """Read a list page after page, until it ends or holds so many rows."""
        response = await self._send("GET", path, query=query)
        rows = _rows(response, model)
        while "Silo-Next" in response.headers and len(rows) < most:
            response = await self._send("GET", path, query={**query, "after": response.headers["Silo-Next"]})
            rows += _rows(response, model)
        return rows

    async def _post(self, path: str, body: BaseModel, model: type[Shape]) -> Shape:
        return _parse(await self._send("POST", path, body=body.model_dump(mode="json")), model)

    async def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        try:
            response = await self._http.request(
                method,
                path,
                params=dict(query or {}),
                json=body,
                headers={**self.headers(), **(headers or {})},
            )
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            raise StationUnreachable(f"{self.url}: {error or type(error).__name__}") from error
        if response.is_success:
            return response
        raise problem_of(response)


def problem_of(response: httpx2.Response) -> StationProblem | StationUnreachable:
    """Read the station's problem document; StationUnreachable when something else answered."""
    try:
        return StationProblem(schemas.Problem.model_validate_json(response.content))
    except ValidationError:
        return _not_ours(response)


def _parse(response: httpx2.Response, model: type[Shape]) -> Shape:
    try:
        return model.model_validate_json(response.content)
    except ValidationError as error:
        raise _not_ours(response) from error


def _rows(response: httpx2.Response, model: type[Shape]) -> list[Shape]:
    try:
        return TypeAdapter(list[model]).validate_json(response.content)  # type: ignore[valid-type]
    except ValidationError as error:
        raise _not_ours(response) from error


def _not_ours(response: httpx2.Response) -> StationUnreachable:
    return StationUnreachable(f"{response.request.url}: HTTP {response.status_code}, not a station's answer")
