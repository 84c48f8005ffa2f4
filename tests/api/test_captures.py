"""Uploads: durable before the answer, once, limited, and refused kindly."""

import errno
import os
import struct
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import cv2
import numpy as np
import pytest
from sqlmodel import select

from station.api import upload as uploading
from station.export.tiff import camera_fields
from station.photo_bytes import is_whole
from station.receival.measuring import claims
from station.store.tables import Capture, Photo
from tests.api.rig import JPEG, Counter, accept, arrival, confirm, measure, ok, problem, upload
from tests.hostile import is_clean, kept_texts
from ui.words import vocabulary


def rows(counter: Counter) -> int:
    with counter.silo.desk.ledger.read() as tx:
        return len(tx.exec(select(Capture)).all())


def test_photos_come_back_byte_for_byte(counter: Counter) -> None:
    photos = [JPEG + bytes([n]) * n for n in range(1, 5)]
    with counter.client("phone") as phone:
        capture = ok(upload(phone, *photos), 201)
        for digest, photo in zip(capture["photos"], photos, strict=True):
            answer = phone.get(f"/photos/{digest}")
            assert answer.content == photo
            assert answer.headers["content-type"] == "image/jpeg"
            assert answer.headers["x-content-type-options"] == "nosniff"
    assert counter.woken == [1]


def test_the_file_is_on_the_disk_before_the_row_and_the_row_before_the_answer(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    blobs, ledger = counter.context().blobs, counter.silo.desk.ledger
    real_put, real_fsync = type(blobs).put, os.fsync
    monkeypatch.setattr(
        type(blobs), "put", lambda self, data: (real_put(self, data), order.append("photo"))[0]
    )
    monkeypatch.setattr(os, "fsync", lambda handle: (order.append("fsync"), real_fsync(handle))[1])
    forget = ledger.on_commit(lambda: order.append("row"))
    with counter.client("phone") as phone:
        ok(upload(phone, JPEG), 201)
    order.append("answer")
    forget()
    assert order == ["fsync", "fsync", "fsync", "photo", "row", "answer"]


def test_sending_twice_is_harmless_and_other_photos_are_a_conflict(counter: Counter) -> None:
    id_ = str(uuid4())
    with counter.client("phone") as phone:
        first = ok(upload(phone, JPEG, id_=id_), 201)
        assert ok(upload(phone, JPEG, id_=id_.upper()), 200) == first
        problem(upload(phone, JPEG + b"x", id_=id_), 409, "capture_differs")
        assert ok(phone.get(f"/captures/{id_}")) == first
    assert rows(counter) == 1
    assert counter.woken == [1]


def test_the_same_upload_from_many_threads_is_one_capture(counter: Counter) -> None:
    id_ = str(uuid4())

    def send(_: int) -> int:
        with counter.client("phone") as phone:
            return int(upload(phone, JPEG, id_=id_).status_code)

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(send, range(12)))
    assert answers == [200] * 11 + [201]
    assert rows(counter) == 1


def test_unknown_fields_are_refused_naming_the_known_ones(counter: Counter) -> None:
    with counter.client("phone") as phone:
        refused = problem(upload(phone, JPEG, form='{"variety": "x"}'), 422, "unknown_form_field")
        assert refused["params"] == {
            "field": "variety",
            "known": ["barcode", "species", "operator_variety", "note"],
        }
        files = [("photos", ("a.jpg", JPEG, "image/jpeg"))]
        extra = phone.post("/captures", data={"id": str(uuid4()), "colour": "red"}, files=files)
        assert problem(extra, 422, "unknown_form_field")["params"]["known"] == ["id", "form", "photos"]
        problem(upload(phone, JPEG, form='{"species": "oats"}'), 422, "unknown_species")
    assert rows(counter) == 0


@pytest.mark.parametrize("form", ["", "{", "[]", "null", '{"note": "\\ud800"}', '{"note": 1}', "[" * 5000])
def test_a_form_that_is_no_object_of_texts_is_refused(still: Counter, form: str) -> None:
    with still.client("phone") as phone:
        answer = upload(phone, JPEG, form=form)
        assert answer.status_code == (201 if form == "" else 422), answer.text


@pytest.mark.parametrize("id_", ["", "7", "x" * 36, "../../etc/passwd"])
def test_an_id_that_is_no_uuid_is_refused(still: Counter, id_: str) -> None:
    files = [("photos", ("a.jpg", JPEG, "image/jpeg"))]
    with still.client("phone") as phone:
        refused = problem(phone.post("/captures", data={"id": id_}, files=files), 422, "not_valid")
        assert refused["errors"][0]["field"] == "id"


def test_no_photo_and_too_many_photos_are_refused(counter: Counter) -> None:
    with counter.client("phone") as phone:
        problem(phone.post("/captures", data={"id": str(uuid4())}), 422, "no_photo")
        problem(phone.post("/captures", json={"id": str(uuid4())}), 422, "no_photo")
        problem(upload(phone, *[JPEG] * 5), 422, "not_valid")
        boundary = {"Content-Type": "multipart/form-data; boundary=x"}
        problem(phone.post("/captures", content=b"rubbish", headers=boundary), 422, "not_valid")
    assert rows(counter) == 0


