"""One-time codes are those of RFC 6238, and each is given once."""

from __future__ import annotations

import pytest

from bots.portal.one_time_codes import TotpCodes

# The secret of RFC 6238, appendix B, in base32; its codes, cut to six digits.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

pytestmark = pytest.mark.asyncio


class Watch:
    """A clock that somebody else moves, and that a wait moves on."""

    def __init__(self, now_s: float) -> None:
        self.now_s = now_s
        self.waits: list[float] = []

    def now(self) -> float:
        return self.now_s

    async def sleep(self, wait_s: float) -> None:
        self.waits.append(wait_s)
        self.now_s += wait_s


def codes(watch: Watch) -> TotpCodes:
    return TotpCodes(SECRET, now=watch.now, sleep=watch.sleep)


@pytest.mark.parametrize(
    ("unix_s", "code"), [(31.0, "287082"), (1111111081.0, "081804"), (2000000000.0, "279037")]
)
async def test_a_code_is_the_one_of_its_half_minute(unix_s: float, code: str) -> None:
    watch = Watch(unix_s)
    assert await codes(watch).code() == code
    assert watch.waits == []


async def test_a_second_code_waits_for_the_next_half_minute() -> None:
    watch = Watch(1111111085.0)
    ours = codes(watch)
    assert await ours.code() == "081804"
    assert await ours.code() == "050471"
    assert watch.waits == [25.0]


async def test_a_code_that_is_nearly_over_is_not_given() -> None:
    watch = Watch(1111111108.5)
    assert await codes(watch).code() == "050471"
    assert watch.waits == [1.5]


async def test_the_secret_is_in_no_repr() -> None:
    assert SECRET not in repr(codes(Watch(0.0)))
