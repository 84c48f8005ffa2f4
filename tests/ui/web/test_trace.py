"""The page that follows grain, and its paper."""

from station.receival.storage import movements
from tests.silo_rig import ANNE
from tests.ui.web.rig import Pages, Text


def sell(pages: Pages, paper: str) -> None:
    silo = pages.silo
    movements.move_out(silo.desk, "c1", 20_000, "Moulin Dubois", paper, ANNE, silo.clock())


def test_a_lot_says_where_it_came_from_and_where_more_of_it_is(pages: Pages) -> None:
    sell(pages, "BL-1")
    sell(pages, "BL-2")
    page = " ".join(Text(pages.reader().get("/trace?of=BL-1").text).words)
    assert "lay there at the opening" in page
    assert "BL-2" in page  # the same grain
    assert "Moulin Dubois" in page


def test_the_paper_is_a_pdf_in_the_readers_language(pages: Pages) -> None:
    sell(pages, "BL-1")
    got = pages.reader(language="fr").get("/trace?of=BL-1&paper=1")
    assert got.headers["content-type"] == "application/pdf"
    assert got.content.startswith(b"%PDF")


def test_what_may_be_several_is_a_list_to_choose_from(pages: Pages) -> None:
    sell(pages, "c1")
    page = Text(pages.reader().get("/trace?of=c1").text)
    links = [link for link in page.links if "kind=" in link]
    assert [link for link in links if "of=c1&kind=cell" in link]
    assert len([link for link in links if "kind=lot" in link]) == 1


def test_what_is_called_nothing_is_said(pages: Pages) -> None:
    answer = pages.reader().get("/trace?of=%3Cscript%3E")
    assert "Nothing here is called" in answer.text
    assert "<script>" not in answer.text
