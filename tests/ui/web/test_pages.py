"""What the pages show, to whom, in which language, and as a file."""

import csv
import io
import re
from collections.abc import Iterator, Mapping

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from station.models.acts import SHIPPED
from station.store import queries
from station.store.tables import Correction, CorrectionAct, ModelRelease, Person, ReleaseAct
from tests.silo_rig import START
from tests.ui.web.harvest import HOSTILE, make_harvest
from tests.ui.web.rig import EVERYBODYS, Pages, Text, pages_of
from ui.web.navigation import STATION
from ui.web.rendering import HERE
from ui.web.sessions import SESSION
from ui.words.catalogue import read_catalogue

MOST_OF_A_KIND = 2
IDENTIFIER = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


@pytest.fixture(scope="module")
def harvest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    silo = make_harvest(tmp_path_factory.mktemp("harvest") / "data")
    yield pages_of(silo)
    silo.desk.ledger.close()


@pytest.fixture(scope="module")
def english(harvest: Pages) -> dict[str, Response]:
    """The answer of every page that a manager comes to by following links, two of each kind."""
    client, known, kinds = harvest.reader(), list(EVERYBODYS), dict[str, int]()
    found = {}
    for address in known:
        found[address] = client.get(address)
        for link in Text(found[address].text).links:
            kind = IDENTIFIER.sub("*", link.partition("?")[0]).rstrip("0123456789")
            if link.startswith("/") and not link.startswith("/language") and link not in known:
                kinds[kind] = kinds.get(kind, 0) + 1
                if kinds[kind] <= MOST_OF_A_KIND:
                    known.append(link)
    return found


def read(answers: Mapping[str, Response]) -> dict[str, Text]:
    """Those that are pages."""
    kind = "text/html; charset=utf-8"
    return {one: Text(got.text) for one, got in answers.items() if got.headers.get("content-type") == kind}


def test_every_link_leads_somewhere(english: dict[str, Response]) -> None:
    assert len(english) > 20
    odd = {address: got.status_code for address, got in english.items() if got.status_code != 200}
    assert odd == {"/": 303}


def test_no_name_is_believed(english: dict[str, Response]) -> None:
    seen = 0
    for address, page in read(english).items():
        assert "<script" not in english[address].text, address
        assert not [one for tag, one in page.elements if "onerror" in one or tag == "script"], address
        seen += english[address].text.count("&lt;script&gt;")
    assert seen > 10
    assert f"GAEC {HOSTILE}" in read(english)["/loads"].words


def test_a_character_that_cannot_be_seen_is_shown_by_its_number(pages: Pages) -> None:
    pages.silo.arrive("AB-123-CD")
    assert "\\u202e" in pages.reader().get("/loads?q=%E2%80%AEx").text


def test_every_page_speaks_the_readers_language_only(harvest: Pages, english: dict[str, Response]) -> None:
    """A French page has no English sentence of ours, and the other way round; words that are the same in
    both are left out."""
    client = harvest.reader(language="fr")
    french = {str(one.id): str(one.string) for one in read_catalogue("fr") if one.id and one.string}
    templates = "".join(one.read_text() for one in (HERE / "templates").glob("*.html"))
    ours = {text for text in french if f'_("{text}")' in templates and french[text] not in french}
    for address, page in read(english).items():
        shown = Text(client.get(address).text)
        assert ("html", {"lang": "en"}) in page.elements
        assert ("html", {"lang": "fr"}) in shown.elements
        assert not ours & set(shown.words), address
        assert not {french[text] for text in ours} & set(page.words), address


@pytest.mark.parametrize(("name", "role"), [("Anne", "operator"), ("Ines", "installer"), ("Marc", "manager")])
def test_a_role_sees_its_pages_and_no_other(harvest: Pages, name: str, role: str) -> None:
    client = harvest.reader(name)
    served = harvest.app.state.served
    for entry in STATION.entries:
        if entry.path in served:
            wanted = 200 if role in entry.roles else 403
            assert client.get(entry.path).status_code == wanted, entry.path
    first = client.get("/").headers["location"]
    assert first == STATION.menu([role], served)[0][0].path
    links = set(Text(client.get(first).text).links)
    assert {one.path for one in STATION.entries if one.path in served and one.path in links} == {
        one.path for one in STATION.entries if one.path in served and role in one.roles
    }


