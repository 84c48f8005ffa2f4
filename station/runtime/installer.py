"""Installing a bundle: signature, hashes, and its acceptance set run on this machine, in a worker of its
own; only then it is kept and becomes a release, in shadow."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from station.receival import models
from station.receival.desk import Desk
from station.receival.errors import Fault, Invalid
from station.receival.models import By
from station.runtime.bundles import checked
from station.signing import PublicKey, SignatureError, verify
from station.store.blobs import Blobs
from station.store.tables import ModelRelease
from station.vision import acceptance
from station.vision.acceptance import AcceptanceResult
from station.vision.bundle import Bundle, BundleError, parse_bundle
from station.vision.client import VisionWorker, WorkerGone, WorkerRefused, WorkerSlow

START_S = 60.0
PHOTO_S = 60.0


@dataclass(frozen=True, slots=True)
class Installer:
    """`keys`: whose bundles are taken; without any, none is."""

    desk: Desk
    bundles: Blobs
    keys: Sequence[PublicKey]

    def install(self, data: bytes, signature: str, by: By) -> ModelRelease:
        """The release, in shadow from now on. Raises Invalid(bundle_refused, acceptance_failed),
        Conflict(release_exists); then nothing is kept and what was active goes on."""
        try:
            key = verify(data, signature, self.keys)
            bundle = parse_bundle(data)
        except (SignatureError, BundleError) as error:
            raise Invalid(Fault.BUNDLE_REFUSED, text=str(error)) from None
        new = replace(checked(bundle), signature=signature, signed_by=key.name)
        with self.desk.ledger.read() as tx:
            if (refused := models.refusal_of(tx, new)) is not None:
                raise refused
        result = self._tried(bundle, data)
        if not result.passed:
            reasons = [reason.as_dict() for reason in result.reasons]
            raise Invalid(
                Fault.ACCEPTANCE_FAILED, name=bundle.name, version=bundle.version, failures=reasons,
                reasons=sorted({reason.code.value for reason in result.reasons}),
            )  # fmt: skip
        self.bundles.put(data)
        return models.install(self.desk, replace(new, acceptance=_kept(result)), by)

    def _tried(self, bundle: Bundle, data: bytes) -> AcceptanceResult:
        with tempfile.NamedTemporaryFile(dir=self.desk.ledger.folder, suffix=".bundle") as file:
            file.write(data)
            file.flush()
            worker = VisionWorker(Path(file.name), START_S, PHOTO_S)
            try:
                worker.start()
                return acceptance.run(bundle, worker.inspect)
            except (WorkerGone, WorkerSlow, WorkerRefused) as error:
                raise Invalid(Fault.BUNDLE_REFUSED, text=str(error)) from None
            finally:
                worker.close()


def _kept(result: AcceptanceResult) -> dict[str, Any]:
    """What the ledger keeps of the acceptance on this machine."""
    return {
        "passed": result.passed,
        "cases": [{"file": case.file, "got": case.got.model_dump(mode="json")} for case in result.cases],
    }
