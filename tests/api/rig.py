"""The counter of the small silo on a real loopback socket, and clients with their tokens."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
from fastapi import FastAPI

from drivers.catalogue import catalogue
from station.api.app import create_app, stop_streams
from station.api.context import Context, Limits
from station.api.door import Door, DoorLimits
from station.clock import StationClock
from station.receival.clocks.timekeeper import Timekeeper
from station.receival.persons import people
from station.runtime.live import DeviceLive, HealthFacts
from station.store.blobs import Blobs
from tests.silo_rig import GOOD, GOOD_NIR, START, Silo

ADMIN_TOKEN = "admin-token-of-the-test"
# A whole JPEG by its markers; its picture is noise.
JPEG = (
    bytes.fromhex("ffd8 ffc0 0011 08 0020 0020 03 011100 021101 031101 ffda 000c 03 0100 0211 0311 003f00")
    + bytes(range(255)) * 40
    + b"\xff\xd9"
)


@dataclass(frozen=True)
class Tokens:
    """Tokens of three terminals, of those who are signed in there (Anne: operator, Marc: manager, Ines:
    installer), of a phone, an application, and a terminal where nobody is."""

    terminal: str
    anne: str
    office: str
    marc: str
    workshop: str
    ines: str
    phone: str
    app: str
    gate: str


def make_people(silo: Silo) -> Tokens:
    """Slow (argon2): done once, in the folder that the tests copy."""
    desk, clock = silo.desk, silo.clock
    tokens = []
    for name, pin, role, place in (
        ("Anne", "2468", "operator", "bridge house"),
        ("Marc", "1357", "manager", "office"),
        ("Ines", "9999", "installer", "workshop"),
    ):
        people.add_person(desk, name, pin, [role], "fr", clock())
        terminal, token = people.add_terminal(desk, place, "terminal", clock())
        tokens += [token, people.sign_in(desk, name, pin, terminal, clock()).token]
    _, phone = people.add_terminal(desk, "phone 1", "phone", clock())
    _, app = people.add_terminal(silo.desk, "app 1", "app", clock())
    _, gate = people.add_terminal(silo.desk, "gate", "terminal", clock())
    return Tokens(*tokens, phone, app, gate)


@dataclass
class Counter:
    """A running counter. `live` and `health` are what the station would say."""

    silo: Silo
    tokens: Tokens
    app: FastAPI
    url: str = ""
    live: list[DeviceLive] = field(default_factory=list)
    health: list[HealthFacts] = field(default_factory=lambda: [HealthFacts("ready")])
    woken: list[int] = field(default_factory=list)

    def client(self, who: str = "anne", language: str = "en", **headers: str) -> httpx2.Client:
        """As Anne at her terminal, Marc, Ines, the phone, the app, or the terminal at the gate (nobody is
        signed in there), the admin, or nobody.

        Plain HTTP: `verify=False` only spares loading the certificates of the world."""
        place = {"anne": "terminal", "marc": "office", "ines": "workshop", "phone": "phone"}
        place |= {"app": "app", "gate": "gate"}
        bearer = ADMIN_TOKEN if who == "admin" else ""
        if who in place:
            bearer = getattr(self.tokens, place[who])
        own = {"Accept-Language": language}
        if bearer:
            own["Authorization"] = f"Bearer {bearer}"
        if who in ("anne", "marc", "ines"):
            own["Silo-Person"] = getattr(self.tokens, who)
        base = f"{self.url}/api/v1"
        return httpx2.Client(base_url=base, headers={**own, **headers}, timeout=20, verify=False)

    def context(self) -> Context:
        context: Context = self.app.state.context
        return context

    def limit(self, **limits: int) -> None:
        """Other limits from now on."""
        context = self.context()
        self.app.state.context = replace(context, limits=replace(context.limits, **limits))


def counter_of(silo: Silo, tokens: Tokens, **limits: int) -> Counter:
    counter = Counter(silo, tokens, FastAPI())
    counter.app = create_app(
        Context(
            desk=silo.desk,
            blobs=Blobs(silo.desk.ledger.folder / "photos"),
            clock=silo.clock,
            timekeeper=Timekeeper(silo.desk, StationClock()),
            live=lambda: list(counter.live),
            health=lambda: counter.health[0],
            admin_token=ADMIN_TOKEN,
            wake_vision=lambda: counter.woken.append(1),
            new_sample=lambda port: None,
            settle_zero=lambda port: None,
            check_wiring=lambda port, usual, said, *, is_installer: usual.changed(said),
            replug=lambda port: None,
            drivers=catalogue,
            limits=replace(Limits(min_free_mb_uploads=0, warn_free_mb=0), **limits),
        )
    )
    return counter


@contextmanager
def served(
    counter: Counter, limits: DoorLimits | None = None, listening: type[socket.socket] = socket.socket
) -> Iterator[Counter]:
    """The counter on a free loopback port, until the block ends."""
    listener = listening(proto=socket.IPPROTO_TCP)  # else asyncio leaves Nagle on: 40 ms an answer
    listener.bind(("127.0.0.1", 0))
    server = Door(counter.app, listener, limits=limits, on_close=lambda: stop_streams(counter.app))
    thread = threading.Thread(target=server.serve_until_stopped)
    thread.start()
    host, port = listener.getsockname()
    counter.url = f"http://{host}:{port}"
    try:
        with httpx2.Client(verify=False) as client:
            wait_until(lambda: _answers(client, counter.url), thread)
        yield counter
    finally:
        server.stop()
        thread.join(timeout=10)
        assert not thread.is_alive()


def _answers(client: httpx2.Client, url: str) -> bool:
    try:
        return client.get(f"{url}/api/v1/health").status_code == 200
    except httpx2.TransportError:
        return False


def wait_until(condition: Any, alive: threading.Thread | None = None, seconds: float = 15.0) -> None:
    import time

    deadline = time.monotonic() + seconds
    while not condition():
        assert alive is None or alive.is_alive(), "the server ended"
        assert time.monotonic() < deadline, "it did not come true in time"
        threading.Event().wait(0.01)


def arrival(plate: str = "AB-123-CD", *barcodes: str, **over: Any) -> dict[str, Any]:
    """An arrival's body: one load per barcode (one without, if none is given)."""
    loads = [{"species": "soft_wheat", "barcode": barcode} for barcode in barcodes]
    loads = loads or [{"species": "soft_wheat"}]
    return {"plate": plate, "supplier": "EARL Dupont", "new_supplier": True, "loads": loads, **over}


