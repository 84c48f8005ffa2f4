"""Operators open disputes and add to them; a manager closes them."""

from tests.ui.web.rig import Pages, Text


def test_an_operator_opens_a_dispute_that_a_manager_closes(pages: Pages) -> None:
    silo = pages.silo
    visit = silo.receive("AA-111-AA").visit
    (load,) = silo.loads(visit)
    anne, marc = pages.reader("Anne"), pages.reader("Marc")
    form = {"form_token": Text(anne.get(f"/loads/{load.id}").text).fields["form_token"], "reason": "too wet"}
    answer = anne.post(f"/disputes/for/{load.id}", data={**form, "raised_by": "supplier"})
    assert answer.status_code == 303
    address = answer.headers["location"]
    assert f"{address}/close" not in anne.get(address).text
    assert anne.post(f"{address}/note", data=form).status_code == 303
    closing = {**form, "outcome": "upheld"}
    assert anne.post(f"{address}/close", data=closing).status_code == 403
    closing["form_token"] = Text(marc.get(address).text).fields["form_token"]
    assert marc.post(f"{address}/close", data=closing).status_code == 303


def test_a_load_says_until_when_it_may_be_disputed_and_offers_nothing_afterwards(pages: Pages) -> None:
    silo = pages.silo
    (load,) = silo.loads(silo.receive("AA-111-AA").visit)
    form = f'action="/disputes/for/{load.id}"'
    address, anne = f"/loads/{load.id}", pages.reader("Anne")
    text = anne.get(address).text
    assert "It may be disputed until" in text
    assert form in text
    silo.clock.pass_(minutes=60 * 24 * (silo.desk.keeping.dispute_days + 1))
    text = pages.reader("Anne").get(address).text
    assert "It could be disputed until" in text
    assert form not in text
    visit = silo.arrive("BB-222-BB")
    (load,) = silo.loads(visit)
    text = pages.reader("Anne").get(f"/loads/{load.id}").text  # no ticket yet
    assert "be disputed until" not in text
    assert f'action="/disputes/for/{load.id}"' not in text
