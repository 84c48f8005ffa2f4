"""Installing a bundle: signature, hashes, and its acceptance set run on this machine, in a worker of its
own; only then it is kept and becomes a release, in shadow."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from station.acts.desk import Desk
from station.acts.refusals import Fault, Invalid
from station.models import acts as models
from station.models.acts import Mandate
from station.runtime.bundles import checked
from station.signing import PublicKey, SignatureError, verify
from station.store.blobs import Blobs
from station.store.tables import ModelRelease
from station.vision.bundle import BundleError, parse_bundle

if TYPE_CHECKING:
    from station.vision.trial import Trial


@dataclass(frozen=True, slots=True)
class Installer:
    """`keys`: whose bundles are taken; without any, none is."""

    desk: Desk
    bundles: Blobs
    keys: Sequence[PublicKey]

    def install(self, data: bytes, signature: str, by: Mandate) -> ModelRelease:
        """Returns the release, in shadow from now on. Raises Invalid(bundle_refused, acceptance_failed),
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
        trial = self._tried(data)
        if not trial.acceptance.passed:
            failures = [reason.as_dict() for reason in trial.acceptance.reasons]
            raise Invalid(
                Fault.ACCEPTANCE_FAILED, name=bundle.name, version=bundle.version, failures=failures
            )
        self.bundles.put(data)
        return models.install(self.desk, replace(new, acceptance=trial.as_dict()), by)

    def _tried(self, data: bytes) -> "Trial":
        # it brings OpenCV and ONNX Runtime, which a station that installs nothing never loads
        from station.vision.trial import try_out  # noqa: PLC0415

        with tempfile.NamedTemporaryFile(dir=self.desk.ledger.folder, suffix=".bundle") as file:
            file.write(data)
            file.flush()
            try:
                return try_out(Path(file.name))
            except BundleError as error:
                raise Invalid(Fault.BUNDLE_REFUSED, text=str(error)) from None
