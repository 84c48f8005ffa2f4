"""What every request brings along: the station's context, the reader's language, the time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header, Request

from station.acts.desk import Desk
from station.api.context import Context
from station.api.language import language_of


@dataclass(frozen=True, slots=True)
class Inquiry:
    """`language` is one we speak: the reader's wish, else the site's own."""

    context: Context
    language: str

    @property
    def desk(self) -> Desk:
        return self.context.desk

    def now(self) -> datetime:
        return self.context.clock()


async def ask(
    request: Request,
    accept_language: Annotated[str | None, Header(description="`fr` or `en`")] = None,
) -> Inquiry:
    context: Context = request.app.state.context
    return Inquiry(context, language_for(context, accept_language))


def language_for(context: Context, accept_language: str | None) -> str:
    return language_of(accept_language, default=context.desk.policy.language)


Asked = Annotated[Inquiry, Depends(ask)]
