"""Two platforms on one line are two bridges."""

import pytest

from drivers.decode import decode
from drivers.errors import FrameError
from drivers.platforms import OtherPlatform, SeveralPlatforms
from drivers.reading import Reading
from drivers.simulated.line import TcpLine
from drivers.transport import ErrorCode
from tests.drivers.rig import AT, Running, wait_until


def rext(scale: str, kg: int, address: str = "") -> bytes:
    return f"{address}{scale},ST,{kg:>10},  {0:>10},{0:>10},kg\r\n".encode()


def outcomes(data: bytes, **settings: str) -> list[float | type | None]:
    found = decode([data], "dini-argeo", settings, at=AT)
    return [type(one) if isinstance(one, FrameError) else one.weight_kg for one in found]


BOTH = (rext("1", 43_120) + rext("2", 12_000)) * 4


def test_the_setting_chooses_one():
    assert outcomes(BOTH, platform="1") == [43_120.0, OtherPlatform] * 4
    assert outcomes(BOTH, platform="02") == [OtherPlatform, 12_000.0] * 4


def test_unset_with_two_heard_all_are_refused_from_then_on():
    found = outcomes(BOTH + rext("1", 43_120) * 100)
    assert set(found[5:]) == {SeveralPlatforms}
    assert set(found[:5]) <= {43_120.0, 12_000.0, OtherPlatform}


def test_one_line_of_another_platform_is_a_damaged_one():
    found = outcomes(rext("1", 43_120) * 5 + rext("3", 43_120) + rext("1", 43_120) * 5)
    assert found == [*[43_120.0] * 5, OtherPlatform, *[43_120.0] * 5]


def test_addresses_on_one_line_are_platforms_too():
    plain = [f"{address}ST,GS,{kg:>8},kg\r\n".encode() for address, kg in (("01", 43_120), ("02", 12_000))]
    assert set(outcomes(b"".join(plain) * 4)[5:]) == {SeveralPlatforms}
    assert set(outcomes(b"".join(plain) * 4, platform="1")) == {43_120.0, OtherPlatform}
    both = rext("2", 43_120, "01") + rext("1", 12_000, "01")
    assert outcomes(both, platform="01/2") == [43_120.0, OtherPlatform]


def test_a_head_that_names_one_platform_needs_no_setting():
    assert outcomes(rext("1", 43_120) * 5) == [43_120.0] * 5


@pytest.mark.parametrize(
    ("settings", "state", "code"),
    [({}, "fault", ErrorCode.SEVERAL_PLATFORMS), ({"platform": "3"}, "live", ErrorCode.PLATFORM_NOT_HEARD)],
)
def test_the_devices_health_says_so(settings, state, code):
    line = TcpLine()
    with Running("dini-argeo", f"tcp:127.0.0.1:{line.port}", settings=settings) as running:
        wait_until(lambda: line.is_connected)
        line.write(BOTH)
        wait_until(lambda: len(running.got) == 8)
        health = running.driver.health()
        told = health.last_error if state == "fault" else health.notice
        assert (health.state, told.code) == (state, code)
        assert "1" in told.text
    line.close()


def test_a_profile_names_its_platform(tmp_path):
    from drivers.generic.profile import SHIPPED

    text = (SHIPPED / "st-weight.toml").read_text()
    text = text.replace("pattern = '(?P<status>", "pattern = '(?:(?P<scale>[0-9]) )?(?P<status>")
    text = text.replace("[flags.status]", '[texts]\nplatform = "scale"\n\n[flags.status]')
    profile = tmp_path / "two.toml"
    profile.write_text(text)
    lines = b"1 ST,GS    43120kg\r\n2 ST,GS    12000kg\r\n" * 4
    chosen = decode([lines], "generic", {"profile": str(profile), "platform": "1"}, at=AT)
    assert {one.weight_kg for one in chosen if isinstance(one, Reading)} == {43_120.0}
    unset = list(decode([lines], "generic", {"profile": str(profile)}, at=AT))
    assert {type(one) for one in unset[5:]} == {SeveralPlatforms}
