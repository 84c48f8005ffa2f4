"""Messages are what workers tell the application, in the past tense. Workers never touch widgets."""

from collections.abc import Callable
from dataclasses import dataclass

from textual.message import Message

from station.api import schemas
from ui.tui.board import Board
from ui.tui.station import OnRefusal

Post = Callable[[Message], object]  # takes a message to the application


@dataclass
class BoardChanged(Message):
    """The feed has read what changed."""

    board: Board


@dataclass
class LiveHeard(Message):
    """Live weight and device health came; they come at most twice a second."""

    live: schemas.Live


@dataclass
class ConnectionMade(Message):
    """The station is heard."""

    health: schemas.Health


@dataclass
class ConnectionLost(Message):
    """The station is not heard; it is tried again without being asked."""

    problem: schemas.Problem | None = None


@dataclass
class ActDone(Message):
    """An act was recorded; `then` shows it."""

    then: Callable[[], None]


@dataclass
class ActRefused(Message):
    """The station said no; `on_refusal` may show it in a way of its own."""

    problem: schemas.Problem
    on_refusal: OnRefusal | None = None


@dataclass
class ActUnanswered(Message):
    """No answer came: whether it was recorded is seen when the station is heard again."""


@dataclass
class Answered(Message):
    """What was asked for came; `then` shows it."""

    then: Callable[[], None]


@dataclass
class Scanned(Message):
    """A barcode scanner sent a code."""

    barcode: str
