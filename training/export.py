"""Write a net as ONNX into a packed bundle, checked to answer as the net did."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from station.vision.acceptance import with_expected
from station.vision.bundle import pack_bundle, parse_bundle
from station.vision.crops import FILL
from station.vision.model import start_model
from training.augment import MEAN, STD, normalise
from training.data import GAIN_LIMITS, REFERENCE, VIEW, Items
from training.elsewhere import with_elsewhere
from training.net import KernelNet

CHECKED = 64  # kernels that must be answered alike
ALIKE = 1e-3  # of a logit
COST = {"seconds": 0.5, "memory_mb": 450}  # declared for 300 kernels on 12 megapixels
INPUT = {
    "of": "kernel",
    "width": VIEW,
    "height": VIEW,
    "fill": FILL,
    "channels": ["b", "g", "r", "mask"],
    "mean": [MEAN] * 3,
    "std": [STD] * 3,
    "balance": {"reference": list(REFERENCE), "gains": list(GAIN_LIMITS)},
}


class Shipped(nn.Module):
    """Runs the net and gives the logits of the shipped classes with its calibration's offsets added."""

    def __init__(self, net: KernelNet, classes: Sequence[int], offset: NDArray[np.float32]) -> None:
        super().__init__()
        self.net = net
        self.classes = list(classes)
        self.register_buffer("offset", torch.from_numpy(offset))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        logits, embedding = self.net(x)
        return logits[:, self.classes] + self.offset, embedding


def export(net: Shipped) -> bytes:
    """Write the net as ONNX with a free batch size."""
    out = io.BytesIO()
    torch.onnx.export(
        net.eval(),
        (torch.zeros(2, 4, VIEW, VIEW),),
        out,
        input_names=["input"],
        output_names=["logits", "embedding"],
        dynamic_axes={"input": {0: "n"}, "logits": {0: "n"}, "embedding": {0: "n"}},
        opset_version=17,
        dynamo=False,
    )
    return out.getvalue()


def pack(net: Shipped, manifest: Mapping[str, Any], photos: Mapping[str, bytes], some: Items) -> bytes:
    """Pack the bundle; how it fares elsewhere, and what the product answers for its acceptance `photos`, is
    measured and written into it."""
    files = {"model.onnx": export(net), **photos}
    packed = pack_bundle(with_expected(with_elsewhere(manifest, files), files), files)
    _check(net, packed, some)
    return packed


def _check(net: Shipped, packed: bytes, items: Items) -> None:
    """Compare the bundle with the net. Raises RuntimeError where it does not answer as the net did."""
    model = start_model(parse_bundle(packed))
    tensor = normalise(items.views[:: max(1, len(items) // CHECKED)])
    with torch.no_grad():
        expected = net(tensor)[0].numpy()
    got = model.session.runtime.run(["logits"], {"input": tensor.numpy()})[0]
    worst = float(np.abs(got - expected).max())
    if worst > ALIKE:
        raise RuntimeError(f"the exported net differs from the trained one by {worst}")
