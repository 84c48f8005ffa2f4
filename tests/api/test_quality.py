"""What a failed control puts in doubt is marked wherever it is shown, and told to everybody."""

from dataclasses import replace
from datetime import timedelta

import pytest

from drivers.reading import Analyte
from station.acts.desk import Watching
from station.lab.holds import end_hold
from station.printing.ticket_text import WIDTH, ticket_text
from station.receival.laboratory.retaining import keep_of_load
from station.receival.measuring import instruments
from station.receival.measuring.instruments import Description
from tests.api.rig import Counter, ok, problem
from tests.lab.test_controls import PROTEIN, control, instrument_of
from tests.lab.test_holds import BAD, GOOD, check, only, received
from tests.silo_rig import ANNE, MARC, START, Silo
from ui.words.vocabulary import analyte_name


def test_a_held_value_is_marked_on_its_load_its_reading_and_its_cell_until_it_is_ended(
    counter: Counter,
) -> None:
    silo = counter.silo
    control(silo, "K1", PROTEIN)
    load = received(silo, "AA-111-AA")
    with counter.client() as anne:
        assert shown(anne, load.id) == (["moisture", "protein", "test_weight"], [], [])
        check(silo, BAD)
        assert shown(anne, load.id) == (["moisture", "protein", "test_weight"], ["protein"], ["protein"])
        ticket = ok(anne.get("/tickets"))[0]["text"]
        (warning,) = [one for one in ok(anne.get("/health"))["warnings"] if one["code"] == "values_held"]
        assert "NIR (protein)" in warning["message"]
        end_hold(silo.desk, only(silo).id, "confirmed", "measured again", MARC, silo.clock())
        assert shown(anne, load.id) == (["moisture", "protein", "test_weight"], [], [])
        assert ok(anne.get("/tickets"))[0]["text"] == ticket
        assert "values_held" not in {one["code"] for one in ok(anne.get("/health"))["warnings"]}


def shown(client: object, load_id: str) -> tuple[list[str], list[str], list[str]]:
    """The load's values, those that are to be confirmed, and the cell's."""
    load = ok(client.get(f"/loads/{load_id}"))  # type: ignore[attr-defined]
    cells = ok(client.get("/cells"))  # type: ignore[attr-defined]
    doubted = [used["analyte"] for used in load["values"] if used["to_confirm"]]
    marked = sorted({analyte for reading in load["readings"] for analyte in reading["to_confirm"]})
    assert marked == doubted
    return (
        [used["analyte"] for used in load["values"]], doubted,
        [analyte for cell in cells for analyte in cell["to_confirm"]],
    )  # fmt: skip


def test_every_screen_is_told_of_overdue_controls_and_verifications_that_end(counter: Counter) -> None:
    silo = counter.silo
    control(silo, "K1", PROTEIN)
    check(silo, GOOD)
    until = START.date() + timedelta(days=40)
    described = Description("", verified_until=until)
    instruments.describe_plugged(silo.desk, "gac", described, "", ANNE, silo.clock())
    with counter.client(language="fr") as anne:
        codes = {one["code"] for one in ok(anne.get("/health"))["warnings"]}
        assert not codes & {"controls_overdue", "verifications_expire"}
        silo.clock.pass_(days=15)
        told = {one["code"]: one["message"] for one in ok(anne.get("/health"))["warnings"]}
    assert "NIR" in told["controls_overdue"]
    assert "GAC 2100" in told["verifications_expire"]
    assert "29 août" in told["verifications_expire"] or "29/08/2026" in told["verifications_expire"]


@pytest.mark.parametrize(
    ("language", "apart"),
    [("en", "VERIFICATION EXPIRED"), ("fr", "VÉRIFICATION EXPIRÉE")],
)
def test_a_value_of_an_expired_analyzer_is_printed_apart_and_marked(
    silo: Silo, language: str, apart: str
) -> None:
    yesterday = START.date() - timedelta(days=1)
    described = Description("", verified_until=yesterday)
    instruments.describe_plugged(silo.desk, "nir", described, "", ANNE, silo.clock())
    ticket = silo.receive("AB-123-CD").tickets[0]
    text = ticket_text(ticket.document, language)
    assert all(len(line) <= WIDTH for line in text.splitlines())
    legal, _, rest = text.partition(apart)
    protein, moisture = (analyte_name(one, language) for one in ("protein", "moisture"))
    assert moisture in legal
    assert protein not in legal
    assert protein in rest
    assert rest.count("! NIR") == 1
    # what was measured while the verification was valid stands among the others
    assert apart not in ticket_text({**ticket.document, "values": {}}, language)


def target(**over: object) -> dict[str, object]:
    return {"targets": [{"analyte": "protein", "value": 11.5, "tolerance": 0.3, "basis": "as_is", **over}]}