def ok(response: httpx2.Response, status: int = 200) -> Any:
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    return response.json() if response.content else None


def problem(response: httpx2.Response, status: int, code: str) -> Any:
    """The problem that the answer must be."""
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert (body["code"], body["status"]) == (code, status)
    assert body["title"]
    assert body["action"]
    return body


def measure(silo: Silo, *barcodes: str) -> None:
    """Good milling wheat on both analyzers."""
    for barcode in barcodes:
        silo.measure("gac", GOOD, barcode)
        silo.measure("nir", GOOD_NIR, barcode)


def offered(client: httpx2.Client) -> Any:
    """The one weight that is offered."""
    (weighing,) = ok(client.get("/weighings", params={"state": "offered"}))
    return weighing


def confirm(client: httpx2.Client, silo: Silo, kg: float, **body: Any) -> Any:
    """The bridge takes this weight; it is confirmed as preselected, unless `body` says otherwise."""
    silo.weigh(kg)
    weighing = offered(client)
    chosen = weighing["preselected"]
    wanted = {"visit_id": chosen["visit_id"], "role": chosen["role"], "load_ids": chosen["load_ids"], **body}
    return ok(client.post(f"/weighings/{weighing['id']}/confirm", json=wanted))


def accept(client: httpx2.Client, load_id: str) -> Any:
    proposal = ok(client.get(f"/loads/{load_id}"))["proposal"]
    choice = {"proposal_id": proposal["id"], "cell": proposal["cell"], "pit": proposal["pit"]}
    return ok(client.post(f"/loads/{load_id}/decision", json=choice), 201)


def upload(client: httpx2.Client, *photos: bytes, id_: str | None = None, form: str | None = "{}") -> Any:
    data = {"id": id_ or str(uuid4())} | ({"form": form} if form is not None else {})
    files = [("photos", (f"{n}.jpg", photo, "image/jpeg")) for n, photo in enumerate(photos)]
    return client.post("/captures", data=data, files=files)


def make_folder(folder: Path) -> Tokens:
    silo = Silo.open(folder)
    tokens = make_people(silo)
    silo.desk.ledger.close()
    assert silo.clock.now >= START
    return tokens
