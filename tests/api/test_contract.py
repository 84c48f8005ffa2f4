"""The OpenAPI document is true: any request that it allows, and many that it does not, get its answers."""

import json
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from station.api.access import TokenKind, access_of
from station.api.app import create_app
from station.receival.persons import people
from tests.api.rig import ADMIN_TOKEN, Counter

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


def document(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


def operations(app: FastAPI) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in document(app)["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_error_is_declared_as_a_problem(unserved: Counter) -> None:
    for path, method, operation in operations(unserved.app):
        errors = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert "500" in errors, (method, path)
        for answer in errors.values():
            assert list(answer["content"]) == ["application/problem+json"], (method, path)
            assert answer["content"]["application/problem+json"]["schema"]["$ref"].endswith("/Problem")
    assert "HTTPValidationError" not in document(unserved.app)["components"]["schemas"]


ADMIN: dict[str, list[str]] = {"admin": []}
APP_S = ("/api/v1/captures/{capture_id}/inspections",)


def test_the_document_names_no_foreign_host_and_no_page_loads_one(unserved: Counter) -> None:
    assert "://" not in json.dumps(document(unserved.app))
    assert {route.path for route in unserved.app.routes if hasattr(route, "path")} & {
        "/docs",
        "/redoc",
    } == set()


def test_every_answer_has_a_model(unserved: Counter) -> None:
    for path, method, operation in operations(unserved.app):
        good = {status: answer for status, answer in operation["responses"].items() if status < "300"}
        assert good, (method, path)
        for status, answer in good.items():
            if status == "204":
                continue
            (schema,) = {json.dumps(one["schema"]) for one in answer["content"].values()}
            assert schema != "{}", (method, path)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
def test_no_request_breaks_the_contract(unserved: Counter) -> None:
    """Bounded: a few requests per operation, on a site with a truck in each state."""
    silo, tokens = unserved.silo, unserved.tokens
    silo.receive("AB-123-CD")
    waiting = silo.arrive("EF-456-GH")
    silo.confirm(40_000, waiting, "first")
    offered, waiting_item = silo.weigh(15_000), silo.measure("gac", {"moisture": 13.0}, "S9")
    unserved.app = create_app(unserved.context())
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", unserved.app).exclude(
        path="/api/v1/events"
    )
    proposal = silo.proposal(silo.loads(waiting)[0])
    assert proposal is not None
    known = {
        "proposal_id": proposal.id,
        "cell": "c5",
        "cell_id": "c1",
        "to_cell": "c5",
        "pit": "p1",
        "weighing_id": offered.id,
        "item_id": waiting_item.id,
        "visit_id": waiting.id,
        "load_id": silo.loads(waiting)[0].id,
        "barcode": silo.barcode(silo.loads(waiting)[0]),
    }
    _, erp = people.add_terminal(silo.desk, "erp", TokenKind.ERP, silo.clock())
    operations_ = [found.ok() for found in schema.get_all_operations()]
    for operation in sorted(operations_, key=lambda one: _LAST.get(one.path.rsplit("/", 1)[1], 0)):
        place, person = (tokens.office, tokens.marc)
        if operation.path == "/api/v1/models":
            place, person = tokens.workshop, tokens.ines  # who installs
        if operation.path in APP_S:
            place = tokens.app
        if access_of(operation.method, operation.path).tokens == {TokenKind.ERP}:
            place = erp
        person_s = {"Authorization": f"Bearer {place}", "Silo-Person": person}
        admin_s = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        if operation.path.endswith("/movements"):
            admin_s |= {"Silo-Operator": "Marc", "Silo-Pin": "1357"}
        ways = operation.definition.raw.get("security", [])
        for headers in [person_s] * (ways != [ADMIN]) + [admin_s] * (ADMIN in ways):
            answers = _answers(operation, headers, known)
            assert answers - {401, 403}, f"{operation.path} only said who may not: {answers}"


def _make_real(case: Any, known: dict[str, str]) -> None:
    """Puts what exists at this site in place of what was generated."""
    for name in set(known) & set(case.path_parameters or {}):
        case.path_parameters[name] = known[name]
    body = case.body
    if not isinstance(body, dict):
        return
    for name in set(known) & set(body):
        body[name] = known[name]
    if isinstance(body.get("values"), dict):
        body["values"] = dict(zip(["moisture"], body["values"].values(), strict=False))
    for load in body.get("loads") or [] if isinstance(body.get("loads"), list) else []:
        if isinstance(load, dict):
            load.update(species="soft_wheat", claims=[], declared={}, barcode=None)


# What ends things comes after what needs them.
_LAST = {"refuse": 1, "leave": 2, "cancel": 3, "sign-out": 4}


def _answers(operation: Any, headers: dict[str, str], known: dict[str, str]) -> set[int]:
    """The statuses of generated requests, valid and not, half of them about something that exists."""
    answers: set[int] = set()
    both = [operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode]

    @given(case=st.one_of(both), real=st.booleans())
    @settings(
        max_examples=6, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def tried(case: Any, real: bool) -> None:
        if real:
            _make_real(case, known)
        answers.add(case.call_and_validate(headers=headers, checks=CHECKS).status_code)

    tried()
    return answers
