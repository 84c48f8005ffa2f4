"""A manager hands in a laboratory's file; what waits is listed and matched; comparisons get flat values."""

from typing import Any

from station.receival.arrivals.visits import NewLoad
from tests.api.rig import Counter, ok
from tests.lab.test_importing import HEAD, PROFILE


def sent(counter: Counter, data: bytes, who: str = "marc", profile: str = PROFILE, **form: str) -> Any:
    files = {"file": ("labo.csv", data), "profile": ("labo.toml", profile.encode())}
    with counter.client(who) as client:
        return client.post("/lab/files", files=files, data=form)


def rows(*lines: str) -> bytes:
    return "\n".join((HEAD, *lines)).encode()


def test_a_file_is_taken_in_and_what_waits_is_matched(counter: Counter) -> None:
    counter.silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    taken = ok(sent(counter, rows("S1;R1;MS;11,9;", "S7;R1;;12,0;", "S1;R1;MS;x;")))
    assert taken["counts"] == {"accepted": 1, "waiting": 1, "known": 0, "rejected": 1}
    assert [reason["code"] for reason in taken["rows"][1]["waits_for"]] == ["unknown_sample", "basis"]
    assert taken["rejected"][0]["message"].startswith("line 4: ")
    with counter.client("marc") as client:
        (waiting,) = ok(client.get("/lab/waiting"))
        answer = {"number": "s 1", "basis": "dm"}
        matched = ok(client.post(f"/lab/results/{waiting['id']}/match", json=answer))
        assert (matched["state"], matched["barcode"], matched["by"]) == ("accepted", "S1", "Marc")
        assert ok(client.get("/lab/waiting")) == []
        dismissed = ok(client.post(f"/lab/results/{matched['id']}/dismiss", json={"why": "not ours"}))
        assert dismissed["state"] == "dismissed"
        again = client.post(f"/lab/results/{waiting['id']}/match", json=answer)
        assert (again.status_code, again.json()["code"]) == (404, "unknown_lab_result")


def test_who_is_no_manager_hands_in_nothing(counter: Counter) -> None:
    assert sent(counter, rows("S1;R1;MS;11,9;"), "anne").status_code == 403


def test_a_wrong_profile_and_a_large_file_are_refused_with_a_sentence(counter: Counter) -> None:
    refused = sent(counter, rows(), profile="[file]\nformat = 'pdf'")
    assert refused.status_code == 422
    assert "labo.toml" in refused.json()["detail"]
    assert "/tmp" not in refused.json()["detail"]
    large = sent(counter, b"x" * 34_000_000)
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    assert sent(counter, rows(), profile="x" * 300_000).status_code == 422


def test_flat_values_of_one_method_come_with_those_beside_it(counter: Counter) -> None:
    counter.silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    counter.silo.arrive("EF-456-GH", NewLoad("soft_wheat", barcode="S2"))
    for barcode, protein in (("S1", 11.0), ("S2", 10.0)):
        counter.silo.measure("nir", {"protein": protein}, barcode)
    sent(counter, rows("S1;R1;MS;11,9;", "S1;R1;MS;11,7;"))
    sent(counter, rows("S1;R2;MS;11,8;"))
    with counter.client("anne") as client:
        asked = {"analyte": "protein", "test": "machine", "beside": "lab", "limit": 1}
        first = client.get("/measurements", params=asked)
        second = client.get("/measurements", params={**asked, "after": first.headers["Silo-Next"]})
        assert [(one["barcode"], one["method"], one["value"]) for one in ok(first)] == [
            ("S1", "machine", 11.0), ("S1", "lab", 11.9), ("S1", "lab", 11.8),
        ]  # fmt: skip
        assert [(one["barcode"], one["value"]) for one in ok(second)] == [("S2", 10.0)]
        assert "Silo-Next" not in second.headers
        none = client.get("/measurements", params={**asked, "species": "barley"})
        assert ok(none) == []
