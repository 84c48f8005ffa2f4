"""The event stream."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from station.api.asked import Asked
from station.api.auth import FromTerminal
from station.api.openapi import problems
from station.api.streams import EventStream, Streams
from station.store import audit

router = APIRouter(tags=["events"])

Seq = Annotated[int | None, Query(ge=0, le=2**53)]
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events: `id` is the `seq` of an Event, `event` its kind, `data` the "
        "Event as JSON; `event: live` carries Live, `event: proposals` Proposals; they have no id. "
        "`event: reload` carries Reload: so many events were missed that the lists are read again.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get("/events", response_class=StreamingResponse, responses={**_STREAM, **problems(429)})
def get_events(
    asked: Asked,
    terminal: FromTerminal,
    request: Request,
    after: Seq = None,
    last_event_id: Annotated[str | None, Header(description="Where a broken stream goes on.")] = None,
) -> StreamingResponse:
    """The stream begins now, after `after`, or where `Last-Event-ID` says the reader was, unless that is too
    far back."""
    streams: Streams = request.app.state.streams
    start = _resumed(last_event_id)
    if start is None:
        start = after
    if start is None:
        with asked.desk.ledger.read() as tx:
            start = audit.last_seq(tx)
    return EventStream(asked, streams, terminal.id, start)


def _resumed(last_event_id: str | None) -> int | None:
    """A Last-Event-ID that is no number of ours counts as none."""
    text = (last_event_id or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None
