"""Composing with what is kept gives byte for byte what composing anew gives."""

from __future__ import annotations

import gc
import os
import random
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.composition import Composed, Composer, SubgraphSource, compose
from federation.composition.merge import merge as stage
from federation.composition.subgraph.state import SubgraphState
from tests.benchmarks.large_graph import changed, large_graph
from tests.federation.composition.code_examples import ALL
from tests.support.random_cut import RandomCut
from tests.support.random_monolith import RandomMonolith

EXAMPLES = int(os.environ.get("COMPOSITION_EXAMPLES", "10"))
EDITS = 5

FED1 = [
    SubgraphSource("a", "", 'type Query { t: T } type T @key(fields: "id") { id: ID! v: V }'
                   " type V { x: Int }"),
    SubgraphSource("b", "", 'extend type T @key(fields: "id") { id: ID! @external n: Int'
                   " w: V } type V { x: Int }"),
]  # fmt: skip


def same(composer: Composer, sources: list[SubgraphSource]) -> bool:
    """Compose both ways, compare, and return whether the subgraphs compose at all."""
    kept, anew = composer.compose(sources), compose(sources)
    assert type(kept) is type(anew)
    assert kept.hints == anew.hints
    if isinstance(kept, Composed):
        assert isinstance(anew, Composed)
        assert kept.supergraph_sdl == anew.supergraph_sdl
        assert kept.supergraph == anew.supergraph
        return True
    assert kept == anew
    return False


def edited(choose: random.Random, sdl: str, number: int) -> str:
    """Return the SDL with one edit as engineers make them, right or wrong."""
    types = re.findall(r"^type (T\d+|V\d+|Query)\b", sdl, re.MULTILINE)
    name = choose.choice(types) if types else "Query"
    match choose.randrange(8):
        case 0:
            return f"{sdl}\nextend type {name} {{ added{number}: String }}"
        case 1:
            return f'{sdl}\ntype New{number} @key(fields: "id") {{ id: ID! self: New{number} }}'
        case 2:
            return (
                sdl
                + f"\ninterface Late{number} {{ id: ID! }}\n"
                + "".join(
                    f"extend type {t} implements Late{number}\n" for t in types if t[0] == "T"
                )
            )
        case 3:
            return re.sub(r"\bString\b", "String!", sdl, count=1)
        case 4:
            return re.sub(r"\bA1\b", "", sdl, count=1)
        case 5:
            return re.sub(r'"About \w+\."', f'"Told again {number}."', sdl, count=1)
        case 6:
            return re.sub(r" @(shareable|external|inaccessible)\b", "", sdl, count=1)
        case _:
            return "# moved down by a line\n" + sdl


def next_version(
    choose: random.Random, sources: list[SubgraphSource], first: list[SubgraphSource], number: int
) -> list[SubgraphSource]:
    made = list(sources)
    kind = choose.randrange(10)
    if kind == 0 and len(made) > 1:
        made.pop(choose.randrange(len(made)))
    elif kind == 1:
        made.append(SubgraphSource(f"n{number}", "", f"type Query {{ n{number}: Int }}"))
    elif kind == 2:
        index = choose.randrange(len(made))
        made[index] = replace(made[index], url=f"http://{number}.example/graphql")
    elif kind == 3:
        made = list(first)  # everything taken back
        choose.shuffle(made)
    else:
        index = choose.randrange(len(made))
        made[index] = replace(made[index], sdl=edited(choose, made[index].sdl, number))
    return made


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES <= 100,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.integers(min_value=0, max_value=2**32))
def test_random_edits(seed: int) -> None:
    choose = random.Random(seed)
    first = RandomCut(RandomMonolith(choose), choose).sources
    composer = Composer()
    assert same(composer, first)
    sources = first
    for number in range(EDITS):
        sources = next_version(choose, sources, first, number)
        if not same(composer, sources) and choose.random() < 0.5:
            sources = first
    assert same(composer, first)


def test_realistic_edits() -> None:
    composer = Composer()
    sources = large_graph(4, types=45)
    assert same(composer, sources)
    assert same(composer, changed(sources, 2))
    assert not same(composer, sources[:3])  # what the fourth resolved is missing
    assert same(composer, sources)


def test_federation_1_is_upgraded_anew() -> None:
    """What an old subgraph shares depends on the others: it must not be upgraded twice."""
    composer = Composer()
    third = SubgraphSource("c", "", "type V { x: Int } type Query { v: V }")
    assert same(composer, FED1)
    assert same(composer, [*FED1, third])
    assert same(composer, FED1)
    assert same(composer, FED1[:1])


def test_an_unchanged_subgraph_is_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    composer = Composer()
    sources = large_graph(3, types=45)
    composer.compose(sources)
    parsed: list[str] = []

    def parse(source: SubgraphSource, *_: object) -> None:
        parsed.append(source.name)

    monkeypatch.setattr("federation.composition.kept.parse_subgraph", parse)
    composer.compose(changed(sources, 1))
    assert parsed == ["platform001"]


def test_only_touched_types_are_merged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    composer = Composer()
    sources = large_graph(3, types=45)
    composer.compose(sources)
    merged: list[str] = []
    original = stage._base

    def base(context: object, name: str, *rest: object) -> object:
        merged.append(name)
        return original(context, name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(stage, "_base", base)
    composer.compose(changed(sources, 1))
    assert "Thing1x0" in merged
    assert "Query" in merged
    assert "Thing2x1" not in merged
    assert "Thing0x5" not in merged


def test_only_the_last_version_of_a_subgraph_is_kept() -> None:
    composer = Composer()
    sources = [replace(s, name=f"last-{s.name}") for s in FED1]
    sources.append(SubgraphSource("last-c", "", ALL + "type Query { c: Int }"))
    for number in range(4):
        query = f"type Query {{ c: Int v{number}: Int }}"
        sources[2] = replace(sources[2], sdl=ALL + query)
        assert isinstance(composer.compose(sources), Composed)
    gc.collect()
    kept = [x for x in gc.get_objects() if isinstance(x, SubgraphState) and x.name == "last-c"]
    assert len(kept) == 1


def test_the_same_again_is_the_same_result() -> None:
    composer = Composer()
    assert composer.compose(FED1) is composer.compose(FED1[::-1])


def test_a_failure_inside_keeps_nothing_half_done(monkeypatch: pytest.MonkeyPatch) -> None:
    composer = Composer()
    with monkeypatch.context() as patched:
        patched.setattr("federation.composition.kept.parse_subgraph", None)
        with pytest.raises(TypeError):
            composer.compose(FED1)
    assert same(composer, FED1)
