"""How often a source may be called."""

from __future__ import annotations

import pytest

from adapters.net.rate import RateLimit


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize(("rate", "window"), [(5, 1.0), (2.5, 0.8), (1, 1.0), (0.25, 4.0)])
async def test_never_more_than_the_rate(rate: float, window: float) -> None:
    time = Time()
    limit = RateLimit(rate, clock=lambda: time.now, sleep=time.sleep)
    moments = []
    for _ in range(40):
        await limit.wait()
        moments.append(time.now)
    calls = max(1, int(rate))
    assert all(
        later - earlier >= window - 1e-9
        for earlier, later in zip(moments, moments[calls:], strict=False)
    )
    # And no slower than allowed.
    assert moments[-1] - moments[0] == pytest.approx(window * (39 // calls))


async def test_burst_goes_through_at_once() -> None:
    time = Time()
    limit = RateLimit(20, clock=lambda: time.now, sleep=time.sleep)
    for _ in range(20):
        await limit.wait()
    assert time.now == 100.0
