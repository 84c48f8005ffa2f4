"""One page tells a person beside two boxes what to do, in the reader's words."""

import pytest

from station.backup.page import INSTALLED, Page, page_of, page_pdf
from station.backup.station_files import DEVICES
from station.installation import broker, site_files
from tests.silo_rig import SITE
from ui.words.i18n import LANGUAGES, translator


@pytest.mark.parametrize(
    ("language", "first"), [("en", "UNPLUG THE OLD BOX"), ("fr", "DÉBRANCHEZ L'ANCIEN BOÎTIER")]
)
def test_it_begins_with_the_old_box(language: str, first: str) -> None:
    page = page_of(SITE, "/etc/silo/site.toml", translator(language))
    assert page.text.startswith(first)
    assert SITE.server.url in page.text
    assert all(instrument.port in page.text for instrument in SITE.instruments)
    assert max(map(len, page.text.splitlines())) <= 80


@pytest.mark.parametrize("config", [INSTALLED, "/srv/site.toml"])
def test_it_says_what_to_type_where_headquarters_may_know_more(config: str) -> None:
    text = " ".join(page_of(SITE, config, translator("en")).text.split())
    assert f"silo post reconcile --config {config}" in text
    assert ("runuser -u silo -- silo post reconcile" in text) == (config == INSTALLED)


def test_its_commands_are_those_of_an_installed_box_or_of_one_that_a_person_serves() -> None:
    words = translator("en")
    assert page_of(SITE, "/etc/silo/site.toml", words).commands == (
        "systemctl stop silo",
        "chown -R silo: /etc/silo /media/silo",
        "runuser -u silo -- silo restore /media/silo \\",
        "    --take-over --replace --config /etc/silo/site.toml",
        "silo install --config /etc/silo/site.toml",
    )
    assert page_of(SITE, "/srv/site.toml", words).commands == (
        "silo restore /media/silo \\",
        "    --take-over --replace --config /srv/site.toml",
        "silo serve --config /srv/site.toml",
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_one_sheet_also_with_many_instruments(language: str) -> None:
    many = SITE.model_copy(update={"instruments": [*SITE.instruments] * 6})
    pdf = page_pdf(page_of(many, "/etc/silo/site.toml", translator(language)))
    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/Type /Page\n") == 1
    assert page_pdf(page_of(many, "/etc/silo/site.toml", translator(language))) == pdf


def test_words_that_need_more_than_a_sheet_are_refused() -> None:
    page = Page("title", "first", ("step " * 200,) * 9, ("command",), 5, "secrets")
    with pytest.raises(ValueError, match="no room"):
        page_pdf(page)


def test_it_shows_no_password() -> None:
    secret = SITE.instruments[0].model_copy(update={"port": "mqtt://silo:tobacco@10.0.0.2:1883/nir"})
    page = page_of(SITE.model_copy(update={"instruments": [secret]}), "/site.toml", translator("en"))
    assert "tobacco" not in page.text
    assert "10.0.0.2" in page.text


def test_it_knows_where_the_installation_puts_things() -> None:
    assert str(site_files.SITE_FILE) == INSTALLED
    assert broker.DEVICES == site_files.SITE / DEVICES
