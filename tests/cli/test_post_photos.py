"""`silo post status` says how long the photos that are owed still take."""

from datetime import UTC, datetime

from station.cli.post_photos import sentences_of_photos, told_of_photos
from station.post.photo_pace import Budget
from station.store.posted import PhotosOwed

AT = datetime(2026, 7, 20, 8, tzinfo=UTC)


def test_bytes_days_and_the_oldest_are_told() -> None:
    owed, budget = PhotosOwed(31, 124_000_000, AT, 2), Budget(mb_a_day=20)
    assert told_of_photos(owed, budget) == {
        "photos": 31, "photo_bytes": 124_000_000, "photos_lost": 2,
        "oldest_photo_at": "2026-07-20T08:00:00+00:00", "photo_days": 6.2,
    }  # fmt: skip
    said = " ".join(sentences_of_photos(owed, budget))
    assert all(number in said.replace(",", ".") for number in ("31", "124", "6.2", ": 2"))


def test_nothing_owed_is_nothing_said() -> None:
    assert sentences_of_photos(PhotosOwed(), Budget()) == []
    assert told_of_photos(PhotosOwed(), Budget())["photo_days"] is None
