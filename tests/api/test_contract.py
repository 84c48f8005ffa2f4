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

from station.api.app import create_app
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


TERMINAL, PERSON, ADMIN = {"token": []}, {"token": [], "person": []}, {"admin": []}
BY_ANY_TERMINAL = ["captures", "captures/{capture_id}/inspections", "sign-in"]
# What the command line does as well, by the admin token.
ALSO_BY_ADMIN = [
    "cells/{cell_id}/movements", "instruments/{port_id}/describe", "instruments/{port_id}/settle",
    "instruments/{port_id}/swap", "lab/results", "models", "models/policies", "models/policies/withdraw",
    "models/promote", "models/retire", "models/rollback", "rules", "rules/withdraw",
]  # fmt: skip
SHOWN_TO_ADMIN = [
    "cells/{cell_id}/movements",
    "instruments",
    "models",
    "models/policies",
    "models/signals",
    "rules",
]
ONLY_BY_ADMIN = [
    "admin/backup", "admin/dataset", "admin/dataset/{capture_id}", "admin/people", "admin/tokens",
    "admin/tokens/{id_or_name}", "models/backtest", "replay",
]  # fmt: skip


def test_every_act_of_a_person_says_that_it_needs_one(unserved: Counter) -> None:
    ways: dict[str, list[str]] = {}
    for path, method, operation in operations(unserved.app):
        kind = "looks" if method == "get" else "acts"
        needed = json.dumps([kind, *operation.get("security", [])])
        ways.setdefault(needed, []).append(path.removeprefix("/api/v1/"))

    def found(*needed: object) -> list[str]:
        return sorted(ways.pop(json.dumps(needed)))

    assert found("looks") == ["health"]
    assert found("acts", TERMINAL) == BY_ANY_TERMINAL
    assert found("acts", PERSON, ADMIN) == ALSO_BY_ADMIN
    assert found("looks", TERMINAL, ADMIN) == SHOWN_TO_ADMIN
    assert sorted(found("acts", ADMIN) + found("looks", ADMIN)) == ONLY_BY_ADMIN
    assert sorted(ways) == [json.dumps(["acts", PERSON]), json.dumps(["looks", TERMINAL])]


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
    operations_ = [found.ok() for found in schema.get_all_operations()]
    for operation in sorted(operations_, key=lambda one: _LAST.get(one.path.rsplit("/", 1)[1], 0)):
        place, person = (tokens.office, tokens.marc)
        if operation.path == "/api/v1/models":
            place, person = tokens.workshop, tokens.ines  # who installs
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