def test_what_the_station_wrote_itself_is_in_the_readers_language(pages: Pages) -> None:
    at = pages.silo.clock()
    with pages.silo.desk.ledger.write() as tx:
        fields = {"name": "wheat-kernels", "version": "2", "task": "kernels", "species": ["wheat"]}
        tx.add(ModelRelease(sha256="ab", origin="shipped", installed_at=at, **fields))
        tx.flush()
        act = {"task": "kernels", "species": "wheat", "act": "installed", "why": SHIPPED}
        tx.add(ReleaseAct(id="a", sha256="ab", at=at, **act))
        tx.get_one(Person, "marc").language = "fr"
    french = pages.reader("Marc", "fr")
    assert "français" in Text(french.get("/people").text).words
    words = Text(french.get("/models").text).words
    assert "livré avec la station" in words
    assert SHIPPED not in words


def test_a_stranger_is_asked_who_it_is_on_every_page(harvest: Pages, english: dict[str, Response]) -> None:
    client = harvest.stranger()
    for address in english:
        answer = client.get(address)
        assert (answer.status_code, answer.headers["location"][:10]) == (303, "/login?to="), address


def test_every_table_is_a_file_too(harvest: Pages, english: dict[str, Response]) -> None:
    client = harvest.reader()
    links = {
        address.partition("?")[0] + link
        for address, page in read(english).items()
        for link in page.links
        if "format=csv" in link
    }
    assert len(links) > 20
    for link in links:
        got = client.get(link)
        assert got.headers["content-type"] == "text/csv; charset=utf-8"
        rows = list(csv.reader(io.StringIO(got.content.decode("utf-8-sig"))))
        assert {len(row) for row in rows} == {len(rows[0])}


def test_the_day_says_what_came_in_and_where_it_went(harvest: Pages) -> None:
    words = Text(harvest.reader("Anne").get("/day").text).words
    assert "130.4" in words  # tonnes: 5 × 27.88 less 0.9 × (0+1+2+3+4)
    assert "9\N{NO-BREAK SPACE}min" in words  # the longest
    assert f"odeur {HOSTILE}" in words
    file = harvest.reader().get("/day?format=csv&table=where").content.decode("utf-8-sig")
    assert file.splitlines() == ["Species,Cell,Loads,Net (t)", "soft_wheat,c1,5,130.4"]
    every = harvest.reader().get("/day?format=csv&table=loads").text.splitlines()
    assert len(every) == 1 + 6
    assert every[1].split(",")[1:7] == ["AB-123-CD", "EARL Dupont", "soft_wheat", "ticketed", "c1", "1"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("ab123", ["AB-123-CD"]),
        ("3", ["IJ-789-KL"]),
        ("S90001", ["ZZ-999-ZZ"]),
        ("gaec", ["UV-678-WX"]),
        ("dupont", ["QR-345-ST", "MN-012-OP", "IJ-789-KL", "EF-456-GH", "AB-123-CD"]),
        ("nothing", []),
        ("%", []),
        ("💥", []),
    ],
)
def test_a_load_is_found_by_what_is_known_of_it(harvest: Pages, asked: str, found: list[str]) -> None:
    client = harvest.reader()
    rows = list(csv.reader(io.StringIO(client.get("/loads", params={"q": asked, "format": "csv"}).text)))
    assert [row[1] for row in rows[1:]] == found


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31"])
def test_a_day_that_has_none_beside_it_is_no_fault_of_ours(harvest: Pages, day: str) -> None:
    client = harvest.reader()
    assert client.get("/loads", params={"day": day}).status_code == 200
    assert client.get("/day", params={"day": day}).status_code == 422


def test_a_load_shows_its_evidence(harvest: Pages) -> None:
    client = harvest.reader()
    (address,) = {
        link for link in Text(client.get("/loads?q=ab123").text).links if link.startswith("/loads/")
    }
    text = client.get(address).text
    for wanted in (
        "43,120", "27,880", "62 72 69 64 67 65", "12.10", "kept until", "protein 10.4", "Anne",
        "dispute opened", "10.0 – 90.0", "Labo ",
    ):  # fmt: skip
        assert wanted in text, wanted
    photo = client.get(f"{address}/captures/c-1/0")
    assert photo.headers["content-type"] == "image/jpeg"
    assert client.get(f"{address}/captures/c-1/1").status_code == 404
    other = next(one for one in Text(client.get("/loads?q=ef456").text).links if one.startswith("/loads/"))
    assert client.get(f"{other}/captures/c-1/0").status_code == 404
    drawn = client.get(f"{address}/captures/c-1/0/outlines")
    assert "What was seen could not be drawn on the photo." in Text(drawn.text).words


