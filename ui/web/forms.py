"""What stands before every page: who reads it, and that a form comes from a page of ours."""

from fastapi import Request

from ui.web.sessions import TOKEN_FIELD, Sessions, bound_to


class SignInFirst(Exception):
    """Nobody is signed in: the page is asked for again after that."""


class FormExpired(Exception):
    """A form came without the token that its page gave it: it is filled in again."""


async def check_form(request: Request) -> None:
    """Stands before every page: what a form sends comes from a page of ours. Raises FormExpired."""
    if request.method in ("GET", "HEAD"):
        return
    sessions: Sessions = request.app.state.sessions
    token = (await request.form()).get(TOKEN_FIELD)
    if not isinstance(token, str) or not sessions.is_token(bound_to(request), token):
        raise FormExpired
