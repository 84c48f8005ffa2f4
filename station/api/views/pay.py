"""What a load is paid, as managers see it."""

from station.api import schemas
from station.api.views.view import View
from station.grain.paying import Pay
from station.receival.packs.paid import paid
from station.store.tables import Load


def pay(view: View, row: Load) -> list[schemas.Pay]:
    return [_shown(one) for one in paid(view.tx, row)]


def _shown(one: Pay) -> schemas.Pay:
    shown: schemas.Pay = schemas.Pay.model_validate(one, from_attributes=True)
    return shown
