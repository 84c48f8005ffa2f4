"""Workers call the station and post what came of it; they touch no widget."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from pydantic import ValidationError

from station.api import schemas
from ui.tui.client import StationProblem, StationUnreachable
from ui.tui.messages import ActDone, ActRefused, ActUnanswered, Answered, Post
from ui.tui.station import OnRefusal

Result = TypeVar("Result")


async def send_act(
    call: Callable[[], Awaitable[Result]],
    then: Callable[[Result], None],
    on_refusal: OnRefusal | None,
    post: Post,
) -> None:
    """Send one act. Every end of it is posted, so that the next act may be sent; what a person typed and no
    request may carry (a barcode with a slash) ends like a refusal by the station."""
    try:
        result = await call()
    except StationProblem as refused:
        post(ActRefused(refused.problem, on_refusal))
    except ValidationError as error:
        post(ActRefused(_not_valid(error), on_refusal))
    except StationUnreachable:
        post(ActUnanswered())
    else:
        post(ActDone(lambda: then(result)))


async def read_answer(
    call: Callable[[], Awaitable[Result]], then: Callable[[Result], None], post: Post
) -> None:
    """Ask for something to show; where no answer comes, nothing is posted."""
    try:
        result = await call()
    except (StationProblem, StationUnreachable):
        return
    post(Answered(lambda: then(result)))


def _not_valid(error: ValidationError) -> schemas.Problem:
    """Name the fields that a request may not carry, as the station would."""
    wrong = [{"field": ".".join(str(part) for part in field["loc"])} for field in error.errors()]
    hidden = schemas.only_hidden(error.errors())
    return schemas.Problem(
        type="", title="", status=422, detail="", action="",
        code="hidden_character" if hidden else "not_valid", params=hidden, errors=wrong,
    )  # fmt: skip
