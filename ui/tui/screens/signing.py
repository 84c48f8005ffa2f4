"""What a person signs has a reason for each thing that is not in order: they are asked one after another."""

from collections.abc import Callable, Sequence

from ui.tui.screens.base import StationScreen

Asked = tuple[str, str, Sequence[str]]  # the key, what is not in order, and usual reasons


def ask_reasons(
    screen: StationScreen, asked: Sequence[Asked], said: dict[str, str], then: Callable[[], None]
) -> None:
    """Ask for the reason of each, kept in `said` by key; `then` follows the last one. Who goes back has given
    those before."""
    if not asked:
        then()
        return
    (key, found, usual), *rest = asked

    def take(reason: str) -> None:
        said[key] = reason
        screen.redraw()
        ask_reasons(screen, rest, said, then)

    title = screen.t.gettext("{found}. Why?").format(found=found)
    screen.choose_reason(title, usual, take)
