"""What a failed control puts in doubt is marked wherever it is shown, and told to everybody."""

from datetime import timedelta

import pytest

from station.api.views.ticket_text import WIDTH, ticket_text
from station.lab.holds import end_hold
from station.receival import instruments
from station.receival.instruments import Description
from tests.api.rig import Counter, ok
from tests.lab.test_controls import PROTEIN, control
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
