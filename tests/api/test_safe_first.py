"""An upload, a weight and a ticket are on the disk before the answer that acknowledges them."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.api.rig import JPEG, Counter, accept, arrival, confirm, measure, ok, served, upload
from tests.durable import Disk, watched_disk

Message = dict[str, Any]


class Told:
    """Between the application and its client: calls `look` with what is about to be answered."""

    def __init__(self, app: Any, look: Callable[[str, str], None]) -> None:
        self.app, self.look = app, look

    async def __call__(
        self, scope: Message, receive: Any, send: Callable[[Message], Awaitable[None]]
    ) -> None:
        async def look_and_send(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["method"] == "POST":
                self.look(scope["path"].removeprefix("/api/v1/"), str(message["status"]))
            await send(message)

        await self.app(scope, receive, look_and_send)


@pytest.fixture
def watched(unserved: Counter, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Counter, Disk]]:
    """A counter whose answers are told to the disk's account."""
    with watched_disk(unserved.silo.desk.ledger.folder, monkeypatch) as disk:
        unserved.app.add_middleware(
            Told, look=lambda path, status: disk.said.append(f"answers {path} {status}")
        )
        with served(unserved) as counter:
            yield counter, disk


def test_a_photo_is_whole_and_named_on_the_disk_then_its_row_committed_then_the_upload_answered(
    watched: tuple[Counter, Disk],
) -> None:
    counter, disk = watched
    with counter.client("phone") as phone:
        disk.said.clear()
        ok(upload(phone, JPEG, JPEG + b"other", id_=str(uuid4())), 201)
    names = {path.parent.name for path in (counter.silo.desk.ledger.folder / "photos").glob("??/*")}
    synced = [said for said in disk.said if said.removeprefix("synced ") in names]
    assert len(synced) == 2
    assert disk.said == [*synced, "commits capture", "answers captures 201"]
    assert disk.unsafe == []


def test_a_photo_that_a_cut_off_upload_had_stored_is_synced_again_before_it_is_acknowledged(
    watched: tuple[Counter, Disk],
) -> None:
    """Its file has its name, but nobody knows whether the name is on the disk."""
    counter, disk = watched
    blobs = counter.context().blobs
    digest = blobs.put(JPEG)
    path = blobs.path(digest)
    disk.forget_names()
    assert not disk.holds(path, len(JPEG))
    with counter.client("phone") as phone:
        ok(upload(phone, JPEG), 201)
    assert disk.holds(path, len(JPEG))
    assert disk.unsafe == []


def test_a_ticket_is_committed_before_the_weighing_that_closed_its_load_is_answered(
    watched: tuple[Counter, Disk],
) -> None:
    counter, disk = watched
    silo = counter.silo
    with counter.client() as anne:
        visit = ok(anne.post("/visits", json=arrival("AB-123-CD", "S1")), 201)
        confirm(anne, silo, 43_120)
        measure(silo, "S1")
        accept(anne, visit["loads"][0]["id"])
        disk.said.clear()
        done = confirm(anne, silo, 15_240)
    (answer,) = [said for said in disk.said if said.startswith("answers")]
    assert disk.said == ["commits weighing", "commits ticket", answer]
    assert answer.startswith("answers weighings/")
    assert [ticket["number"] for ticket in done["tickets"]] == [1]
