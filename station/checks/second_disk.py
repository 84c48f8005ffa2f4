"""The second disk: is a backup there, of this site, and how old are it and its proof?"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from station.backup.disk import Disk
from station.backup.keeper import PROOF_OLD
from station.backup.standing import standing_of
from station.backup.station_files import Box
from station.backup.writing import telling
from station.checks.finding import Finding, good, problem, warning
from station.store.errors import LedgerError
from ui.words.problems import problem as problem_words
from ui.words.reasons import message

WHAT = "second disk"
OLD = timedelta(days=1)


def check_second_disk(box: Box, at: datetime, language: str) -> Iterator[Finding]:
    if box.settings.backup is None:
        yield good(WHAT, "no_second_disk", language)
        return
    disk = Disk(box.settings.backup.folder)
    try:
        with telling(disk.folder):
            manifest, epoch, proof = disk.manifest(), disk.epoch(), disk.proof()
    except LedgerError as error:
        yield Finding(WHAT, "warning", ". ".join(problem_words(error.code.value, error.params, language)))
        return
    if epoch.number > standing_of(box.data).epoch:
        told = {"box": epoch.box, "taken_at": epoch.at.isoformat() if epoch.at else "?"}
        yield Finding(WHAT, "problem", message("taken_over", told, language))
    elif manifest.site != box.settings.site.id:
        theirs = {"folder": str(disk.folder), "site": manifest.site}
        yield problem(WHAT, "second_disk_of_another", language, theirs)
    age = at - manifest.made_at
    params: dict[str, Any] = {"folder": str(disk.folder), "age_s": age.total_seconds()}
    yield (good if age < OLD else warning)(WHAT, "backup_aged", language, params)
    if proof is None:
        yield warning(WHAT, "backup_unproved", language)
        return
    for found in proof.found:
        yield Finding(WHAT, "problem", message(found["code"], found["params"], language))
    is_fresh = at - proof.at < PROOF_OLD
    params = {"age_s": (at - proof.at).total_seconds(), "photos": proof.photos}
    yield (good if is_fresh else warning)(WHAT, "backup_proved", language, params)
