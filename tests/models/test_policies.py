"""A manager's standing policy promotes what has earned it and takes back what goes wrong; else nothing is
automatic."""

from dataclasses import replace
from typing import Any

import pytest

from station.acts.refusals import Fault, NotFound
from station.grain.inspection import ClassShare, Embedding, Inspection, MassShare, ModelName
from station.grain.reasons import Code, Reason
from station.models import policies, releases
from station.models.terms import Terms
from station.receival.measuring import captures
from station.store import audit
from station.store.tables import ModelRelease
from tests.model_rig import SPECIES, TASK, Models, shipped_version
from tests.silo_rig import MARC, Silo

PLACE = (TASK, SPECIES)
SHIPPED = shipped_version()
TERMS = Terms(12, 2.0, 0.02, 0.2, 10, 0.5, 0.3)


@pytest.fixture
def shelf(silo: Silo) -> Models:
    made = Models.at(silo)
    made.ship()
    return made


def judge(
    shelf: Models, release: ModelRelease, capture_id: str, broken: float = 0.03, *, accepted: bool = True,
    unfamiliar: float = 0.05, shadow: bool = False,
) -> None:  # fmt: skip
    name = ModelName(release.name, release.version, release.sha256)
    seen = Inspection(
        "ab" * 32, accepted, () if accepted else (Reason(Code.UNKNOWN_GRAIN, {}),), kernels=300, cut=0,
        classes={"broken": ClassShare(9, broken, broken - 0.01, broken + 0.01)} if accepted else {},
        mass={"broken": MassShare(broken, broken - 0.01, broken + 0.01)} if accepted else {},
        models=(name,), embedding=Embedding(4.0, unfamiliar),
    )  # fmt: skip
    captures.record_inspection(shelf.silo.desk, capture_id, [seen], shelf.silo.clock(), shadow=shadow)


def season(shelf: Models, count: int, apart: float, **shadow: Any) -> tuple[ModelRelease, ModelRelease]:
    """The shipped model and a shadow that judged the same captures, with shares so far apart."""
    second = shelf.install("2")
    with shelf.silo.desk.ledger.read() as tx:
        first = tx.get_one(ModelRelease, shelf.active_sha256())
    for number in range(count):
        capture = shelf.photograph(b"photo %d" % number)
        judge(shelf, first, capture.id, 0.03 + 0.001 * (number % 3))
        judge(shelf, second, capture.id, 0.03 + apart, shadow=True, **shadow)
    shelf.silo.clock.pass_(days=3)
    return first, second


def approve(shelf: Models, terms: Terms = TERMS) -> str:
    return policies.approve(shelf.silo.desk, PLACE, terms, MARC, "harvest", shelf.silo.clock()).id


def apply(shelf: Models) -> bool:
    return policies.apply_one(shelf.silo.desk, shelf.silo.clock())


def test_without_a_policy_nothing_is_automatic(shelf: Models) -> None:
    season(shelf, 15, 0.0)
    assert not apply(shelf)
    assert shelf.active() == SHIPPED


def test_a_shadow_that_earned_it_is_promoted_in_the_policys_name(shelf: Models) -> None:
    _, second = season(shelf, 15, 0.001)
    policy = approve(shelf)
    assert apply(shelf)
    assert not apply(shelf)
    assert shelf.active() == "2"
    with shelf.silo.desk.ledger.read() as tx:
        event = audit.events_after(tx, audit.last_seq(tx) - 1)[0]
    assert (event.kind, event.by, event.subject_id) == ("model_promoted", None, second.sha256)
    assert event.data["policy"] == policy
    assert "Marc" not in event.data["why"]  # the policy, which is named, says whose it is


@pytest.mark.parametrize(
    ("count", "apart", "terms"),
    [(9, 0.0, {}), (15, 0.03, {}), (15, 0.0, {"days": 4.0}), (15, 0.0, {"captures": 16})],
    ids=["few samples", "too far apart", "too early", "too few captures"],
)
def test_a_shadow_that_did_not_earn_it_stays_in_shadow(
    shelf: Models, count: int, apart: float, terms: dict[str, Any]
) -> None:
    season(shelf, count, apart)
    approve(shelf, replace(TERMS, **terms))
    assert not apply(shelf)


@pytest.mark.parametrize("signal", ["abstention", "unfamiliar"])
def test_a_promoted_model_that_goes_wrong_is_rolled_back_and_not_promoted_again(
    shelf: Models, signal: str
) -> None:
    _, second = season(shelf, 15, 0.001)
    approve(shelf)
    assert apply(shelf)
    for number in range(10):
        capture = shelf.photograph(b"later %d" % number)
        wrong = {"accepted": number >= 6} if signal == "abstention" else {"unfamiliar": 0.4}
        judge(shelf, second, capture.id, **wrong)
    assert apply(shelf)
    assert shelf.active() == SHIPPED
    assert not apply(shelf)
    with shelf.silo.desk.ledger.read() as tx:
        last = releases.last_act(tx, second.sha256)
    assert last is not None
    assert signal in last.why


def test_a_withdrawn_policy_does_nothing_more(shelf: Models) -> None:
    season(shelf, 15, 0.001)
    approve(shelf)
    policies.withdraw(shelf.silo.desk, PLACE, MARC, "end of harvest", shelf.silo.clock())
    assert not apply(shelf)
    with pytest.raises(NotFound) as unknown:
        policies.withdraw(shelf.silo.desk, PLACE, MARC, "", shelf.silo.clock())
    assert unknown.value.code is Fault.NO_POLICY
