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
