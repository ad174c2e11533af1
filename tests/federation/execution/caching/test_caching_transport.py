"""Answers kept and found again; every test counts what the subgraph was asked."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from federation.errors import SubgraphError
from federation.execution.caching.caching_transport import Uncached
from federation.execution.caching.readings import readings
from federation.execution.caching.tags import TagFormats
from federation.execution.transport import SubgraphRequest, SubgraphResponse
from tests.federation.execution.caching.origin import (
    ENTITIES,
    NAME,
    Clock,
    Origin,
    cached,
    entities,
    named,
    request,
)


def root(cache_control: str | None = "max-age=60", data: Any = None, **more: Any) -> Any:
    headers = () if cache_control is None else (("cache-control", cache_control),)
    return lambda _: SubgraphResponse({"x": 1} if data is None else data, headers=headers, **more)


async def test_only_what_is_missing_is_asked_for_and_the_order_is_kept() -> None:
    transport, origin, _ = cached(named())
    await transport.send(entities("ac"))
    response = await transport.send(entities("abcd"))
    assert response.data == {"_entities": [{"name": name} for name in "ABCD"]}
    assert origin.asked() == [["a", "c"], ["b", "d"]]
    again = await transport.send(entities("dcba"))
    assert again.data == {"_entities": [{"name": name} for name in "DCBA"]}
    assert len(origin.calls) == 2


async def test_answers_may_be_written_into() -> None:
    """The executor builds the client's answer in them."""
    transport, origin, _ = cached(named())
    for _ in range(3):
        response = await transport.send(entities("ab"))
        assert response.data == {"_entities": [{"name": "A"}, {"name": "B"}]}
        response.data["_entities"][0]["name"] = "spoiled"
    assert len(origin.calls) == 1


async def test_several_fields_of_entities_in_one_call() -> None:
    query = (
        "query($_r0:[_Any!]!,$_r1:[_Any!]!){_e0:_entities(representations:$_r0){... on T{name}}"
        "_e1:_entities(representations:$_r1){... on U{size}}}"
    )

    def answer(asked: SubgraphRequest) -> SubgraphResponse:
        data = {
            f"_e{n}": [{key: each["id"]} for each in asked.variables[f"_r{n}"]]
            for n, key in ((0, "name"), (1, "size"))
        }
        return SubgraphResponse(data, headers=[("cache-control", "max-age=60")])

    def ask(first: str, second: str) -> SubgraphRequest:
        return request(
            query,
            {
                "_r0": [{"__typename": "T", "id": each} for each in first],
                "_r1": [{"__typename": "U", "id": each} for each in second],
            },
        )

    transport, origin, _ = cached(answer)
    await transport.send(ask("ab", "c"))
    response = await transport.send(ask("ba", "cd"))
    assert response.data == {
        "_e0": [{"name": "b"}, {"name": "a"}],
        "_e1": [{"size": "c"}, {"size": "d"}],
    }
    assert origin.asked()[1] == ["d"]
    # The same selection alone, under another key: found.
    alone = await transport.send(entities("a"))
    assert alone.data == {"_entities": [{"name": "a"}]}
    assert len(origin.calls) == 2


async def test_errors_are_not_kept_and_point_at_the_right_entity() -> None:
    transport, origin, _ = cached(named(errors={"d": 1}))
    await transport.send(entities("b"))
    response = await transport.send(entities("abcd"))
    assert [error["path"] for error in response.errors] == [["_entities", 3, "name"]]
    assert origin.asked() == [["b"], ["a", "c", "d"]]
    await transport.send(entities("abcd"))
    assert origin.asked()[2] == ["d"]


@pytest.mark.parametrize("path", [None, [], ["_entities"], ["other", "x"]])
async def test_an_error_of_no_entity_keeps_nothing(path: Any) -> None:
    def answer(_: SubgraphRequest) -> SubgraphResponse:
        error = {"message": "no", "path": path} if path is not None else {"message": "no"}
        headers = [("cache-control", "max-age=60")]
        return SubgraphResponse({"_entities": [{"name": "A"}]}, (error,), headers=headers)

    transport, _, cache = cached(answer)
    await transport.send(entities("a"))
    assert cache.store.size[0] == 0