NO_PHOTOS = {
    b"": "empty",
    b"%PDF-1.7\n%\xe2\xe3\xcf\xd3": "pdf",
    b"PK\x03\x04\x14\0\x06\0": "archive",
    b"GIF89a" + bytes(20): "gif",
    b"<script>alert(1)</script>": "text",
    b"\0\0\0\x18ftypmp42" + bytes(20): "film",
    b"RIFF" + bytes(4) + b"WAVEfmt ": "film",
    b"II*\0" + bytes(20): "tiff",
    bytes(5_000): "unknown",
    b"\x7fELF" + bytes(range(256)): "unknown",
}


@pytest.mark.parametrize(("data", "kind"), NO_PHOTOS.items(), ids=NO_PHOTOS.values())
def test_what_is_no_photo_is_refused_for_what_it_is_before_anything_is_stored(
    counter: Counter, data: bytes, kind: str
) -> None:
    """Its name and media type say that it is one; a good photo before it is not stored either."""
    with counter.client("phone") as phone:
        refused = problem(upload(phone, JPEG, data), 415, "not_a_photo")
    assert refused["params"] == {"photo": 2, "file_kind": kind}
    assert kind not in ("pdf", "archive") or vocabulary.FILE_KINDS[kind] in refused["title"]
    assert "JPEG, PNG or WebP" in refused["action"]
    assert rows(counter) == 0
    assert not [path for path in (counter.silo.desk.ledger.folder / "photos").rglob("*") if path.is_file()]


def test_a_heic_is_told_how_the_phone_is_set_in_both_languages(still: Counter) -> None:
    heic = b"\0\0\0\x18ftypheic" + bytes(30)
    for language, word in (("en", "Most Compatible"), ("fr", "Le plus compatible")):
        with still.client("phone", language) as phone:
            assert word in problem(upload(phone, heic), 415, "heic_photo")["action"]


def pictures() -> dict[str, bytes]:
    noise = np.random.default_rng(1).integers(0, 255, (60, 80, 3), np.uint8)
    return {kind: cv2.imencode(f".{kind}", noise)[1].tobytes() for kind in ("jpg", "png", "webp")}


def coded_from(data: bytes) -> int:
    """Where a JPEG's coded data begins: behind the header of its first scan."""
    scan = data.index(b"\xff\xda")
    return scan + 2 + int.from_bytes(data[scan + 2 : scan + 4])


