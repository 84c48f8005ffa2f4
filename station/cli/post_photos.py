"""What `silo post status` says of the photos that headquarters has not got."""

from typing import TYPE_CHECKING, Any

from station.cli.say import LANGUAGE, _
from ui.words.i18n import translator
from ui.words.post import photo_reason

if TYPE_CHECKING:
    from station.post.photo_pace import Budget
    from station.store.posted import PhotosOwed


def told_of_photos(owed: "PhotosOwed", budget: "Budget") -> dict[str, Any]:
    days = budget.days_for(owed.size, None)
    return {
        "photos": owed.count, "photo_bytes": owed.size, "photos_lost": owed.lost,
        "oldest_photo_at": owed.oldest_at.isoformat() if owed.oldest_at else None,
        "photo_days": round(days, 1) if days is not None else None,
    }  # fmt: skip


def sentences_of_photos(owed: "PhotosOwed", budget: "Budget", waits: str = "") -> list[str]:
    t, said = translator(LANGUAGE), []
    if owed.oldest_at is not None:
        since = f"{t.date(owed.oldest_at)} {t.time(owed.oldest_at)}"
        size = t.number(owed.size / 1_000_000, 1)
        counted = _("Photos owed: {count}, {size} MB, the oldest since {at}")
        said.append(counted.format(count=t.number(owed.count, 0), size=size, at=since))
        days = budget.days_for(owed.size, None)
        if days is not None:
            said.append(_("At its budget that takes {days} days.").format(days=t.number(days, 1)))
        if waits:
            said.append(_("They wait: {why}").format(why=photo_reason(waits, LANGUAGE)))
    if owed.lost:
        gone = _("Photos whose file is gone or damaged: {count}")
        said.append(gone.format(count=t.number(owed.lost, 0)))
    return said
