"""Property: whoever asks, in whatever order, gets what the subgraph would have said to them.

The subgraph keeps HTTP's rules: what an answer depends on is in `vary`, or the answer is private,
or it does not say `public`. Its answers name all they depend on, so a wrong one shows.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from federation.execution.transport import SubgraphRequest, SubgraphResponse
from tests.federation.execution.caching.origin import ENTITIES, cached, entities, request

HEADERS = {
    "authorization": ("t1", "t2"),
    "cookie": ("c1", "c2"),
    "x-lang": ("zh", "en"),
    "x-org": ("o1", "o2"),
    "x-hub-identity": ("i1", "i2"),
}

header_sets = st.fixed_dictionaries(
    {}, optional={n: st.sampled_from(v) for n, v in HEADERS.items()}
)
identities = st.sampled_from([None, "k1", "k2", ("k1", "view a"), ("k1", "view b"), 1])
modes = st.sampled_from(
    ["same", "lang", "lang org", "said", "nothing", "private", "never", "mixed"]
)
ids = st.text("abcd", min_size=1, max_size=4).map(lambda text: "".join(dict.fromkeys(text)))
questions = st.tuples(modes, ids, header_sets, identities, st.booleans())


def answer(asked: SubgraphRequest) -> SubgraphResponse:
    """Answer by the mode that the text names."""
    mode = next(
        name
        for name in ("same", "lang_org", "lang", "said", "nothing", "private", "never", "mixed")
        if name in asked.query
    )
    sent = asked.headers
    everything = [[list(item) for item in sorted(sent.items())], repr(asked.identity)]
    secret: Any = None
    vary: tuple[str, ...] = ()
    match mode:
        case "same":
            control = "public, max-age=60"
        case "lang":
            control, vary, secret = "public, max-age=60", ("X-Lang",), sent.get("x-lang")
        case "lang_org":
            vary = ("x-lang", "X-Org")
            control, secret = "s-maxage=60", [sent.get("x-lang"), sent.get("x-org")]
        case "said" | "nothing":
            control, secret = "max-age=60" if mode == "said" else "", everything
        case "private":
            control, secret = "private, max-age=60", everything
        case "never":
            control, secret = "no-store", everything
        case _:
            # As the hub's own subgraphs: open to the public, private to whom they know.
            vary, known = ("x-hub-identity",), sent.get("x-hub-identity")
            control = "public, max-age=60" if known is None else "private, max-age=60"
            secret = None if known is None else everything
    data: dict[str, Any] = {"x": [mode, secret]}
    if "_entities" in asked.query:
        found = asked.variables["representations"]
        data = {"_entities": [{"name": [each["id"], mode, secret]} for each in found]}
    headers = [("vary", name) for name in vary]
    return SubgraphResponse(data, headers=[*headers, ("cache-control", control)])


@settings(max_examples=400, deadline=None)
@given(st.lists(questions, min_size=2, max_size=25), st.sampled_from([None, 60.0]))
async def test_nobody_gets_what_was_said_to_another(
    asked: list[tuple[Any, ...]], ttl: float | None
) -> None:
    transport, _, _ = cached(answer, ttl=ttl, private_id="cookie")
    for mode, letters, headers, identity, whole in asked:
        text = mode.replace(" ", "_")
        if whole:
            made = request("{x:%s}" % text, headers=headers, identity=identity)
        else:
            query = ENTITIES % ("{... on T{name:%s}}" % text)
            made = entities(letters, query, headers=headers, identity=identity)
        assert (await transport.send(made)).data == answer(made).data
