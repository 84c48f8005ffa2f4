"""Bundles that must not be used: each is refused before it can judge, and says what is wrong."""

import io
import json
import zipfile
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from station.vision.bundle import MANIFEST, MODEL, BundleError, parse_bundle
from station.vision.model import start_model
from tests.vision import tiny

INPUT = {"of": "kernel", "width": 32, "height": 32, "channels": ["r", "g", "b", "mask"]}
LEVELS = {"mean": [0.0, 0.0, 0.0], "std": [1.0, 1.0, 1.0]}
CLASSES = {
    "kind": "classes",
    "tensor": "value",
    "classes": ["sound", "broken"],
    "temperature": 1.0,
    "confusion": {"sound": {"a": [9, 1]}, "broken": {"a": [1, 9]}},
}
EMBEDDING = {
    "kind": "embedding",
    "tensor": "value",
    "means": [[0.0, 0.0]],
    "precision": [[1.0, 0.0], [0.0, 1.0]],
    "distance2": 9.0,
    "share": 0.5,
}


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"name": "Two Words"}, "name: "),
        ({"name": "../up"}, "name: "),
        ({"version": ""}, "version: "),
        ({"species": []}, "species: "),
        ({"species": ["wheat", 3]}, r"species\[1\]: "),
        ({"licence": None}, "licence: "),
        ({"input": {**INPUT, **LEVELS, "of": "load"}}, r"input\.of: "),
        ({"input": {**INPUT, **LEVELS, "width": 4096, "height": 4096}}, "input: width and height"),
        ({"input": {**INPUT, **LEVELS, "height": 16}}, "input: a kernel crop is square"),
        ({"input": {**INPUT, **LEVELS, "stride": 8}}, "input: stride belongs to tiles"),
        ({"input": {**INPUT, **LEVELS, "channels": ["r", "g", "mask"]}}, r"input\.channels: b, g and r"),
        ({"input": {**INPUT, **LEVELS, "std": [1.0, 0.0, 1.0]}}, r"input\.std\[1\]: "),
        ({"input": {**INPUT, **LEVELS, "std": [1.0, 1.0]}}, r"input\.std"),
        ({"input": {**INPUT, **LEVELS, "mean": [0.0, 0.0, float("nan")]}}, r"input\.mean\[2\]: "),
        ({"outputs": []}, "outputs: "),
        ({"outputs": [{**tiny.VITREOUSNESS, "kind": "smell"}]}, r"outputs\[0\]"),
        ({"outputs": [{**tiny.VITREOUSNESS, "range": [5.0, 5.0]}]}, r"outputs\[0\]\.range: the first"),
        ({"outputs": [{**tiny.VITREOUSNESS, "basis": "wet"}]}, r"outputs\[0\]\.basis: "),
        ({"outputs": [{**tiny.VITREOUSNESS, "uncertainty": -1.0}]}, r"outputs\[0\]\.uncertainty: "),
        ({"outputs": [tiny.VITREOUSNESS, tiny.VITREOUSNESS]}, "two numbers have the same name"),
        ({"outputs": [CLASSES, CLASSES]}, "at most one of classes"),
        ({"outputs": [{**CLASSES, "confusion": {"sound": {"a": [9, 1]}}}]}, "confusion: one row per class"),
        ({"outputs": [{**CLASSES, "elsewhere": {"sound": {"a": [9, 1]}}}]}, "elsewhere: one row per class"),
        ({"outputs": [{**CLASSES, "temperature": 0.0}]}, r"outputs\[0\]\.temperature: "),
        ({"outputs": [{**EMBEDDING, "means": [[0.0]]}]}, "means: each needs 2"),
        ({"outputs": [{**EMBEDDING, "precision": [[1.0], [0.0, 1.0]]}]}, "precision: must be square"),
        ({"cost": {"seconds": 1.0}}, r"cost\.memory_mb: "),
        ({"station": ">=0.2"}, r"made for a station >=0\.2, this one is 0\.1"),
    ],
)
def test_a_manifest_that_is_wrong_names_its_key(keys: dict[str, Any], says: str) -> None:
    with pytest.raises(BundleError, match=says):
        parse_bundle(tiny.changed("kernel", **keys), station="0.1.0")


def test_a_number_per_kernel_cannot_come_from_a_photo() -> None:
    with pytest.raises(BundleError, match=r"need input\.of = kernel"):
        parse_bundle(tiny.changed("photo", outputs=[tiny.VITREOUSNESS]))


@pytest.mark.parametrize(
    ("model", "outputs", "says"),
    [
        (tiny.net(4, 64, 64, 1.0, kernel=True), None, r"input: the manifest says \(n, 4, 32, 32\)"),
        (tiny.net(3, 32, 32, 1.0), None, r"input: the manifest says \(n, 4, 32, 32\)"),
        (None, [{**tiny.VITREOUSNESS, "tensor": "protein"}], "no output 'protein', it has value"),
        (None, [CLASSES], r"output 'value': the manifest says \(n, 2\), it gives \(16,\)"),
        (None, [EMBEDDING], r"output 'value': the manifest says \(n, 2\)"),
    ],
)
def test_a_net_that_is_not_what_its_manifest_says_is_refused(
    model: bytes | None, outputs: list[dict[str, Any]] | None, says: str
) -> None:
    keys = {} if outputs is None else {"outputs": outputs}
    with pytest.raises(BundleError, match=says):
        start_model(parse_bundle(tiny.changed("kernel", model, **keys)))


