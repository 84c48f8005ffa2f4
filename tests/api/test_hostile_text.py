"""Nothing that cannot be seen gets in by a request, and no text of a request is without that rule."""

import json
import types
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import uuid4

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from pydantic import BaseModel

from station.api import app
from station.api.routes import captures as capture_routes
from station.api.schemas.common import SEEN, SEEN_FILE
from tests.api.rig import JPEG, Counter, arrival, ok, problem, upload
from tests.draws import examples
from tests.hostile import HIDDEN, MARKUP, SENT, any_text, is_clean, json_text, kept_texts

Bare = tuple[str, ...]


def bare_texts(annotation: Any, metadata: tuple[Any, ...] = (), path: Bare = ()) -> Iterator[Bare]:
    """The paths to texts below this type that have no rule; a union's or dict's parts are its own."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from bare_texts(parts[0], (*metadata, *parts[1:]), path)
    elif annotation is str or annotation is Any:
        if SEEN not in metadata and SEEN_FILE not in metadata:
            yield path
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            yield from bare_texts(field.annotation, tuple(field.metadata), (*path, name))
    elif origin in (Union, types.UnionType):
        for part in parts:
            yield from bare_texts(part, metadata, path)
    elif origin in (list, tuple, dict):
        for part in parts:
            yield from bare_texts(part, (), path)


def fields_of(dependant: Dependant) -> Iterator[Any]:
    yield from (*dependant.body_params, *dependant.query_params)
    for needed in dependant.dependencies:
        yield from fields_of(needed)


def requests_of() -> Iterator[tuple[str, Any]]:
    """Every body, field of a form and field of a query, with its route."""
    for room in app._ROOMS:
        for route in room.router.routes:
            assert isinstance(route, APIRoute)
            for field in fields_of(route.dependant):
                yield f"{route.path} {field.name}", field.field_info


def test_no_text_of_a_request_is_without_the_rule() -> None:
    fields = list(requests_of())
    assert len(fields) > 40
    wrong = {
        f"{where}: {'.'.join(path)}"
        for where, info in fields
        for path in bare_texts(info.annotation, tuple(info.metadata))
    }
    assert wrong == set()


def test_the_walk_sees_a_text_without_the_rule() -> None:
    class Inner(BaseModel):
        bare: str | None = None

    class Body(BaseModel):
        inner: list[Inner]
        named: dict[str, int]
        ruled: Annotated[str, SEEN]

    assert set(bare_texts(Body)) == {("inner", "bare"), ("named",)}


def test_the_form_that_fastapi_does_not_check_has_the_fields_that_are_cleaned() -> None:
    schema = capture_routes._MULTIPART["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert set(schema["properties"]) == {"id", "form", "photos"}


def send(client: Any, path: str, body: Any) -> Any:
    return client.post(path, content=json_text(body), headers={"Content-Type": "application/json"})


@pytest.mark.parametrize("char", HIDDEN, ids=ascii)
def test_a_character_that_cannot_be_seen_is_refused_by_the_name_of_its_field(
    still: Counter, char: str
) -> None:
    with still.client() as anne:
        refused = problem(send(anne, "/visits", arrival(note=f"wet{char}grain")), 422, "hidden_character")
        assert [error["field"] for error in refused["errors"]] == ["body.note"]
        assert refused["params"] == {"number": f"U+{ord(char):04X}"}
        assert is_clean(json.dumps(refused, ensure_ascii=False))


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/visits", {**arrival(), "supplier": "EARL\u202e Dupont"}, "body.supplier"),
        ("/visits", {**arrival(), "plate": "AB-1\u200b23-CD"}, "body.plate"),
        ("/samples", {"barcode": "S\x1b1"}, "body.barcode"),
        ("/weighings", {"kg": 20_000.0, "reason": "\ufeffscale off"}, "body.reason"),
        (
            "/readings",
            {"barcode": "S1", "values": {"mois\u2060ture": {"value": 13.0}}},
            "body.values.mois\\u2060ture",
        ),
        ("/loads/x/decision", {"proposal_id": "p\u00ad", "cell": "c1", "pit": "p1"}, "body.proposal_id"),
        ("/loads/x/refuse", {"reason": "insects\U000e0041"}, "body.reason"),
        ("/sign-in", {"name": "Ma\u200drc", "pin": "1357"}, "body.name"),
    ],
)  # fmt: skip
def test_each_act_refuses_it(still: Counter, path: str, body: Any, field: str) -> None:
    with still.client() as anne:
        refused = problem(send(anne, path, body), 422, "hidden_character")
        assert [error["field"] for error in refused["errors"]] == [field]


def test_the_refusal_is_told_in_the_readers_language(still: Counter) -> None:
    with still.client(language="fr") as anne:
        refused = problem(send(anne, "/visits", arrival(note="\u202e")), 422, "hidden_character")
        assert refused["title"] == "Un texte contient un caractère invisible (U+202E)"


def test_queries_and_headers_have_the_rule_too(still: Counter) -> None:
    with still.client() as anne:
        problem(anne.get("/suppliers", params={"q": "\u202e"}), 422, "hidden_character")
        problem(anne.get("/tickets", params={"campaign": "20\u200b26"}), 422, "hidden_character")
    with still.client("admin", **{"Silo-Operator": "Ma%E2%80%8Brc", "Silo-Pin": "1357"}) as admin:
        body = {"kind": "out", "kg": 1.0, "reason": "sold"}
        problem(admin.post("/cells/c1/movements", json=body), 422, "hidden_character")


def test_a_text_is_kept_composed_on_one_line_and_markup_is_only_text(counter: Counter) -> None:
    with counter.client() as anne:
        body = arrival(supplier="EARL Cre\u0301py\u00a0\n Frères", note=MARKUP)
        visit = ok(send(anne, "/visits", body), 201)
    assert visit["supplier"] == "EARL Crépy   Frères"
    assert visit["note"] == MARKUP


@settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=any_text)
def test_whatever_is_sent_nothing_hidden_is_kept_or_told(still: Counter, text: str) -> None:
    with still.client() as anne:
        for body in (
            arrival(supplier=text or "x", note=text, comes_again=True),
            {**arrival(comes_again=True), text: text},
        ):
            answer = send(anne, "/visits", body)
            assert answer.status_code in (201, 422)
            assert is_clean(json.dumps(answer.json(), ensure_ascii=False).replace("\\n", ""))
        anne.get(f"/samples/{'%1B%E2%80%AE'}")
    assert all(map(is_clean, kept_texts(still.silo.desk.ledger)))


def test_what_is_asked_for_is_told_again_with_nothing_hidden(still: Counter) -> None:
    with still.client() as anne:
        refused = problem(anne.get("/samples/S1%1B%5B2J%E2%80%AE"), 404, "unknown_sample")
        assert refused["params"] == {"barcode": "S1\\x1b[2J\\u202e"}
        assert is_clean(refused["title"])


@settings(
    max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=any_text)
def test_a_phones_form_is_cleaned(still: Counter, text: str) -> None:
    sent = text.encode("utf-8", "ignore").decode()
    form = {"barcode": f"S\x1b[2J{sent}", "note": sent, "operator_variety": sent}
    with still.client("phone") as phone:
        capture = ok(upload(phone, JPEG, form=json.dumps(form)), 201)
    assert is_clean(capture["barcode"])
    assert all(map(is_clean, kept_texts(still.silo.desk.ledger)))


@pytest.mark.parametrize("char", SENT, ids=ascii)
def test_the_parts_of_an_upload_name_nothing_hidden(still: Counter, char: str) -> None:
    """The names of parts and files, media types, fields that are not ours."""
    name = f"a{char}.jpg"
    with still.client("phone") as phone:
        files = [("photos", (name, JPEG, "image/jpeg")), (f"x{char}", (name, b"y", "text/plain"))]
        answer = phone.post("/captures", data={"id": str(uuid4()), "form": "{}"}, files=files)
        assert answer.status_code == 422
        assert is_clean(json.dumps(answer.json(), ensure_ascii=False))
        ok(phone.post("/captures", data={"id": str(uuid4())}, files=files[:1]), 201)
    assert all(map(is_clean, kept_texts(still.silo.desk.ledger)))