def test_a_manager_says_what_a_control_sample_has_and_an_operator_does_not(counter: Counter) -> None:
    silo = counter.silo
    control(silo, "K1")
    with counter.client("marc") as marc, counter.client() as anne:
        assert anne.post("/controls/K1/targets", json=target()).status_code == 403
        made = ok(marc.post("/controls/K1/targets", json=target(citation="Bipea 24-117")), 201)
        assert (made["barcode"], made["targets"][0]["unit"], made["targets"][0]["by"]) == ("K1", "%", "Marc")
        assert ok(anne.get("/controls")) == [made]
        for over, status, code in (
            ({"tolerance": 0}, 422, "not_valid"),
            ({"analyte": "gluten_glue"}, 422, "unknown_analyte"),
            ({"basis": None}, 422, "wrong_basis"),
            ({"unit": "g"}, 422, "wrong_unit"),
            ({"value": 99}, 422, "implausible_value"),
        ):
            problem(marc.post("/controls/K1/targets", json=target(**over)), status, code)
        twice = {"targets": [*target()["targets"], *target(value=12.5)["targets"]]}
        problem(marc.post("/controls/K1/targets", json=twice), 422, "not_valid")
        problem(marc.post("/controls/K9/targets", json=target()), 404, "unknown_sample")
        of_load = silo.barcode(received(silo, "AA-111-AA"))
        problem(marc.post(f"/controls/{of_load}/targets", json=target()), 409, "not_a_control")


def test_a_hold_is_looked_through_and_ended_by_a_manager(counter: Counter) -> None:
    silo = counter.silo
    control(silo, "K1", PROTEIN)
    load = received(silo, "AA-111-AA")
    kept = keep_of_load(silo.desk, load.id, ANNE, silo.clock())
    check(silo, BAD)
    desk = replace(silo.desk, watching=Watching({Analyte.PROTEIN: 1.1}))
    counter.app.state.context = replace(counter.context(), desk=desk)
    with counter.client("marc") as marc, counter.client() as anne:
        (hold,) = ok(anne.get("/holds"))
        assert (hold["name"], hold["analyte"], hold["loads"], hold["tonnes"]) == ("NIR", "protein", 1, 27.88)
        assert (hold["check"]["barcode"], hold["check"]["value"], hold["check"]["target"]) == (
            "K1",
            BAD,
            11.5,
        )
        full = ok(anne.get(f"/holds/{hold['id']}"))
        assert [value["load_id"] for value in full["values"]] == [load.id]
        assert {near["number"] for near in full["near_limit"]} == {kept.number}
        end = {"act": "released", "reason": "lamp broken"}
        assert anne.post(f"/holds/{hold['id']}/end", json=end).status_code == 403
        problem(marc.post("/holds/h-0/end", json=end), 404, "unknown_hold")
        ended = ok(marc.post(f"/holds/{hold['id']}/end", json=end))
        assert (ended["outcome"], ended["reason"], ended["ended_by"]) == ("released", "lamp broken", "Marc")
        problem(marc.post(f"/holds/{hold['id']}/end", json=end), 409, "hold_ended")
        assert ok(anne.get("/holds")) == []
        assert ok(anne.get("/holds", params={"state": "all"})) == [ended]


def test_an_adjustment_is_recorded_with_who_and_listed(counter: Counter) -> None:
    silo = counter.silo
    nir = instrument_of(silo, "nir").id
    said = {"instrument_id": nir, "analyte": "protein", "new_bias": -0.2, "reason": "spring standards"}
    with counter.client("marc") as marc, counter.client() as anne:
        assert anne.post("/adjustments", json=said).status_code == 403
        made = ok(marc.post("/adjustments", json=said), 201)
        assert (made["name"], made["new_bias"], made["by"]) == ("NIR", -0.2, "Marc")
        assert ok(anne.get("/adjustments")) == [made]
        problem(marc.post("/adjustments", json=said | {"instrument_id": "x"}), 404, "unknown_instrument")
        problem(marc.post("/adjustments", json=said | {"species": "weat"}), 422, "unknown_species")
        for slope in (0, -1.02):
            problem(marc.post("/adjustments", json=said | {"new_slope": slope}), 422, "not_valid")
        future = said | {"done_at": "2030-01-01T00:00:00Z"}
        problem(marc.post("/adjustments", json=future), 422, "adjusted_in_future")


def test_standards_and_what_is_due_are_shown(counter: Counter) -> None:
    silo = counter.silo
    control(silo, "K1", replace(PROTEIN, campaign="spring 2026"))
    with counter.client() as anne:
        assert ok(anne.get("/standards/verdicts")) == []  # no instrument has measured anything yet
        check(silo, GOOD)
        (verdict,) = ok(anne.get("/standards/verdicts"))
        assert (verdict["campaign"], verdict["outcome"], verdict["bias"]) == ("spring 2026", "passed", 0)
        assert [one["name"] for one in ok(anne.get("/standards"))] == ["spring 2026"]
        assert ok(anne.get("/standards/verdicts", params={"campaign": "spring 2025"})) == []
        (due,) = ok(anne.get("/controls/due"))["controls"]
        assert (due["name"], due["passed"], due["overdue"]) == ("NIR", True, False)