def changed_net(change: Any) -> bytes:
    """The tiny kernel net after `change(model)`."""
    model = onnx.load_model_from_string(tiny.net(4, 32, 32, 1.0, kernel=True))
    change(model)
    return bytes(model.SerializeToString())


def rename_input(model: Any) -> None:
    model.graph.input[0].name = "crops"
    model.graph.node[0].input[0] = "crops"


def use_doubles(model: Any) -> None:
    model.graph.node[-1].output[0] = "single"
    model.graph.node.append(helper.make_node("Cast", ["single"], ["value"], to=TensorProto.DOUBLE))
    model.graph.output[0].type.tensor_type.elem_type = TensorProto.DOUBLE


def use_an_unknown_operator(model: Any) -> None:
    model.graph.node[-1].domain = "com.example"
    model.graph.node[-1].op_type = "Magic"
    model.opset_import.append(helper.make_opsetid("com.example", 1))


def answer_once_for_all(model: Any) -> None:
    model.graph.node[-1].output[0] = "each"
    model.graph.node.append(helper.make_node("ReduceSum", ["each"], ["value"], keepdims=1))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (rename_input, "input must be 'input'.*it is crops"),
        (use_doubles, r"must be tensor\(float\), it is tensor\(double\)"),
        (use_an_unknown_operator, "does not load"),
        (answer_once_for_all, r"it gives \(1,\) for 16 rows"),
    ],
)
def test_a_net_with_other_tensors_or_operators_is_refused(change: Any, says: str) -> None:
    with pytest.raises(BundleError, match=says):
        start_model(parse_bundle(tiny.changed("kernel", changed_net(change))))


def test_a_net_that_fixes_its_batch_is_run_in_that_batch() -> None:
    def fix(model: Any) -> None:
        model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1

    model = start_model(parse_bundle(tiny.changed("kernel", changed_net(fix))))
    assert model.session.batch == 1
    assert model.judge(np.full((3, 32, 32, 4), 255, np.uint8)).numbers["vitreousness"].shape == (3,)


def external(model: Any) -> None:
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")


def external_in_a_branch(model: Any) -> None:
    inner = numpy_helper.from_array(np.zeros(4, np.float32), "w")
    external_graph = helper.make_graph([], "branch", [], [], [inner])
    holder = helper.make_model(external_graph)
    external(holder)
    model.graph.node[0].attribute.append(helper.make_attribute("then_branch", holder.graph))


@pytest.mark.parametrize("change", [external, external_in_a_branch])
def test_a_net_whose_weights_lie_in_another_file_is_refused(change: Any) -> None:
    with pytest.raises(BundleError, match="keeps its data in another file"):
        parse_bundle(tiny.changed("kernel", changed_net(change)))


def zipped(names: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in names.items():
            archive.writestr(name, data)
    return out.getvalue()


def content() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(tiny.packed("kernel"))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(
    "name", ["../up", "/etc/passwd", "a/b/c", "a\\b", "acceptance/", ".hidden", "a/../b"]
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(BundleError, match="no name for a file"):
        parse_bundle(zipped({**content(), name: b"x"}))


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(BundleError, match="unpacks to more than"):
        parse_bundle(zipped({**content(), "acceptance/zeros.png": bytes(70_000_000)}))


def test_a_zip_that_lies_about_its_sizes_is_refused() -> None:
    data = bytearray(zipped({**content(), "acceptance/zeros.png": bytes(1_000_000)}))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    with pytest.raises(BundleError, match="not a model bundle"):
        parse_bundle(bytes(data))


def test_too_many_files_and_other_ways_of_packing_are_refused() -> None:
    with pytest.raises(BundleError, match="more than 100 files"):
        parse_bundle(zipped({f"acceptance/{k}.png": b"x" for k in range(101)}))
    with pytest.raises(BundleError, match="in a way that bundles do not use"):
        parse_bundle(zipped(content(), zipfile.ZIP_BZIP2))


def test_a_changed_manifest_is_refused_where_its_files_no_longer_fit() -> None:
    files = content()
    manifest = json.loads(files[MANIFEST])
    manifest["files"][MODEL] = "0" * 64
    with pytest.raises(BundleError, match=r"model\.onnx was changed"):
        parse_bundle(zipped({**files, MANIFEST: json.dumps(manifest).encode()}))


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b'"format"', b"[" * 100_000, b"\xff\xfe"])
def test_a_manifest_that_is_no_object_is_refused(text: bytes) -> None:
    with pytest.raises(BundleError, match=r"manifest\.json: "):
        parse_bundle(zipped({**content(), MANIFEST: text}))


def test_an_acceptance_photo_that_is_not_listed_is_refused() -> None:
    _, files = tiny.draft("kernel")
    manifest = json.loads(content()[MANIFEST])
    del manifest["files"]["acceptance/tray.jpg"]
    held = {MANIFEST: json.dumps(manifest).encode(), MODEL: files[MODEL]}
    with pytest.raises(BundleError, match=r"acceptance/tray\.jpg is not listed"):
        parse_bundle(zipped(held))
