"""Who works at this terminal: signing in, and making way for the next."""

from typing import TYPE_CHECKING, cast

from station.api import schemas
from ui.tui.client import StationProblem, StationUnreachable
from ui.tui.screens.base import StationScreen
from ui.tui.screens.sign_in import SignInScreen
from ui.words.i18n import LANGUAGES

if TYPE_CHECKING:
    from ui.tui.app import StationApp


class Persons:
    def __init__(self, app: "StationApp") -> None:
        self._app = app

    def signed_in(self, person: schemas.Person) -> None:
        """The terminal speaks the person's language, where one is recorded."""
        app = self._app
        if person.language in LANGUAGES:
            app.set_language(person.language)
        app.feed.read_again()
        app.say(app.t.gettext("Good day, {name}.").format(name=person.name))
        app.switch_screen("queue")

    def change(self) -> None:
        """The next person signs in; what is typed in forms stays."""
        self._app.run_worker(self._sign_out(self._app.client.person_token), group="acts")
        self.leave()

    def leave(self) -> None:
        """Back to the sign-in screen, with every dialog closed."""
        app = self._app
        app.client.person, app.client.person_token = None, None
        while len(app.screen_stack) > 1 and not isinstance(app.screen, StationScreen):
            app.pop_screen()
        cast(SignInScreen, app.get_screen("sign_in")).clear()
        app.switch_screen("sign_in")

    async def _sign_out(self, person_token: str | None) -> None:
        try:
            await self._app.client.sign_out(person_token)
        except (StationProblem, StationUnreachable):
            return  # the station forgets the person by itself
