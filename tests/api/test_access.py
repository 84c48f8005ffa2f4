"""Every role at every endpoint with every kind of token: who may is what the table says, and nobody else."""

import itertools
import re
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from station.api.access import ACCESS, BASE, Access, Admin, Role, TokenKind, check_complete
from station.api.app import create_app
from station.receival.persons import people
from station.receival.persons.people import _digest
from station.store.ids import new_id
from station.store.tables import Person, SignIn, Terminal
from tests.api.rig import ADMIN_TOKEN, JPEG, Counter, ok, problem, upload

ROLES = (None, *Role)
STAFF = (("Anne", "2468", "operator"), ("Marc", "1357", "manager"), ("Ines", "9999", "installer"))
PLACES = {"sha256": "0" * 64, "number": "1"}
UNENDING = "GET /events"


def operations(counter: Counter) -> dict[str, dict[str, Any]]:
    """By method and path, from the document that clients read."""
    return {
        f"{method.upper()} {path.removeprefix(BASE)}": operation
        for path, methods in counter.app.openapi()["paths"].items()
        for method, operation in methods.items()
    }


def asks(counter: Counter, endpoint: str, headers: dict[str, str]) -> int:
    """Asks about what does not exist, with an empty body; the status says whether one may."""
    method, path = endpoint.split(" ")
    path = re.sub(r"\{(\w+)\}", lambda found: PLACES.get(found[1], "nothing"), path)
    takes_body = method in ("POST", "PUT", "PATCH") and ACCESS[endpoint].tokens is not None
    body = {} if takes_body else None  # nobody's body is read whose token is not ours
    with httpx2.Client(base_url=counter.url + BASE, timeout=20, verify=False) as client:
        if endpoint != UNENDING:
            return client.request(method, path, headers=headers, json=body).status_code
        with client.stream(method, path, headers=headers) as answer:
            return answer.status_code


class Staff:
    """A person of each role, and a token of each kind, at which each of them is signed in."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._desk, self._clock = counter.silo.desk, counter.silo.clock
        self._tokens = {
            kind: people.add_terminal(self._desk, f"of a {kind}", kind, self._now()) for kind in TokenKind
        }
        with self._desk.ledger.write() as tx:
            self._persons = {role: self._person(tx, role) for role in Role}

    def headers(self, kind: TokenKind, role: Role | None) -> dict[str, str]:
        """Signed in anew each time: signing out is an endpoint too."""
        terminal, token = self._tokens[kind]
        headers = {"Authorization": f"Bearer {token}"}
        if role is not None:
            headers["Silo-Person"] = self.sign_in(terminal, role)
        return headers

    def sign_in(self, terminal: Terminal, role: Role, at: datetime | None = None) -> str:
        at = at or self._now()
        secret = new_id(at)
        with self._desk.ledger.write() as tx:
            tx.add(
                SignIn(
                    id=new_id(at), person_id=self._persons[role], terminal_id=terminal.id,
                    token_hash=_digest(secret), at=at,
                )
            )  # fmt: skip
        return secret

    def _person(self, tx: Any, role: Role) -> str:
        row = Person(id=new_id(self._now()), name=role, name_key=role, roles=[role], pin_hash="x")
        tx.add(row)
        return row.id

    def _now(self) -> datetime:
        return self._clock()


def may(access: Access, kind: TokenKind, role: Role | None) -> bool:
    """As the table reads."""
    if access.tokens is None or access.here:
        return True
    return kind in access.tokens and (access.roles is None or role in access.roles)


@pytest.fixture(scope="module")
def staff(still: Counter) -> Staff:
    return Staff(still)


def test_the_table_and_the_document_name_the_same_endpoints(unserved: Counter) -> None:
    assert set(operations(unserved)) == set(ACCESS)


def test_an_endpoint_without_a_line_in_the_table_is_not_served(
    unserved: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LookupError, match="GET /new"):
        check_complete([*ACCESS, "GET /new"])
    less = {endpoint: access for endpoint, access in ACCESS.items() if endpoint != "GET /cells"}
    monkeypatch.setattr("station.api.access.ACCESS", less)
    with pytest.raises(LookupError, match="GET /cells"):
        create_app(unserved.context())


@pytest.mark.parametrize("endpoint", ACCESS)
def test_each_role_with_each_kind_of_token_may_what_the_table_says(
    still: Counter, staff: Staff, endpoint: str
) -> None:
    for kind, role in itertools.product(TokenKind, ROLES):
        status = asks(still, endpoint, staff.headers(kind, role))
        assert (status not in (401, 403)) == may(ACCESS[endpoint], kind, role), (kind, role, status)
        assert status < 500 or status == 507


@pytest.mark.parametrize("endpoint", ACCESS)
def test_nobody_elses_word_opens_anything(still: Counter, staff: Staff, endpoint: str) -> None:
    """No token, an unknown one, an admin's word where there is none, a person's token as a terminal's."""
    access = ACCESS[endpoint]
    signed = staff.headers(TokenKind.TERMINAL, Role.MANAGER)
    person = signed["Silo-Person"]
    strangers: list[dict[str, str]] = [
        {}, {"Silo-Person": person}, {"Authorization": "Bearer unknown"},
        {"Authorization": f"Bearer {person}"}, {**signed, "Authorization": "Basic eDp5"},
    ]  # fmt: skip
    asks_for_token = access.tokens is not None and not access.here
    for headers in strangers:
        assert (asks(still, endpoint, headers) == 401) == asks_for_token, headers
    if access.roles is not None:
        for wrong in ("", "unknown", signed["Authorization"].removeprefix("Bearer ")):
            assert asks(still, endpoint, {**signed, "Silo-Person": wrong}) == 401


