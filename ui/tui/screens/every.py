"""Every screen of the terminal, by its name."""

from ui.tui.screens.arrival import ArrivalScreen
from ui.tui.screens.base import StationScreen
from ui.tui.screens.exceptions import ExceptionsScreen
from ui.tui.screens.lists import CellsScreen, DevicesScreen, TicketsScreen
from ui.tui.screens.load import LoadScreen
from ui.tui.screens.queue import QueueScreen
from ui.tui.screens.sign_in import SignInScreen


def make_screens() -> dict[str, StationScreen]:
    return {
        "sign_in": SignInScreen(),
        "queue": QueueScreen(),
        "arrival": ArrivalScreen(),
        "load": LoadScreen(),
        "exceptions": ExceptionsScreen(),
        "devices": DevicesScreen(),
        "cells": CellsScreen(),
        "tickets": TicketsScreen(),
    }
