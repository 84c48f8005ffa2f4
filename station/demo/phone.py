"""A simulated phone: uploads tray photos over HTTP, and sends again what was not answered."""

import asyncio
import json
import time
from dataclasses import dataclass
from types import TracebackType
from uuid import UUID

import httpx2

from station.demo.darkroom import Darkroom
from station.demo.scripts import PhotoScript

ANSWER_S = 20.0
AGAIN_S = 0.3
GIVE_UP_S = 120.0
PATH = "/api/v1/captures"


class UploadRefused(Exception):
    """The station says no to an upload; the text has its answer."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One acknowledged upload; `at` is when the answer was here, in seconds of `time.perf_counter`."""

    id: UUID
    status: int
    at: float


class SimulatedPhone:
    """One phone with its own token. `uploads` lists every acknowledged upload, those sent twice twice."""

    def __init__(self, url: str, token: str, darkroom: Darkroom) -> None:
        self.uploads: list[Upload] = []
        self.url = url
        self._token = token
        self._darkroom = darkroom
        self._http = httpx2.AsyncClient(timeout=httpx2.Timeout(ANSWER_S, connect=3.0), trust_env=False)

    async def __aenter__(self) -> "SimulatedPhone":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def take(self, photo: PhotoScript, barcode: str | None = None) -> Upload:
        """Develops and uploads one photo of the sample `barcode` (else as scripted), maybe twice; returns
        the first acknowledgement."""
        jpeg = await self._darkroom.develop(photo)
        first = await self.upload(photo.id, jpeg, barcode or photo.barcode)
        if photo.twice:
            await self.upload(photo.id, jpeg, barcode or photo.barcode)
        return first

    async def upload(self, capture: UUID, jpeg: bytes, barcode: str) -> Upload:
        """Tries with the same id until the station has it. Raises UploadRefused."""
        end = time.monotonic() + GIVE_UP_S
        while True:
            answer = await self._post(capture, jpeg, barcode)
            if answer is not None and answer.is_success:
                sent = Upload(capture, answer.status_code, time.perf_counter())
                self.uploads.append(sent)
                return sent
            if answer is not None and answer.status_code < 500:
                raise UploadRefused(f"HTTP {answer.status_code}: {answer.text[:400]}")
            if time.monotonic() > end:
                raise UploadRefused("no answer" if answer is None else f"HTTP {answer.status_code}")
            await asyncio.sleep(AGAIN_S)

    async def _post(self, capture: UUID, jpeg: bytes, barcode: str) -> httpx2.Response | None:
        """Returns None when no answer came: the station may or may not have it."""
        fields = {"id": str(capture), "form": json.dumps({"barcode": barcode})}
        files = {"photos": ("tray.jpg", jpeg, "image/jpeg")}
        try:
            return await self._http.post(
                self.url + PATH, data=fields, files=files, headers={"Authorization": f"Bearer {self._token}"}
            )
        except httpx2.RequestError:
            return None
