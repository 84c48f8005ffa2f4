"""Tiny bundles that answer with numbers, made on the spot: outputs that no code of the station knows."""

from functools import cache
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from station.vision.acceptance import with_expected
from station.vision.bundle import MODEL, pack_bundle
from station.vision.rendered import render_tray

OPSET = 17
VITREOUSNESS = {
    "kind": "number",
    "tensor": "value",
    "name": "vitreousness",
    "unit": "%",
    "basis": None,
    "per": "kernel",
    "range": [0.0, 100.0],
    "uncertainty": 1.5,
}
PROTEIN = {
    **VITREOUSNESS,
    "name": "protein",
    "basis": "dm",
    "per": "sample",
    "range": [0.0, 25.0],
    "uncertainty": 0.4,
}
COVER = {**VITREOUSNESS, "name": "cover", "per": "sample", "uncertainty": 2.0}


def net(channels: int, height: int, width: int, factor: float, *, kernel: bool = False) -> bytes:
    """`factor` times the mean of all colours (n, 1); of a kernel's crop only where the kernel is."""
    axes = numpy_helper.from_array(np.array([1, 2, 3], np.int64), "axes")
    scale = numpy_helper.from_array(np.array([factor], np.float32), "factor")
    nodes = [helper.make_node("Split", ["input", "parts"], ["colour", "rest"], axis=1)]
    sizes = [3, 1] if channels == 4 else [2, 1]
    if kernel:
        nodes += [
            helper.make_node("ReduceSum", ["colour", "axes"], ["sum"], keepdims=0),
            helper.make_node("ReduceSum", ["rest", "axes"], ["pixels"], keepdims=0),
            helper.make_node("Div", ["sum", "pixels"], ["mean"]),
        ]
    else:
        one = numpy_helper.from_array(np.array([height * width * channels], np.float32), "count")
        nodes += [
            helper.make_node("ReduceSum", ["input", "axes"], ["sum"], keepdims=0),
            helper.make_node("Div", ["sum", "count"], ["mean"]),
        ]
    nodes.append(helper.make_node("Mul", ["mean", "factor"], ["value"]))
    weights = [axes, scale, numpy_helper.from_array(np.array(sizes, np.int64), "parts")]
    if not kernel:
        weights.append(one)
    shape = ["n", channels, height, width]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("value", TensorProto.FLOAT, ["n"])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _input(of: str, width: int, height: int, channels: list[str]) -> dict[str, Any]:
    return {
        "of": of,
        "width": width,
        "height": height,
        "channels": channels,
        "mean": [0.0, 0.0, 0.0],
        "std": [1.0, 1.0, 1.0],
    }


def draft(of: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Manifest without hashes and expectations, and files, of a bundle that looks at `of`."""
    colours = ["r", "g", "b"]
    wanted, model, output = {
        "kernel": (
            _input("kernel", 32, 32, [*colours, "mask"]),
            net(4, 32, 32, 100 / 3, kernel=True),
            VITREOUSNESS,
        ),
        "photo": (_input("photo", 96, 64, colours), net(3, 64, 96, 20.0), PROTEIN),
        "tile": (_input("tile", 64, 64, colours), net(3, 64, 64, 100.0), COVER),
    }[of]
    photo = render_tray(5, width=1200, height=900, kernels=40, sheet="blue").jpeg
    manifest = {
        "format": 2,
        "name": f"tiny-{of}",
        "version": "1",
        "task": str(output["name"]),
        "species": ["wheat"],
        "not_validated": ["everything: it is a test"],
        "fails": [],
        "licence": "as the project",
        "training_data": "none",
        "station": ">=0.1",
        "input": wanted,
        "outputs": [output],
        "cost": {"seconds": 5.0, "memory_mb": 2000.0},
        "acceptance": {
            "tolerance": {"share": 0.02, "number": 0.5, "kernels": 1},
            "cases": [{"file": "acceptance/tray.jpg", "species": "wheat"}],
        },
    }
    return manifest, {MODEL: model, "acceptance/tray.jpg": photo}


@cache
def packed(of: str) -> bytes:
    """A whole bundle that looks at `of`."""
    manifest, files = draft(of)
    return pack_bundle(with_expected(manifest, files), files)


def changed(of: str, model: bytes | None = None, **keys: Any) -> bytes:
    """A bundle with other keys in its manifest, or another net; its expectations are empty."""
    manifest, files = draft(of)
    for case in manifest["acceptance"]["cases"]:
        case["expected"] = {"accepted": True}
    return pack_bundle({**manifest, **keys}, {**files, **({MODEL: model} if model is not None else {})})
