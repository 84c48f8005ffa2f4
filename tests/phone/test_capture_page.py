"""The capture page in a real Chromium of a phone's size: nothing that was taken is lost, and all is said."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from station.grain.inspection import Inspection
from station.receival.arrivals import forms
from station.receival.measuring import captures
from station.receival.persons import people
from station.runtime.bundles import shipped_bundle
from station.store.forms import answers_by_load
from station.store.tables import Capture, Photo, Terminal
from station.vision.inspect import inspect
from station.vision.model import load_model
from station.vision.rendered import render_tray
from tests.api.rig import Counter
from tests.phone.rig import invited, label_photo, phone
from tests.silo_rig import GOOD, GOOD_NIR, MARC

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]
FORM = (Path(__file__).parents[2] / "examples/form.json").read_text(encoding="utf-8")
TRAY = render_tray(3, width=1200, height=900, kernels=120, sheet="white").jpeg


def picture(name: str = "tray.jpg", data: bytes = TRAY, kind: str = "image/jpeg") -> dict[str, object]:
    return {"name": name, "mimeType": kind, "buffer": data}


def open_invited(page: Page, counter: Counter) -> None:
    page.goto(invited(counter))
    expect(page.locator("#choose")).to_be_visible()


def take(page: Page, *photos: dict[str, object], of: str = "AB-123-CD") -> None:
    page.get_by_role("button", name=of).click()
    page.set_input_files("#photo", list(photos))  # type: ignore[arg-type] # playwright's own dictionary
    expect(page.locator("#photos li")).to_have_count(len(photos))


def kept(counter: Counter) -> list[tuple[str, str | None, int]]:
    """Phone, barcode and number of photos of each capture."""
    with counter.silo.desk.ledger.read() as tx:
        rows = tx.exec(select(Capture)).all()
        names = {row.id: row.name for row in tx.exec(select(Terminal)).all()}
        photos = [photo.capture_id for photo in tx.exec(select(Photo)).all()]
    return [(names[row.terminal_id], row.barcode, photos.count(row.id)) for row in rows]


def judge(counter: Counter, photo: bytes = TRAY) -> Inspection:
    """The light box judges the one capture."""
    silo = counter.silo
    with silo.desk.ledger.read() as tx:
        capture_id = tx.exec(select(Capture.id)).one()
    seen = inspect(photo, load_model(shipped_bundle("soft_wheat")), species="wheat")
    captures.record_inspection(silo.desk, capture_id, [seen], silo.clock())
    return seen


def test_a_scanned_code_lets_the_phone_in_once_and_a_photo_comes_to_its_load(
    counter: Counter, browser: Browser
) -> None:
    visit = counter.silo.arrive()
    barcode = counter.silo.barcode(counter.silo.loads(visit)[0])
    with phone(browser, counter) as page:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        address = invited(counter, "Léa's phone")
        page.goto(address)
        expect(page.get_by_role("button", name="AB-123-CD")).to_be_visible()
        assert "#" not in page.url  # the code is used and gone
        take(page, picture(), picture("2.jpg", TRAY + b"\0"))
        page.fill("#note", "wet corner")
        page.get_by_role("button", name="Send").click()
        sent = page.locator("#uploads > li")
        expect(sent.locator(".state")).to_have_text("received")
        expect(sent.locator(".title")).to_have_text("The photo is kept. It is being judged.")
        assert kept(counter) == [("Léa's phone", barcode, 2)]
        judge(counter)
        expect(sent.locator(".title")).to_contain_text(re.compile("This photo (counts|is good)"))
        expect(sent.locator(".lines")).to_contain_text("kernels")
        assert said == []
    with phone(browser, counter) as other:
        other.goto(address)
        expect(other.locator("#notice")).to_contain_text("This code was used, or is over.")


def test_the_result_says_in_words_why_a_photo_is_refused(counter: Counter, browser: Browser) -> None:
    counter.silo.arrive()
    with phone(browser, counter, "fr-FR") as page:
        open_invited(page, counter)
        label = label_photo("S1")
        take(page, picture(data=label))
        page.get_by_role("button", name="Envoyer").click()
        expect(page.locator(".state")).to_have_text("reçu")
        assert not judge(counter, label).accepted
        expect(page.locator("#uploads > li")).to_have_class("refused")
        expect(page.locator(".title")).to_contain_text("ne compte pas")


def test_what_was_taken_survives_a_reload_before_and_after_sending_without_a_network(
    counter: Counter, browser: Browser
) -> None:
    counter.silo.arrive()
    with phone(browser, counter) as page:
        open_invited(page, counter)
        take(page, picture(), picture("2.jpg", TRAY + b"\0"))
        page.reload()  # the camera took all memory, and the browser threw the page away
        expect(page.locator("#photos li")).to_have_count(2)
        page.context.set_offline(True)
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".state")).to_have_text("kept on this phone, not sent yet")
        expect(page.locator("#waiting")).to_have_text("to send: 1")
        expect(page.locator("#notice")).to_contain_text("No network")
        assert kept(counter) == []
        page.context.set_offline(False)
        page.reload()
        expect(page.locator(".state")).to_have_text("received")
        expect(page.locator("#waiting")).to_have_text("")
        assert [photos for _, _, photos in kept(counter)] == [2]


def test_an_answer_that_is_lost_makes_no_second_capture(counter: Counter, browser: Browser) -> None:
    """The station has the photos and the phone does not know: it sends them again under the same id."""
    counter.silo.arrive()
    lost: list[str] = []
    with phone(browser, counter) as page:
        open_invited(page, counter)

        def lose(route: object) -> None:
            if not lost:
                lost.append(route.fetch().text())  # type: ignore[attr-defined] # playwright's route
                route.abort()  # type: ignore[attr-defined]
            else:
                route.continue_()  # type: ignore[attr-defined]

        page.route("**/api/v1/captures", lose)
        take(page, picture())
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".state")).to_have_text("received")
    assert len(lost) == 1
    assert len(kept(counter)) == 1


def test_a_label_is_read_from_its_photo_and_a_wrong_one_is_said(counter: Counter, browser: Browser) -> None:
    visit = counter.silo.arrive()
    barcode = counter.silo.barcode(counter.silo.loads(visit)[0])
    with phone(browser, counter) as page:
        open_invited(page, counter)
        page.set_input_files("#label-photo", [picture(data=TRAY)])  # type: ignore[list-item]
        expect(page.locator("#notice")).to_contain_text("No barcode can be read")
        page.set_input_files("#label-photo", [picture(data=label_photo("https://a.fr"))])  # type: ignore[list-item]
        expect(page.locator("#notice")).to_contain_text("“https://a.fr” is no sample's barcode")
        page.set_input_files("#label-photo", [picture(data=label_photo(barcode))])  # type: ignore[list-item]
        expect(page.locator("#chosen")).to_contain_text(f"AB-123-CD · soft wheat · {barcode}")
        page.get_by_role("button", name="Another load").click()
        page.fill("#barcode", "s77777")
        page.get_by_role("button", name="Take it").click()
        expect(page.locator("#notice")).to_contain_text("No load on site has the sample S77777")
        page.set_input_files("#photo", [picture()])  # type: ignore[list-item]
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".state")).to_have_text("received")
        assert [one[1] for one in kept(counter)] == ["S77777"]


def test_too_much_at_once_is_said_before_anything_is_sent(counter: Counter, browser: Browser) -> None:
    counter.silo.arrive()
    counter.limit(max_upload_bytes=len(TRAY) + 1000)
    with phone(browser, counter) as page:
        open_invited(page, counter)
        take(page, picture())
        page.set_input_files("#photo", [picture("huge.jpg", TRAY + bytes(2000))])  # type: ignore[list-item]
        expect(page.locator("#notice")).to_contain_text("too large together")
        expect(page.locator("#photos li")).to_have_count(1)
        page.set_input_files("#photo", [picture("a.pdf", b"%PDF-1.7", "application/pdf")])  # type: ignore[list-item]
        expect(page.locator("#notice")).to_contain_text("no photo")


def test_what_the_station_refuses_is_kept_until_a_person_gives_it_up(
    counter: Counter, browser: Browser
) -> None:
    counter.silo.arrive()
    with phone(browser, counter) as page:
        open_invited(page, counter)
        take(page, picture(data=b"GIF89a" + bytes(20)))
        page.get_by_role("button", name="Send").click()
        expect(page.locator("#uploads > li")).to_have_class("failed")
        expect(page.locator(".lines")).to_contain_text("JPEG, PNG or WebP")
        page.get_by_role("button", name="Give up these photos").click()
        expect(page.locator("#uploads > li")).to_have_count(0)


def test_one_file_that_is_no_photo_is_taken_out_and_the_others_are_sent(
    counter: Counter, browser: Browser
) -> None:
    counter.silo.arrive()
    with phone(browser, counter) as page:
        open_invited(page, counter)
        take(page, picture(), picture(data=b"hello"))
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".title")).to_contain_text("File 2 is no photo")
        page.get_by_role("button", name="Change it").click()
        expect(page.locator("#uploads > li")).to_have_count(0)
        page.get_by_role("button", name="Remove").nth(1).click()
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".state")).to_have_text("received")
        assert [one[2] for one in kept(counter)] == [1]


def test_photos_that_are_not_sent_are_left_only_when_the_person_says_so(
    counter: Counter, browser: Browser
) -> None:
    counter.silo.arrive()
    with phone(browser, counter) as page:
        open_invited(page, counter)
        take(page, picture())
        page.once("dialog", lambda one: one.dismiss())
        page.get_by_role("button", name="Another load").click()
        expect(page.locator("#photos li")).to_have_count(1)
        page.once("dialog", lambda one: one.accept())
        page.get_by_role("button", name="Another load").click()
        expect(page.locator("#choose")).to_be_visible()


def test_a_full_disk_is_waited_for(counter: Counter, browser: Browser) -> None:
    counter.silo.arrive()
    counter.limit(min_free_mb_uploads=10**9)
    with phone(browser, counter) as page:
        open_invited(page, counter)
        take(page, picture())
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".title")).to_contain_text("disk is full")
        expect(page.locator(".state")).to_have_text("kept on this phone, not sent yet")
        counter.limit(min_free_mb_uploads=0)
        expect(page.locator(".state")).to_have_text("received")  # by itself


def test_a_revoked_phone_sends_nothing_and_keeps_its_photos_for_a_new_code(
    counter: Counter, browser: Browser
) -> None:
    counter.silo.arrive()
    silo = counter.silo
    with phone(browser, counter) as page:
        page.goto(invited(counter, "lost phone"))
        take(page, picture())
        people.revoke_terminal(silo.desk, "lost phone", silo.clock())
        page.get_by_role("button", name="Send").click()
        expect(page.locator("#notice")).to_contain_text("let in no more")
        expect(page.locator(".state")).to_have_text("kept on this phone, not sent yet")
        assert kept(counter) == []
        page.goto(invited(counter, "found again"))
        expect(page.locator(".state")).to_have_text("received")
    assert [one[0] for one in kept(counter)] == ["found again"]


def test_a_phone_that_nobody_invited_is_told_what_to_do(counter: Counter, browser: Browser) -> None:
    with phone(browser, counter, "fr-FR") as page:
        page.goto("/phone")
        expect(page.locator("#notice")).to_contain_text("QR")
        assert page.evaluate("document.documentElement.lang") == "fr"
        expect(page.locator("#choose")).to_be_hidden()


@pytest.mark.parametrize("language", ["fr-FR", "en-GB"])
def test_everything_fits_a_phone_and_buttons_fit_a_thumb(
    counter: Counter, browser: Browser, tmp_path: Path, language: str
) -> None:
    silo = counter.silo
    silo.arrive()
    silo.arrive("EF-456-GH", trailer="IJ-789-KL", supplier="GAEC du Moulin")
    silo.measure("gac", GOOD)
    silo.measure("nir", GOOD_NIR)
    with phone(browser, counter, language) as page:
        open_invited(page, counter)
        views = [page.screenshot(path=tmp_path / "choose.png")]
        take(page, picture(), picture("2.jpg", TRAY + b"\0"))
        views.append(page.screenshot(path=tmp_path / "take.png"))
        page.locator("#send").click()
        expect(page.locator(".title")).not_to_be_empty()
        views.append(page.screenshot(path=tmp_path / "sent.png"))
        for view in ("#choose", "#sent"):
            assert page.locator(view).is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        low = page.evaluate(
            "[...document.querySelectorAll('button, .big')].filter(one => one.offsetParent)"
            ".filter(one => one.offsetHeight < 44).map(one => one.textContent)"
        )
        assert low == []
    assert all(views)


def test_the_forms_questions_go_with_the_photos(counter: Counter, browser: Browser) -> None:
    silo = counter.silo
    load = silo.loads(silo.arrive())[0]
    forms.install(silo.desk, FORM, MARC, "harvest", silo.clock())
    with phone(browser, counter) as page:
        open_invited(page, counter)
        take(page, picture())
        questions = page.locator("#questions fieldset")
        expect(questions).to_have_count(3)
        page.get_by_role("button", name="heavy").click()
        expect(questions).to_have_count(4)
        hours, field = page.get_by_label("Hours since the rain"), page.get_by_label("Field")
        hours.fill("12")
        field.click()
        expect(field).to_be_focused()  # the field that has the keyboard keeps it
        hours.fill("400")
        field.click()
        expect(hours).to_have_value("400")  # it is wrong, stays to be seen and is not sent
        assert hours.evaluate("one => one.validity.customError")
        page.get_by_role("button", name="none").click()  # the hours are asked no more
        expect(questions).to_have_count(3)
        page.locator("fieldset[data-code=stored_at_farm] button").last.click()
        page.reload()
        expect(page.locator("fieldset[data-code=rain] .chosen")).to_have_text("none")
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".state")).to_have_text("received")
        take(page, picture("next.jpg", TRAY + b"\0"))  # another look at the same load begins anew
        expect(page.locator("#questions .chosen")).to_have_count(0)
    with silo.desk.ledger.read() as tx:
        (row,) = answers_by_load(tx, [load.id])[load.id]
    assert row.answers == {"rain": "none", "stored_at_farm": False}
