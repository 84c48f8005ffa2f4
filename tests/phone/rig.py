"""A counter with the phones' page on a real socket, and a phone's browser in front of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import cv2
import numpy as np
import segno
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page

from station.http_server import with_pages
from station.runtime.label_reader import LabelReader
from tests.api.rig import Counter, ok, served

WIDTH, HEIGHT = 360, 740
PATIENCE_MS = 20_000


def with_phone_page(counter: Counter) -> Counter:
    """The counter and the page as `silo serve` has them."""
    context = replace(
        counter.context(), read_label=LabelReader(limit_s=30).read, phone_address=lambda: counter.url
    )
    counter.app.state.context = context
    whole = with_pages(counter.app, context)
    outer = FastAPI()
    outer.state = counter.app.state
    outer.mount("/", whole)
    return replace(counter, app=outer)


@contextmanager
def phone(browser: Browser, counter: Counter, language: str = "en-GB") -> Iterator[Page]:
    """A phone whose browser is open, where no page is yet."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, has_touch=True, is_mobile=True, locale=language,
        base_url=counter.url,
    )  # fmt: skip
    context.set_default_timeout(PATIENCE_MS)
    try:
        yield context.new_page()
    finally:
        context.close()


def invited(counter: Counter, name: str | None = None) -> str:
    """The address in the QR code."""
    with counter.client() as anne:
        made = ok(anne.post("/phones/invitations", json={"name": name}), 201)
    return str(made["address"])


def tab_of(context: BrowserContext) -> Page:
    return context.pages[0]


def label_photo(text: str, side: int = 900) -> bytes:
    """A photo of a label with a code: grey paper, a little askew, a little noise."""
    matrix = np.array([[0 if dark else 255 for dark in row] for row in segno.make(text, micro=False).matrix])
    code = np.kron(matrix, np.ones((8, 8))).astype(np.uint8)
    photo = np.full((side, side), 225, np.uint8)
    top = (side - code.shape[0]) // 2
    photo[top : top + code.shape[0], top : top + code.shape[1]] = np.minimum(code, 230)
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), 7, 1.0)
    photo = cv2.warpAffine(photo, turn, (side, side), borderValue=225)
    noise = np.random.default_rng(3).normal(0, 6, photo.shape)
    noisy = np.clip(photo + noise, 0, 255).astype(np.uint8)
    return bytes(cv2.imencode(".jpg", cv2.cvtColor(noisy, cv2.COLOR_GRAY2BGR))[1])


__all__ = ["invited", "label_photo", "phone", "served", "tab_of", "with_phone_page"]
