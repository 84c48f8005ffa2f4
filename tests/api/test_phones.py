"""A phone is let in once by a code, sees the loads on site, and hears what became of its photos."""

from dataclasses import replace
from datetime import timedelta

from sqlmodel import col, select

from drivers.reading import UNIT_OF, Analyte
from station.acts.refusals import Fault, Invalid
from station.api.invitations import GOOD_FOR, MOST_OPEN, Invitations
from station.receival.measuring import captures
from station.receival.persons import people
from station.store.tables import AuditEvent, Terminal
from tests.api.rig import JPEG, Counter, ok, problem, upload
from tests.silo_rig import START
from ui.words.i18n import translator
from ui.words.phone import label_text


def reachable(counter: Counter, labels: list[str] | None = None) -> None:
    counter.app.state.context = replace(
        counter.context(),
        phone_address=lambda: "http://10.0.0.7:8321",
        read_label=lambda _photo: labels or [],
    )


def invite(counter: Counter, who: str = "anne", **body: str) -> str:
    """The code."""
    with counter.client(who) as client:
        made = ok(client.post("/phones/invitations", json=body), 201)
    address, _, code = made["address"].partition("#")
    assert address == "http://10.0.0.7:8321/phone"
    return str(code)


def test_a_code_becomes_a_token_once_in_the_name_of_who_invited(counter: Counter) -> None:
    reachable(counter)
    code = invite(counter)
    with counter.client("nobody") as nobody:
        admitted = ok(nobody.post(f"/phones/invitations/{code}"), 201)
        problem(nobody.post(f"/phones/invitations/{code}"), 404, "invitation_over")
    assert admitted["name"] == "téléphone"  # the site's language
    with counter.client("nobody", Authorization=f"Bearer {admitted['token']}") as phone:
        assert ok(phone.get("/phones/page"))["phone"] == "téléphone"
        problem(phone.get("/visits"), 403, "other_kind_of_token")
    with counter.silo.desk.ledger.read() as tx:
        newest = tx.exec(select(AuditEvent).order_by(col(AuditEvent.seq).desc())).first()
        anne = people.person_with(tx, "Anne")
    assert newest is not None
    assert (newest.kind, newest.by, newest.data) == ("token_added", anne.id, {"kind": "phone"})


def test_a_person_ends_a_lost_phone_and_no_other_token(counter: Counter) -> None:
    reachable(counter)
    with counter.client("nobody") as nobody:
        token = ok(nobody.post(f"/phones/invitations/{invite(counter)}"), 201)["token"]
    with counter.client() as anne, counter.client("nobody", Authorization=f"Bearer {token}") as phone:
        ok(phone.get("/phones/page"))
        problem(phone.get("/phones"), 403, "other_kind_of_token")
        lost = next(one for one in ok(anne.get("/phones")) if one["name"] == "téléphone")
        ok(anne.post(f"/phones/{lost['id']}/revoke"), 204)
        assert phone.get("/phones/page").status_code == 401
        assert lost not in ok(anne.get("/phones"))
        with counter.silo.desk.ledger.read() as tx:
            terminal = tx.exec(select(Terminal.id).where(Terminal.kind == "terminal")).first()
            newest = tx.exec(select(AuditEvent).order_by(col(AuditEvent.seq).desc())).first()
            by = people.person_with(tx, "Anne").id
        assert newest is not None
        assert (newest.kind, newest.by) == ("token_revoked", by)
        problem(anne.post(f"/phones/{terminal}/revoke"), 404, "unknown_terminal")


def test_phones_of_one_name_are_told_apart_and_the_console_names_one(counter: Counter) -> None:
    reachable(counter)
    names = []
    with counter.client("nobody") as nobody:
        for who, body in (("anne", {}), ("anne", {}), ("admin", {"name": "Léa"})):
            code = invite(counter, who, **body)
            names.append(ok(nobody.post(f"/phones/invitations/{code}"), 201)["name"])
    assert names == ["téléphone", "téléphone 2", "Léa"]


def test_where_no_phone_comes_no_code_is_made(counter: Counter) -> None:
    with counter.client() as anne:
        problem(anne.post("/phones/invitations", json={}), 409, "no_phone_reaches")


def test_a_code_is_over_after_some_minutes_and_few_are_open() -> None:
    invitations = Invitations()
    first = invitations.invite("a", "anne", START)
    assert invitations.take(first.code, START + GOOD_FOR) is None
    codes = [invitations.invite("a", "anne", START).code for _ in range(MOST_OPEN + 1)]
    assert len(set(codes)) == MOST_OPEN + 1
    almost = START + GOOD_FOR - timedelta(seconds=1)
    assert invitations.take(codes[0], almost) is None
    assert invitations.take(codes[1], almost) is not None
    assert invitations.take("", almost) is None