@pytest.mark.parametrize("endpoint", ACCESS)
def test_the_admin_token_opens_what_the_table_says(still: Counter, endpoint: str) -> None:
    access, headers = ACCESS[endpoint], {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    alone = asks(still, endpoint, headers)
    expected = access.tokens is None or access.here or access.admin in (Admin.ALONE, Admin.ALONE_OR_NAMED)
    assert (alone not in (401, 403)) == expected
    if access.name_header is None:
        return
    for name, pin, role in STAFF:
        named = asks(still, endpoint, {**headers, access.name_header: name, "Silo-Pin": pin})
        assert (named not in (401, 403)) == (role in (access.roles or ())), (name, named)


@pytest.mark.parametrize("endpoint", ACCESS)
def test_the_document_says_so_too(still: Counter, endpoint: str) -> None:
    access, operation = ACCESS[endpoint], operations(still)[endpoint]
    person = ["token"] if access.roles is None else ["token", "person"]
    ways = ([person] if access.tokens else []) + ([["admin"]] if access.admin is not Admin.NOTHING else [])
    ways += [[]] if access.here else []
    assert [list(way) for way in operation.get("security", [])] == ways
    headers = {one["name"] for one in operation.get("parameters", []) if one["in"] == "header"}
    assert headers & {"Silo-Manager", "Silo-Operator", "Silo-Pin"} == (
        {access.name_header, "Silo-Pin"} if access.name_header else set()
    )
    assert ({"401", "403"} <= set(operation["responses"])) == (access.tokens is not None)


def test_only_terminals_take_persons() -> None:
    for endpoint, access in ACCESS.items():
        if access.roles is not None:
            assert access.tokens is not None
            assert access.tokens <= {TokenKind.TERMINAL}, endpoint


@pytest.mark.parametrize("kind", [TokenKind.PHONE, TokenKind.APP])
def test_a_phone_and_an_app_reach_their_own_captures_only(counter: Counter, kind: TokenKind) -> None:
    desk, clock = counter.silo.desk, counter.silo.clock
    _, token = people.add_terminal(desk, "another", kind, clock())
    inspection = {"name": "m", "version": "1", "accepted": True}
    with (
        counter.client("nobody", Authorization=f"Bearer {token}") as one,
        counter.client(str(kind)) as other,
        counter.client() as anne,
    ):
        capture = ok(upload(one, JPEG), 201)
        place, photo = f"/captures/{capture['id']}", f"/photos/{capture['photos'][0]}"
        for reader in (one, anne):
            ok(reader.get(place))
            assert reader.get(photo).content == JPEG
        problem(other.get(place), 404, "unknown_capture")
        problem(other.get(photo), 404, "unknown_photo")
        inspections = f"{place}/inspections"
        if kind is TokenKind.APP:
            problem(other.post(inspections, json=inspection), 404, "unknown_capture")
            ok(one.post(inspections, json=inspection), 201)
        else:
            problem(one.post(inspections, json=inspection), 403, "other_kind_of_token")
        ok(upload(other, JPEG), 201)
        assert other.get(photo).content == JPEG  # the same photo is now its own too


def test_a_sign_in_ends_after_its_time(still: Counter, staff: Staff) -> None:
    terminal, token = staff._tokens[TokenKind.TERMINAL]
    now, lasts = still.silo.clock(), still.context().sign_in_lasts
    for age, status in (
        (timedelta(0), 204),
        (lasts - timedelta(minutes=1), 204),
        (lasts, 401),
        (2 * lasts, 401),
    ):
        person = staff.sign_in(terminal, Role.OPERATOR, now - age)
        headers = {"Authorization": f"Bearer {token}", "Silo-Person": person}
        assert asks(still, "POST /sign-out", headers) == status, age


def test_tokens_of_a_kind_that_is_unknown_open_nothing(still: Counter) -> None:
    """A later release may know it."""
    _, token = people.add_terminal(still.silo.desk, "books", "later", still.silo.clock())
    headers = {"Authorization": f"Bearer {token}"}
    opened = [endpoint for endpoint in ACCESS if asks(still, endpoint, headers) not in (401, 403)]
    assert opened == [endpoint for endpoint, access in ACCESS.items() if access.tokens is None or access.here]
