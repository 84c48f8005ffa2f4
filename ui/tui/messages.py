"""What workers and screens tell the application: past tense, or a request. Workers never touch widgets."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from textual.message import Message

from station.api import schemas
from ui.tui.board import Board

ScreenName = Literal["queue", "arrival", "exceptions", "devices", "cells", "tickets", "load"]


@dataclass
class BoardChanged(Message):
    """The feed has read what changed."""

    board: Board


@dataclass
class LiveHeard(Message):
    """Live weight and device health, at most twice a second."""

    live: schemas.Live


@dataclass
class EventHeard(Message):
    event: schemas.Event


@dataclass
class ConnectionMade(Message):
    health: schemas.Health


@dataclass
class ConnectionLost(Message):
    """The station is not heard; it is tried again without being asked."""

    detail: str
    problem: schemas.Problem | None = None


@dataclass
class ActDone(Message):
    """An act was recorded; `then` shows it."""

    then: Callable[[], None]


@dataclass
class ActRefused(Message):
    """The station said no. `handled` may show it in a way of its own and say so by True."""

    problem: schemas.Problem
    handled: Callable[[schemas.Problem], bool] | None = None


@dataclass
class ActUnanswered(Message):
    """No answer came: whether it was recorded is seen when the station is heard again."""

    detail: str


@dataclass
class Scanned(Message):
    """A barcode scanner sent a code."""

    barcode: str


@dataclass
class Found(Message):
    """What was asked for to be shown; `then` shows it."""

    then: Callable[[], None]
