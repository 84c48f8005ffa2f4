"""Lists of what is sent to laboratories, and what they buy, as the counter shows them."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from sqlmodel import col, select

from station.api import schemas
from station.api.views.retained import retained
from station.api.views.view import View
from station.store import queries
from station.store import retained as store
from station.store.tables import LabResult, Sample, Sending

MOST_RESULTS = 2000  # the newest of laboratories that a gain stands on


def sending(view: View, row: Sending, *, with_gains: bool = False) -> schemas.Sending:
    samples = retained(view, store.sent_with(view.tx, row.id))
    return schemas.Sending(
        **row.model_dump(include={"id", "at", "seed", "budget", "fresh", "terms"}),
        kind=row.kind,  # type: ignore[arg-type] # the column holds one of them
        by=view.name_of(row.by) or "",
        samples=samples,
        gains=_gains(view, samples) if with_gains else [],
    )


def _gains(view: View, samples: Sequence[schemas.Retained]) -> list[schemas.Gain]:
    """What this list buys, by species and analyte that a laboratory has spoken of and a machine measured."""
    from station.lab.more_samples import gain  # noqa: PLC0415 - the station starts without numpy

    more = Counter(one.species for one in samples if one.species)
    differences = _differences(view, list(more))
    found = []
    for (species, analyte, basis), values in sorted(differences.items(), key=lambda pair: str(pair[0])):
        one = gain(values, more[species])
        found.append(
            schemas.Gain(
                species=species, analyte=analyte, basis=basis, n=one.n, more=one.more,
                half_width=one.half_width, half_width_then=one.half_width_then,
            )
        )  # fmt: skip
    return found


def _differences(view: View, species: Sequence[str]) -> dict[tuple[str, str, str | None], list[float]]:
    """Machine minus laboratory, on one basis, of each sample; the newest word of a laboratory counts."""
    query = select(LabResult, Sample).join(Sample, col(Sample.id) == LabResult.sample_id)
    query = query.where(col(Sample.species).in_(species), Sample.kind == "load")
    query = query.where(LabResult.state == "accepted", col(LabResult.current).is_(True))
    query = query.where(LabResult.comparator == "")
    newest = view.tx.exec(query.order_by(col(LabResult.seq).desc()).limit(MOST_RESULTS)).all()
    said: dict[tuple[str, str, str | None], tuple[LabResult, Sample]] = {}
    for result, sample in newest:
        said.setdefault((sample.id, result.analyte, result.basis), (result, sample))
    loads = {sample.load_id for _, sample in said.values() if sample.load_id}
    proposals = queries.current_proposals(view.tx, sorted(loads))
    found: dict[tuple[str, str, str | None], list[float]] = defaultdict(list)
    for result, sample in said.values():
        proposal = proposals.get(sample.load_id or "")
        measured = proposal.assessment["results"].get(result.analyte) if proposal else None
        if (
            measured
            and measured["basis"] == result.basis
            and measured["typed_by"] is None
            and measured["reading_id"]
        ):
            key = (sample.species or "", result.analyte, result.basis)
            found[key].append(measured.get("raw", measured["value"]) - result.value)
    return found