@pytest.mark.parametrize(("kind", "data"), pictures().items(), ids=pictures())
def test_a_photo_is_taken_whole_and_refused_wherever_it_stops(still: Counter, kind: str, data: bytes) -> None:
    """A JPEG tells no more where it stops once its coded data has begun."""
    told = coded_from(data) if kind == "jpg" else len(data) - 2
    assert is_whole(data)
    assert is_whole(data + b"what a phone writes behind it")
    assert not any(is_whole(data[:size]) for size in range(told))
    with still.client("phone") as phone:
        for size in (14, 20, told // 2):
            problem(upload(phone, data[:size]), 422, "photo_cut_off")
        capture = ok(upload(phone, data), 201)
        answer = phone.get(f"/photos/{capture['photos'][0]}")
        assert answer.headers["content-type"] == {"jpg": "image/jpeg"}.get(kind, f"image/{kind}")


def test_a_whole_photo_may_follow_one_that_was_cut_off(counter: Counter) -> None:
    id_ = str(uuid4())
    with counter.client("phone") as phone:
        problem(upload(phone, JPEG[: coded_from(JPEG)], id_=id_), 422, "photo_cut_off")
        ok(upload(phone, JPEG, id_=id_), 201)


@pytest.mark.parametrize("end", [b"", b"\xff\xd9" + b"\xff\xda" * 40], ids=["no end", "scans behind it"])
def test_a_complete_jpeg_is_taken_whatever_its_end(still: Counter, end: bytes) -> None:
    with still.client("phone") as phone:
        capture = ok(upload(phone, JPEG.removesuffix(b"\xff\xd9") + end), 201)
        assert phone.get(f"/photos/{capture['photos'][0]}").content == JPEG.removesuffix(b"\xff\xd9") + end


def test_a_preview_in_the_header_is_not_taken_for_the_end(still: Counter) -> None:
    preview = b"Exif\0\0" + JPEG[:400] + b"\xff\xd9"
    data = JPEG[:2] + b"\xff\xe1" + (len(preview) + 2).to_bytes(2) + preview + JPEG[2:]
    assert is_whole(data)
    assert not is_whole(data[: len(preview) + 30])  # in the frame of the photo itself


def test_nothing_of_what_a_photo_says_of_itself_is_kept(counter: Counter) -> None:
    evil = b"Phone \x1b[2J\xe2\x80\xae[red]\0"
    head = b"II*\0" + struct.pack("<IHHHIII", 8, 1, 0x010F, 2, len(evil), 26, 0) + evil
    exif = b"Exif\0\0" + head
    data = JPEG[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2) + exif + JPEG[2:]
    with counter.client("phone") as phone:
        capture = ok(upload(phone, data), 201)
        assert phone.get(f"/photos/{capture['photos'][0]}").content == data
    assert all(map(is_clean, kept_texts(counter.silo.desk.ledger)))
    assert b"\x1b" not in camera_fields(head)
    assert b"Phone  [2J" in camera_fields(head)


def test_an_upload_over_the_limit_is_refused_with_and_without_its_length(counter: Counter) -> None:
    counter.limit(max_upload_bytes=200_000)
    with counter.client("phone") as phone:
        problem(upload(phone, bytes(300_000)), 413, "too_large")
        boundary = {"Content-Type": "multipart/form-data; boundary=x"}
        head = b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\n'
        parts = (part for part in [head, *[bytes(50_000)] * 20])
        problem(phone.post("/captures", content=parts, headers=boundary), 413, "too_large")
        ok(upload(phone, JPEG + bytes(80_000)), 201)
    assert rows(counter) == 1


def test_a_disk_nearly_full_refuses_photos_while_tickets_go_on(counter: Counter) -> None:
    counter.limit(min_free_mb_uploads=10**9)
    silo = counter.silo
    with counter.client("phone") as phone, counter.client() as anne:
        refused = problem(upload(phone, JPEG), 507, "disk_full")
        assert refused["action"]
        health = ok(anne.get("/health"))
        assert "disk_full" in [warning["code"] for warning in health["warnings"]]
        visit = ok(anne.post("/visits", json=arrival("AB-123-CD", "S1")), 201)
        confirm(anne, silo, 43_120)
        measure(silo, "S1")
        accept(anne, visit["loads"][0]["id"])
        assert confirm(anne, silo, 15_240)["tickets"][0]["number"] == 1
        counter.limit(min_free_mb_uploads=0, warn_free_mb=10**9)
        assert [one["code"] for one in ok(anne.get("/health"))["warnings"]] == ["disk_low"]
        ok(upload(phone, JPEG), 201)


def test_a_disk_that_fills_during_the_upload_refuses_it_and_leaves_no_row(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with counter.client("phone") as phone:
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", no_room)
            problem(upload(phone, JPEG), 507, "disk_full")
        assert rows(counter) == 0
        ok(upload(phone, JPEG), 201)


def test_storing_holds_few_photos_in_memory_at_a_time(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    lock, now, most = threading.Lock(), [0], [0]
    real = uploading._store

    def watched(*given: object) -> object:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        threading.Event().wait(0.02)
        try:
            return real(*given)  # type: ignore[arg-type]
        finally:
            with lock:
                now[0] -= 1

    monkeypatch.setattr(uploading, "_store", watched)

    def send(number: int) -> None:
        with counter.client("phone") as phone:
            ok(upload(phone, JPEG + bytes([number])), 201)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(8)))
    assert most[0] <= uploading.STORING_AT_ONCE
    with counter.silo.desk.ledger.read() as tx:
        assert len(tx.exec(select(Photo)).all()) == 8


@pytest.mark.parametrize(("left", "code"), [(b"\xff\xd8", "photo_damaged"), (None, "photo_lost")])
def test_a_photo_whose_file_is_not_what_was_sent_is_told_and_mended_when_it_is_sent_again(
    counter: Counter, left: bytes | None, code: str
) -> None:
    """A capture that nobody could judge for it waits for its inspection anew."""
    id_ = str(uuid4())
    with counter.client("phone") as phone:
        (digest,) = ok(upload(phone, JPEG, id_=id_), 201)["photos"]
        path = counter.context().blobs.path(digest)
        path.unlink() if left is None else path.write_bytes(left)
        problem(phone.get(f"/photos/{digest}"), 404, code)
        claimed = claims.claim_capture(counter.silo.desk, counter.silo.clock())
        assert claimed is not None
        claims.release_claim(counter.silo.desk, id_, counter.silo.clock(), give_up=True)
        ok(upload(phone, JPEG, id_=id_), 200)
        assert phone.get(f"/photos/{digest}").content == JPEG
    waiting = claims.claim_capture(counter.silo.desk, counter.silo.clock())
    assert waiting is not None
    assert (waiting.capture_id, waiting.attempts) == (id_, 1)


def test_the_days_photos_are_counted_by_who_decided(counter: Counter) -> None:
    counter.silo.receive("AB-123-CD")
    with counter.client() as office:
        day = ok(office.get("/photo-day"))
        assert (day["day"], day["loads"], day["asked"], day["reasons"]) == ("2026-07-20", 1, 0, {})
        assert [(one["name"], one["loads"], one["not_taken"]) for one in day["people"]] == [("anne", 1, 0)]
        assert ok(office.get("/photo-day", params={"day": "2026-07-19"}))["loads"] == 0
