"""The instruments as they are now."""

from fastapi import APIRouter, Depends

from station.api import schemas
from station.api.asked import Asked
from station.api.auth import terminal
from station.api.views.devices import device

router = APIRouter(tags=["devices"], dependencies=[Depends(terminal)])


@router.get("/devices")
def list_devices(asked: Asked) -> list[schemas.Device]:
    return [device(live, asked.language) for live in asked.context.live()]