async def test_there_is_no_such_entity_is_an_answer() -> None:
    transport, origin, _ = cached(named())
    for _ in range(2):
        response = await transport.send(entities("az"))
        assert response.data == {"_entities": [{"name": "A"}, None]}
    assert len(origin.calls) == 1


async def test_a_misshapen_answer_is_as_misshapen_with_the_cache() -> None:
    transport, origin, _ = cached(named())
    await transport.send(entities("a"))
    # As many as the whole call asked for, but only two were sent.
    three = SubgraphResponse({"_entities": [{"name": "?"}] * 3})
    origin.answer = lambda _: three
    assert (await transport.send(entities("abc"))).data == {"_entities": []}
    origin.answer = lambda _: SubgraphResponse(None, ({"message": "no"},))
    response = await transport.send(entities("abc"))
    assert response.data is None
    assert response.errors


async def test_a_failed_call_fails_and_keeps_nothing() -> None:
    transport, origin, cache = cached(named())

    def fail(_: SubgraphRequest) -> SubgraphResponse:
        raise SubgraphError("down", subgraph="a")

    origin.answer = fail
    for _ in range(2):
        with pytest.raises(SubgraphError):
            await transport.send(entities("a"))
    assert len(origin.calls) == 2
    assert cache.store.size == (0, 0)


@pytest.mark.parametrize(
    ("answer", "calls"),
    [
        (root(), 1),
        (root(None), 2),
        (root("no-store"), 2),
        (root("max-age=60", status=500), 2),
        (root("max-age=60", errors=({"message": "no"},)), 2),
        (root("private, max-age=60"), 2),
    ],
)
async def test_root_fields(answer: Any, calls: int) -> None:
    transport, origin, _ = cached(answer)
    for _ in range(2):
        assert (await transport.send(request("query($n:Int){x(n:$n)}", {"n": 1}))).data == {"x": 1}
    assert len(origin.calls) == calls


async def test_values_of_variables_are_compared_as_json_values() -> None:
    transport, origin, _ = cached(root())
    query = "query($n:X){x(n:$n)}"
    for values in ({"n": 1}, {"n": 1.0}, {"n": True}, {"n": "1"}, {"n": None}, {}, {"n": [1]}):
        await transport.send(request(query, values))
        await transport.send(request(query, values))
    assert len(origin.calls) == 7
    await transport.send(request("query($n:X=2){x(n:$n)}", {}))
    assert len(origin.calls) == 8, "another default"


async def test_the_clients_name_of_an_operation_does_not_matter() -> None:
    transport, origin, _ = cached(root())
    for name in ("A", "B"):
        await transport.send(request("query %s{x}" % name, operation_name=name))
    assert len(origin.calls) == 1


async def test_bytes_pass_through_where_they_fit() -> None:
    def whole(body: bytes) -> bytes | None:
        return body.removeprefix(b'{"data":').removesuffix(b"}")

    transport, origin, _ = cached(root(data={"x": 12345678901234567890123}))
    first = await transport.send(request("{x}"))
    kept = await transport.send(request("{x}", whole=whole))
    assert first.data == {"x": 12345678901234567890123}
    assert kept.raw == b'{"x":12345678901234567890123}'
    refused = await transport.send(request("{x}", whole=lambda _: None))
    assert refused.raw is None
    assert refused.data == first.data
    assert len(origin.calls) == 1


async def test_time_passes() -> None:
    clock = Clock()
    transport, origin, _ = cached(named("max-age=60", age="20"), clock)
    first = await transport.send(entities("a"))
    assert first.freshness is not None
    assert (first.freshness.left, first.freshness.age) == (40, 20)
    clock.now += 39
    kept = await transport.send(entities("a"))
    assert kept.freshness is not None
    assert (kept.freshness.left, kept.freshness.age) == (1, 59)
    clock.now += 1
    await transport.send(entities("a"))
    assert len(origin.calls) == 2


