"""Which traces are recorded: as OpenTelemetry's own sampler decides, for every header."""

from __future__ import annotations

import random

import pytest
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import Decision as SdkDecision
from opentelemetry.sdk.trace.sampling import ParentBased, Sampler, TraceIdRatioBased
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from federation.server.observing.sampling import Sampling


def _theirs(sampler: Sampler, parent: bytes | None, drawn: int) -> tuple[bool, int]:
    carrier = {} if parent is None else {"traceparent": parent.decode("latin-1")}
    context: Context = TraceContextTextMapPropagator().extract(carrier, Context())
    above = trace.get_current_span(context).get_span_context()
    trace_id = above.trace_id if above.is_valid else drawn
    result = sampler.should_sample(context, trace_id, "operation")
    return result.decision is SdkDecision.RECORD_AND_SAMPLE, trace_id


@pytest.mark.parametrize("follows", [True, False])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_as_the_sdk_decides(share: float, follows: bool) -> None:
    chance = random.Random(7)
    ratio = TraceIdRatioBased(share)
    sampler: Sampler = ParentBased(ratio) if follows else ratio
    ours = Sampling(share, follows_parent=follows)
    headers: list[bytes | None] = [None] * 500
    for _ in range(500):
        trace_id, span_id = chance.getrandbits(128), chance.getrandbits(64)
        headers.append(b"00-%032x-%016x-%02x" % (trace_id, span_id, chance.getrandbits(8)))
    unsampled = 0
    for parent in headers:
        decision = ours.decide(parent)
        expected, trace_id = _theirs(sampler, parent, decision.drawn or 0)
        assert decision.sampled is expected
        assert decision.trace_id == f"{trace_id:032x}"
        unsampled += not decision.sampled
    assert share == 1.0 or unsampled > 100


@pytest.mark.parametrize(
    "parent",
    [
        b"",
        b"00-" + b"0" * 32 + b"-" + b"1" * 16 + b"-01",
        b"00-" + b"1" * 32 + b"-" + b"0" * 16 + b"-01",
        b"01-" + b"1" * 32 + b"-" + b"1" * 16 + b"-00-more",
        b"ff-" + b"1" * 32 + b"-" + b"1" * 16 + b"-00",
        b"00-" + b"A" * 32 + b"-" + b"1" * 16 + b"-00",
    ],
)
def test_what_is_not_plain_is_left_to_the_sdk(parent: bytes) -> None:
    assert Sampling(0.0, follows_parent=True).decide(parent).sampled