def test_a_phone_sees_the_loads_on_site_and_not_whose_they_are(counter: Counter) -> None:
    silo = counter.silo
    first = silo.arrive()
    silo.arrive("EF-456-GH", trailer="IJ-789-KL", supplier="GAEC du Moulin")
    silo.receive("ZZ-999-ZZ")
    with counter.client("phone", "fr") as phone:
        page = phone.get("/phones/page")
        loads = ok(page)["loads"]
    assert [(one["plate"], one["trailer"]) for one in loads] == [
        ("EF-456-GH", "IJ-789-KL"),
        ("AB-123-CD", ""),
    ]
    assert loads[1]["barcode"] == silo.barcode(silo.loads(first)[0])
    assert (loads[1]["species"], loads[1]["species_name"]) == ("soft_wheat", "blé tendre")
    assert "Moulin" not in page.text


def test_a_label_says_whose_sample_it_is_or_what_to_do(counter: Counter) -> None:
    silo = counter.silo
    barcode = silo.barcode(silo.loads(silo.arrive())[0])
    photo = {"photo": ("label.jpg", JPEG, "image/jpeg")}
    for labels, read, plate in (
        ([], None, None),
        (["https://a.fr"], None, None),
        (["S77777"], "S77777", None),
        (["https://a.fr", barcode.lower()], barcode, "AB-123-CD"),
    ):
        reachable(counter, labels)
        with counter.client("phone") as phone:
            said = ok(phone.post("/phones/labels", files=photo))
        assert said["barcode"] == read
        assert (said["load"] or {}).get("plate") == plate
        assert said["message"] == label_text(labels, read, plate, translator("en"))


def test_a_label_that_cannot_be_decoded_is_a_sentence(counter: Counter) -> None:
    def refuse(_photo: bytes) -> list[str]:
        raise Invalid(Fault.LABEL_UNREADABLE)

    counter.app.state.context = replace(counter.context(), read_label=refuse)
    with counter.client("phone") as phone:
        files = {"photo": ("label.jpg", b"x", "image/jpeg")}
        problem(phone.post("/phones/labels", files=files), 422, "label_unreadable")
        problem(phone.post("/phones/labels", files={}), 422, "not_valid")


def told(counter: Counter, capture_id: str, who: str = "phone") -> tuple[str, str]:
    with counter.client(who) as client:
        said = ok(client.get(f"/phones/captures/{capture_id}"))
    return said["state"], said["title"]


def judge(counter: Counter, capture_id: str, *, accepted: bool, numbers: bool = False) -> None:
    protein = {"value": 11.0, "low": 10.0, "high": 12.0, "basis": "dm", "per": "sample"}
    dark = {"code": "dark", "params": {"value": 1, "limit": 2}}
    result = {
        "accepted": accepted, "reasons": [] if accepted else [dark],
        "kernels": 100, "cut": 0, "classes": {}, "species": None, "seconds": {},
        "numbers": {"protein": protein | {"unit": UNIT_OF[Analyte.PROTEIN]}} if numbers else {},
    }  # fmt: skip
    silo = counter.silo
    captures.record_outside_inspection(
        silo.desk, capture_id, "m", "1", None, "app:x", result, None, silo.clock()
    )


def test_the_phone_hears_whether_its_photo_counts(counter: Counter) -> None:
    silo = counter.silo
    load = silo.loads(silo.arrive())[0]
    form = f'{{"barcode": "{silo.barcode(load)}"}}'
    with counter.client("phone") as phone:
        ids = [ok(upload(phone, JPEG + bytes([n]), form=form), 201)["id"] for n in range(3)]
        loose = ok(upload(phone, JPEG, form='{"barcode": "S77777"}'), 201)["id"]
    assert told(counter, ids[0])[0] == "waits"
    judge(counter, ids[0], accepted=True, numbers=True)
    judge(counter, ids[1], accepted=True)
    judge(counter, ids[2], accepted=False)
    judge(counter, loose, accepted=True)
    assert told(counter, ids[0]) == ("counts", "This photo counts.")
    assert told(counter, ids[1])[0] == "kept"
    assert told(counter, ids[2]) == ("refused", "This photo does not count: take another.")
    state, title = told(counter, loose)
    assert (state, title.split(".")[0]) == ("waits", "The photo is kept")


def test_what_is_judged_after_the_decision_changes_nothing(counter: Counter) -> None:
    silo = counter.silo
    visit = silo.arrive()
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    load = silo.loads(visit)[0]
    with counter.client("phone") as phone:
        id_ = ok(upload(phone, JPEG, form=f'{{"barcode": "{silo.barcode(load)}"}}'), 201)["id"]
    silo.decide(load)
    judge(counter, id_, accepted=True, numbers=True)
    assert told(counter, id_)[0] == "kept"


def test_another_phones_photo_is_as_unknown_as_none(counter: Counter) -> None:
    with counter.client("app") as app:
        id_ = ok(upload(app, JPEG), 201)["id"]
    with counter.client("phone") as phone:
        problem(phone.get(f"/phones/captures/{id_}"), 404, "unknown_capture")
    assert told(counter, id_, "anne")[0] == "waits"
