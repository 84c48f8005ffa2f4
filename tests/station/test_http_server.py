"""The counter and the pages share one address."""

from pathlib import Path

from fastapi.testclient import TestClient

from station.api.app import create_app
from station.app import _page_key
from station.http_server import with_pages
from tests.silo_rig import Silo
from tests.ui.web.rig import make_readers, pages_of


def test_what_begins_with_api_is_the_counters_and_all_else_a_page(tmp_path: Path) -> None:
    silo = Silo.open(tmp_path / "data")
    make_readers(silo)
    context = pages_of(silo).app.state.context
    both = with_pages(create_app(context), context)
    with TestClient(both, follow_redirects=False, raise_server_exceptions=False) as client:
        assert client.get("/api/v1/nothing").headers["content-type"] == "application/problem+json"
        assert client.get("/api/v1/health").json()["accepting"] in (True, False)
        assert client.get("/").headers["location"] == "/login?to=%2F"
        assert client.get("/nothing").headers["content-type"] == "text/html; charset=utf-8"
        assert client.post("/login").status_code == 403  # a form's own token, no bearer's
        assert client.post("/login", content=b"x" * 70_000).status_code == 413
    silo.desk.ledger.close()


def test_the_key_of_the_pages_is_made_once_and_nobody_elses(tmp_path: Path) -> None:
    key = _page_key(tmp_path)
    assert len(key) > 40
    assert _page_key(tmp_path) == key
    assert (tmp_path / "pages.key").stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["pages.key"]
