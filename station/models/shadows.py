"""A model in shadow has still to look at whatever it has not inspected since it was installed."""

from collections.abc import Collection, Sequence

from sqlmodel import col, func, select

from station.acts.desk import Desk
from station.grain.identifiers import photo_names
from station.models import releases
from station.models.standing import Act
from station.store.evidence import STATION, CapturePhotos, capture_photos
from station.store.tables import Capture, Inspection, Pairing, Sample


def next_for_shadow(
    desk: Desk, model: str, species: Sequence[str], passed: Collection[str]
) -> CapturePhotos | None:
    """Return the oldest capture since this release runs in shadow that it has not inspected, of a species it
    is tried for or of none declared; not one of `passed`. None while any capture waits for its inspection: a
    shadow comes after every active model."""
    names = {name for one in species for name in photo_names(one)}
    inspected = select(Inspection.id).where(
        Inspection.capture_id == Capture.id, Inspection.sha256 == model, Inspection.source == STATION
    )
    with desk.ledger.read() as tx:
        if tx.exec(select(Capture.id).where(Capture.state == "pending").limit(1)).first() is not None:
            return None
        installed = releases.last_act(tx, model, Act.INSTALLED)
        if installed is None:
            return None
        declared = func.coalesce(Capture.species, Sample.species)
        query = (
            select(Capture)
            .join(Pairing, (col(Pairing.item_id) == Capture.id) & col(Pairing.current), isouter=True)
            .join(Sample, col(Sample.id) == Pairing.sample_id, isouter=True)
            .where(
                col(Capture.seq) > installed.seq, ~inspected.exists(), col(Capture.id).not_in(passed),
                declared.is_(None) | declared.in_(names),
            )
        )  # fmt: skip
        capture = tx.exec(query.order_by(col(Capture.seq)).limit(1)).first()
        return capture_photos(tx, capture) if capture is not None else None