def test_a_load_says_the_odds_to_all_and_euros_to_managers_alone(harvest: Pages) -> None:
    client = harvest.reader()
    (address,) = {
        link for link in Text(client.get("/loads?q=ab123").text).links if link.startswith("/loads/")
    }
    assert "meets the grade by what is known: the load" in client.get(address).text
    assert "Against the next best" not in client.get(address).text
    with harvest.silo.desk.ledger.write() as tx:
        row = queries.current_proposal(tx, address.removeprefix("/loads/"))
        assert row is not None
        ranked = [{**one, "value": 123.45} for one in row.result["ranked"]]
        row.result = {**row.result, "ranked": ranked}
        tx.add(row)
    for name, is_told in (("Marc", True), ("Ines", False)):
        text = harvest.reader(name).get(address).text
        assert ("Against the next best" in text, "123.45" in text) == (is_told, is_told), name


def test_a_spreadsheet_runs_nothing_of_a_file() -> None:
    from ui.web.tables import Cell, Column, Table, as_csv

    texts = ["=1+1", "+33 5", "-x", "@x", "\tx", "-12.5", "+4", "a=b", "1e5", " -1", "\uff1d1", "\uff20x"]
    table = Table("t", "", [Column("=x")], [[Cell("", one)] for one in texts])
    rows = [row[0] for row in csv.reader(io.StringIO(as_csv(table).removeprefix("\ufeff")))]
    assert rows == [
        "'=x",
        "'=1+1",
        "'+33 5",
        "'-x",
        "'@x",
        "'\tx",
        "-12.5",
        "+4",
        "a=b",
        "1e5",
        " -1",
        "'\uff1d1",
        "'\uff20x",
    ]
    values = [Cell("", one) for one in (None, 3, -2.5, True)]
    assert as_csv(Table("t", "", [], [values])).splitlines()[1] == ",3,-2.5,True"


def send(pages: Pages, client: TestClient, path: str, **form: str) -> Response:
    token = pages.app.state.sessions.token_for(client.cookies[SESSION])
    return client.post(path, data={**form, "form_token": token})


def test_a_manager_approves_and_ends_a_correction_with_a_reason(pages: Pages) -> None:
    errors = {"bias": 0.21, "sep": 0.25, "rmsep": 0.33}
    evidence = {"n": 34, "period": [START.isoformat()] * 2, "reference": ["Labo"], "before": errors}
    fields = {"method": "machine", "source": "nir", "analyte": "protein", "unit": "%", "basis": "dm"}
    with pages.silo.desk.ledger.write() as tx:
        tx.add(Correction(id="k1", bias=0.21, u=0.04, evidence=evidence, at=START, **fields))
        tx.flush()
        tx.add(CorrectionAct(id="k1-1", correction_id="k1", act="proposed", at=START))
    client = pages.reader()
    words = Text(client.get("/corrections").text).words
    assert "Judged value = value of NIR − 0.21 % (± 0.08). The raw value stays." in words
    assert "bias 0.21 · SEP 0.25 · RMSEP 0.33" in words
    assert send(pages, client, "/corrections/k1/end", reason="x").status_code == 409
    assert send(pages, client, "/corrections/k1/approve", reason="").status_code == 422
    assert send(pages, client, "/corrections/k1/approve", reason="34 samples").status_code == 303
    assert "34 samples" in Text(client.get("/corrections").text).words
    assert "34 samples" in Text(client.get("/devices/nir").text).words
    assert send(pages, client, "/corrections/k1/end", reason="adjusted").status_code == 303
    anne = pages.reader("Anne")
    assert send(pages, anne, "/corrections/k1/approve", reason="x").status_code == 403


def test_a_dispute_is_opened_noted_and_closed_on_its_page(pages: Pages) -> None:
    pages.silo.receive("AB-123-CD")
    client = pages.reader()
    address = next(one for one in Text(client.get("/loads").text).links if one.startswith("/loads/"))

    opened = send(
        pages, client, f"/disputes/for/{address[7:]}", reason="poids", raised_by="supplier", analyte="protein"
    )
    here = opened.headers["location"]
    assert (
        send(pages, client, f"/disputes/for/{address[7:]}", reason="x", raised_by="silo").status_code == 409
    )
    assert send(pages, client, f"{here}/note", reason="appelé").status_code == 303
    assert send(pages, client, f"{here}/note", reason=" ").status_code == 422
    assert send(pages, client, f"{here}/close", reason="rapport reçu", outcome="upheld").status_code == 303
    words = Text(client.get(here).text).words
    assert {"appelé", "value upheld", "Every value known when it was closed"} <= set(words)
    closed = send(pages, pages.reader("Anne"), f"{here}/close", reason="x", outcome="upheld")
    assert closed.status_code == 403