async def test_the_freshness_of_a_mixed_answer_is_the_strictest() -> None:
    clock = Clock()
    transport, origin, _ = cached(named("public, max-age=60"), clock)
    await transport.send(entities("a"))
    clock.now += 50
    mixed = await transport.send(entities("ab"))
    assert mixed.freshness is not None
    found = mixed.freshness
    assert (found.left, found.age, found.shared, found.hits, found.misses) == (10, 50, True, 1, 1)
    origin.answer = named("no-store")
    unkept = await transport.send(entities("ac"))
    assert unkept.freshness is not None
    assert unkept.freshness.left == 0


async def test_mutations_are_passed_on_and_drop_what_was_kept() -> None:
    transport, origin, _ = cached(named())
    await transport.send(entities("a"))
    origin.answer = root()
    response = await transport.send(request("mutation{x}", mutation=True))
    assert response.freshness is not None
    assert response.freshness.left == 0
    await transport.send(request("mutation{x}", mutation=True))
    origin.answer = named()
    await transport.send(entities("a"))
    assert len(origin.calls) == 4
    quiet, origin, _ = cached(named(), drop_on_mutation=False)
    await quiet.send(entities("a"))
    origin.answer = root()
    await quiet.send(request("mutation{x}", mutation=True))
    await quiet.send(entities("a"))
    assert len(origin.calls) == 2


async def test_private_answers_are_for_known_clients() -> None:
    transport, origin, _ = cached(named("private, max-age=60"))
    for _ in range(2):
        await transport.send(entities("a"))
    assert len(origin.calls) == 2, "nobody knows who asks"
    for identity in ("k", "l", "k", "l"):
        await transport.send(entities("a", identity=identity))
    assert len(origin.calls) == 4
    by_header, origin, _ = cached(named("private, max-age=60"), private_id="x-user")
    for user in ("k", "l", "k", "l"):
        await by_header.send(entities("a", headers={"x-user": user}))
    assert len(origin.calls) == 2


async def test_public_answers_are_for_everybody_by_what_chose_them() -> None:
    transport, origin, _ = cached(named("public, max-age=60", vary="X-Lang"))
    for identity in ("k", "l"):
        for lang in ("zh", "en"):
            headers = {"x-lang": lang, "authorization": identity, "traceparent": lang + identity}
            await transport.send(entities("a", headers=headers, identity=identity))
    await transport.send(entities("a"))
    assert len(origin.calls) == 3


async def test_what_says_nothing_is_for_equal_headers_only() -> None:
    transport, origin, _ = cached(named("max-age=60"))
    for token in ("s", "t", "s", "t"):
        await transport.send(entities("a", headers={"authorization": token, "traceparent": token}))
    await transport.send(entities("a"))
    assert len(origin.calls) == 3


async def test_tags_of_the_schema_the_header_and_the_extensions() -> None:
    tags = TagFormats({"T": ("t-{$key.id}",)}, {"x": ("x-{$args.n}", "all")})
    transport, origin, cache = cached(named("max-age=60", cache_tag="table, other"), tags=tags)
    await transport.send(entities("abc"))
    assert await cache.drop_tags(["t-b"]) == 1
    assert await cache.drop_tags(["t-b", "unknown"]) == 0
    await transport.send(entities("abc"))
    assert origin.asked()[1] == ["b"]
    assert await cache.drop_tags(["table"], ["b"]) == 0, "of another subgraph"
    assert await cache.drop_tags(["table"], ["a"]) == 3
    origin.answer = root(data={"x": 1}, extensions={"apolloCacheTags": ["told"]})
    for tag in ("x-5", "all", "told"):
        await transport.send(request("query($n:Int){x(n:$n)}", {"n": 5}))
        assert await cache.drop_tags([tag]) == 1
    told = [["one"], ["two", 3], []]
    plain = named()

    def answer(asked: SubgraphRequest) -> SubgraphResponse:
        response = plain(asked)
        response.extensions = {"apolloEntityCacheTags": told}
        return response

    origin.answer = answer
    await transport.send(entities("def"))
    assert await cache.drop_tags(["one", "two"]) == 2


async def test_types_and_subgraphs() -> None:
    transport, origin, cache = cached(named())
    await transport.send(entities("ab"))
    origin.answer = root()
    await transport.send(request("{x}"))
    assert await cache.drop_type("a", "U") == 0
    assert await cache.drop_type("a", "T") == 2
    assert await cache.drop_subgraph("b") == 0
    assert await cache.drop_subgraph("a") == 1


