"""How the pages of comparisons look in a browser: on a telephone, and on paper."""

import html
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.silo_rig import Silo
from tests.ui.web import stored
from tests.ui.web.rig import Pages, make_readers, pages_of

BROWSER = shutil.which("chromium")
ADDRESSES = (
    "/pair", "/pair?analyte=protein", "/three-ways", "/who-was-right", "/groups", "/fairness", "/watch",
    "/watch?analyte=protein",
)  # fmt: skip
STYLE = Path("ui/web/static/pages.css")
PHONE_PX = 390
_MEASURE = """
<!doctype html><title>-</title><iframe width="{width}" height="900" srcdoc="{page}"></iframe><script>
const frame = document.querySelector("iframe");
frame.onload = () => {{
  const page = frame.contentDocument.documentElement;
  const wide = [...page.querySelectorAll("body *")].filter(
    (one) => one.getBoundingClientRect().right > {width} + 1 && !one.closest("thead, .skip"));
  document.title = page.scrollWidth + " " + wide.map((one) => one.outerHTML.slice(0, 80)).join(" | ");
}};
</script>"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    silo = Silo.open(Path(tmp_path_factory.mktemp("silo")) / "data")
    make_readers(silo)
    with silo.desk.ledger.write() as tx:
        for page, result in stored.PAGES.items():
            stored.store(tx, page, result)
    yield pages_of(silo)
    silo.desk.ledger.close()


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_asks_another_host(pages: Pages, address: str) -> None:
    answer = pages.reader().get(address)
    assert answer.status_code == 200
    named = set(re.findall(r"""(?:https?:)?//[^\s"'<>]+""", answer.text))
    assert named <= {"http://www.w3.org/2000/svg"}
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r"<[^>]* style=|<style|<script", answer.text)
    assert not re.search(r"@import|url\(", STYLE.read_text(encoding="utf-8"))


@pytest.mark.long
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_is_as_broad_as_a_telephone(pages: Pages, address: str, tmp_path: Path) -> None:
    page = html.escape(_alone(pages, address))
    file = tmp_path / "measure.html"
    file.write_text(_MEASURE.format(width=PHONE_PX, page=page), encoding="utf-8")
    shown = _browse(tmp_path, "--dump-dom", "--virtual-time-budget=3000", file.as_uri())
    width, _, too_wide = re.findall(r"<title>(.*?)</title>", shown, re.DOTALL)[0].partition(" ")
    assert (int(width), too_wide) == (PHONE_PX, "")


@pytest.mark.long
@pytest.mark.parametrize("address", [one for one in ADDRESSES if one != "/pair"])
def test_a_report_is_one_sheet_of_paper(pages: Pages, address: str, tmp_path: Path) -> None:
    file, paper = tmp_path / "page.html", tmp_path / "page.pdf"
    file.write_text(_alone(pages, address), encoding="utf-8")
    _browse(tmp_path, f"--print-to-pdf={paper}", "--no-pdf-header-footer", file.as_uri())
    assert len(re.findall(rb"/Type\s*/Page\b", paper.read_bytes())) == 1


def _alone(pages: Pages, address: str) -> str:
    """The French page, whose words are the longer ones, with its style sheet in it."""
    text = pages.reader("Marc", "fr").get(address).text
    style = STYLE.read_text(encoding="utf-8")
    return text.replace('<link rel="stylesheet" href="/static/pages.css">', f"<style>{style}</style>")


def _browse(folder: Path, *options: str) -> str:
    if BROWSER is None:
        pytest.skip("chromium is not installed: apt-get install -y chromium")
    command = [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
        f"--user-data-dir={folder / 'profile'}", *options,
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=True).stdout