async def test_what_was_asked_before_a_drop_is_not_kept_after_it() -> None:
    gate = asyncio.Event()
    tags = TagFormats({"T": ("t-{$key.id}",)})
    transport, origin, cache = cached(named(), tags=tags)

    async def slowly(asked: SubgraphRequest) -> SubgraphResponse:
        origin.calls.append(asked)
        await gate.wait()
        return named()(asked)

    origin.send = slowly  # type: ignore[method-assign]
    for drop, kept in [
        (lambda: cache.drop_tags(["t-a"]), 1),
        (lambda: cache.drop_tags(["t-x"]), 2),
        (cache.clear, 0),
        (lambda: cache.drop_subgraph("a"), 0),
    ]:
        await cache.clear()
        gate.clear()
        asking = asyncio.ensure_future(transport.send(entities("ab")))
        await asyncio.sleep(0)
        await drop()
        gate.set()
        await asking
        assert cache.store.size[0] == kept
    gate.clear()
    await cache.clear()
    asking = asyncio.ensure_future(transport.send(entities("ab")))
    await asyncio.sleep(0)
    for number in range(2_000):
        await cache.drop_tags([f"n{number}"])
    gate.set()
    await asking
    assert cache.store.size[0] == 0, "more drops than are remembered"


async def test_nothing_is_kept_or_found_while_suspended() -> None:
    transport, origin, cache = cached(named())
    await transport.send(entities("a"))
    await cache.suspend()
    for _ in range(2):
        response = await transport.send(entities("a"))
        assert response.freshness is not None
        assert response.freshness.left == 0
    assert len(origin.calls) == 3
    await cache.resume()
    for _ in range(2):
        await transport.send(entities("a"))
    assert len(origin.calls) == 4


async def test_extensions_that_are_passed_on_cannot_be_kept() -> None:
    transport, origin, _ = cached(root(extensions={"provenance": []}))
    for wanted in (True, True):
        assert (await transport.send(request("{x}", extensions=wanted))).extensions
    assert len(origin.calls) == 2


async def test_subgraphs_that_are_not_kept_say_so() -> None:
    origin = Origin(named())
    response = await Uncached(origin).send(entities("a"))
    assert response.freshness is not None
    assert response.freshness.left == 0


async def test_figures() -> None:
    transport, origin, cache = cached(named())
    await transport.send(entities("ab"))
    await transport.send(entities("abc"))
    origin.answer = named("no-store")
    await transport.send(entities("d"))
    found = cache.figures["a"]
    assert (found.hits, found.misses, found.stored, found.uncacheable) == (2, 4, 3, 1)


async def test_queries_the_planner_does_not_write_are_passed_on() -> None:
    transport, origin, _ = cached(named())
    query = "query($r:[_Any!]!){_entities(representations:$r){... on T{name}} x}"
    origin.answer = root()
    for _ in range(2):
        await transport.send(request(query, {"r": []}))
    assert len(origin.calls) == 2
    assert ENTITIES % "{... on T{name}}" == NAME


async def test_what_is_never_kept_is_soon_not_looked_for_and_noticed_when_it_may_be() -> None:
    transport, origin, cache = cached(named("no-store"))
    for _ in range(10):
        await transport.send(entities("ab"))
    assert cache.figures["a"].misses == 8, "only the first four times"
    origin.answer = named("max-age=60")
    for _ in range(4):
        response = await transport.send(entities("ab"))
        assert response.data == {"_entities": [{"name": "A"}, {"name": "B"}]}
    assert len(origin.calls) == 12


async def test_figures_have_the_names_of_metrics() -> None:
    transport, _, cache = cached(named())
    await transport.send(entities("ab"))
    await transport.send(entities("abc"))
    await cache.drop_type("a", "T")
    found = {
        (
            each.name.removeprefix("apollo.router.response_cache."),
            each.attributes.get("cache.hit"),
        ): each.value
        for each in readings(cache)
    }
    assert found["lookups", "true"] == 2
    assert found["lookups", "false"] == 3
    assert found["insertions", None] == 3
    assert found["invalidation.entries", None] == 3
    assert (found["entries", None], found["size", None]) == (0, 0)
