"""REST lists: every kind of page, going on behind every batch, what is no list."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from adapters.errors import SourceProblem
from adapters.sources.rest_answers import next_link
from tests.adapters.net.server import Center, answer, serving
from tests.adapters.sources.serving import PAGING, Listed, pull, pull_into, rest_source, rows

RECORDS = [{"no": n, "updated": f"2025-01-{n + 1:02d}"} for n in range(25)]


@pytest.mark.parametrize("kind", PAGING)
@pytest.mark.parametrize("total", [None, "data.total"])
async def test_every_kind_of_page(kind: str, total: str | None) -> None:
    listed = Listed(RECORDS, kind)
    async with serving(listed.center) as url:
        paging = PAGING[kind] | ({"total": total} if total and kind != "none" else {})
        config = rest_source(url, rest={"paging": paging})
        assert rows(await pull(config)) == RECORDS


@pytest.mark.parametrize("kind", PAGING)
@pytest.mark.parametrize("batch_rows", [4, 10, 17, 20, 100])
async def test_goes_on_behind_every_batch(kind: str, batch_rows: int) -> None:
    """From any cursor, what follows is what an undisturbed pull gives, batch for batch."""
    listed = Listed(RECORDS, kind)
    async with serving(listed.center) as url:
        config = rest_source(url, rest={"paging": PAGING[kind]}, bounds={"batch_rows": batch_rows})
        whole = await pull(config)
        assert rows(whole) == RECORDS
        assert all(len(batch.records) <= batch_rows for batch in whole)
        for number, batch in enumerate(whole):
            # Kept as JSON in between.
            cursor = orjson.loads(orjson.dumps(batch.cursor))
            listed.center.asked.clear()
            rest = await pull(config, cursor)
            # Of a page larger than a batch the parts before are given again, and known again.
            later = [
                again
                for again in rest
                if again.sha256 not in {b.sha256 for b in whole[: number + 1]}
            ]
            assert [b.sha256 for b in later] == [b.sha256 for b in whole[number + 1 :]]
            assert [b.name for b in later] == [b.name for b in whole[number + 1 :]]
            if batch is whole[-1]:
                assert not listed.center.asked
                assert rest == []


async def test_cursor_of_another_configuration_is_not_used() -> None:
    listed = Listed(RECORDS, "page")
    async with serving(listed.center) as url:
        config = rest_source(url, rest={"paging": PAGING["page"]}, bounds={"batch_rows": 10})
        cursor = (await pull(config))[0].cursor
        other = rest_source(url, rest={"paging": PAGING["page"] | {"size": 5}})
        assert rows(await pull(other, cursor)) == RECORDS
        for nonsense in ({"at": 1}, "x", {"of": cursor["of"], "at": "a"}, 7):
            assert rows(await pull(config, nonsense)) == RECORDS


async def test_incremental_with_overlap() -> None:
    listed = Listed(RECORDS, "page")
    async with serving(listed.center) as url:
        incremental = {
            "param": "since",
            "field": "updated",
            "overlap": 86400,
            "start": "2025-01-01",
        }
        config = rest_source(
            url,
            rest={"paging": PAGING["page"], "incremental": incremental},
            bounds={"batch_rows": 10},
        )
        whole = await pull(config)
        assert [batch.high for batch in whole] == ["2025-01-10", "2025-01-20", "2025-01-25"]
        newer = await pull(config, None, "2025-01-25")
        assert rows(newer) == RECORDS[23:]
    asked = [query["since"] for query in listed.center.queries]
    assert set(asked[:-2]) == {"2025-01-01"}
    assert asked[-1] == "2025-01-24"


async def test_highest_mark_survives_going_on() -> None:
    records = RECORDS[20:] + RECORDS[:20]
    listed = Listed(records, "offset")
    async with serving(listed.center) as url:
        incremental = {"param": "since", "field": "updated"}
        config = rest_source(
            url,
            rest={"paging": PAGING["offset"], "incremental": incremental},
            bounds={"batch_rows": 10},
        )
        whole = await pull(config)
        rest = await pull(config, whole[0].cursor)
    assert [batch.high for batch in rest] == ["2025-01-25", "2025-01-25"]


async def test_post_with_parameters_in_the_body() -> None:
    center = Center()

    async def listing(request: Request) -> Response:
        page = (await request.json())["page"]
        begin = (page["current"] - 1) * page["size"]
        return answer({"code": "0", "data": {"list": RECORDS[begin : begin + page["size"]]}})

    center.handlers["/list"] = listing
    async with serving(center) as url:
        section = {
            "method": "POST",
            "json": {"kind": "发明", "page": {"sort": "asc"}},
            "params": {"v": 2, "all": True},
            "paging": {
                "kind": "page",
                "param": "page.current",
                "size_param": "page.size",
                "size": 20,
            },
        }
        assert rows(await pull(rest_source(url, rest=section))) == RECORDS
    assert orjson.loads(center.bodies[0]) == {
        "kind": "发明",
        "page": {"sort": "asc", "current": 1, "size": 20},
    }
    assert center.queries[0] == {"v": "2", "all": "true"}


async def test_post_with_links() -> None:
    def listing(request: Request) -> Response:
        begin = int(request.query_params.get("from", 0))
        more = {"link": f'</list?from={begin + 10}>; rel="next"'} if begin < 20 else {}
        return answer(RECORDS[begin : begin + 10], **more)

    center = Center(list=listing)
    async with serving(center) as url:
        paging = {"kind": "link", "size_param": "size", "size": 10}
        section = {"method": "POST", "json": {"kind": "发明"}, "paging": paging}
        assert rows(await pull(rest_source(url, rest=section))) == RECORDS
    assert [orjson.loads(body) for body in center.bodies] == [{"kind": "发明", "size": 10}] * 3


@pytest.mark.parametrize("field", ["updated", "sum(updated)", "to_number(updated)"])
async def test_marks_that_cannot_be_read_are_none(field: str) -> None:
    records = [*RECORDS, "text", {"no": 25}, {"no": 26, "updated": {}}]
    async with serving(Listed(records).center) as url:
        section = {"incremental": {"param": "since", "field": field}}
        [batch] = await pull(rest_source(url, rest=section))
    assert batch.records == records
    assert batch.high == ("2025-01-25" if field == "updated" else None)


async def test_one_row_per_element() -> None:
    records = [{"no": "Y1", "patents": ["a", "b"]}, {"no": "Y2", "patents": []}, 7]
    listed = Listed(records)
    async with serving(listed.center) as url:
        found = rows(await pull(rest_source(url, rest={"each": "patents"})))
    assert found == [{"no": "Y1", "patents": "a"}, {"no": "Y1", "patents": "b"}, *records[1:]]


# What is no list.


async def problem_of(response: Response, *, retries: int = 0, **changes: Any) -> str:
    center = Center(list=lambda _: response)
    async with serving(center) as url:
        with pytest.raises(SourceProblem) as caught:
            await pull(rest_source(url, **changes), retries=retries)
    return str(caught.value)


@pytest.mark.parametrize(
    ("response", "said"),
    [
        (HTMLResponse("<!DOCTYPE html><p>请登录"), "收到网页（text/html）而不是 JSON"),
        (Response(b'[{"no": 1}, {"no"'), "不是完整的 JSON"),
        (Response(b""), "答复为空"),
        (Response(b"\xff\xff"), "编码既不是 UTF-8 也不是 GB18030"),
        (
            answer({"code": 500, "message": "系统错误", "data": None}),
            "the source says: 500 系统错误",
        ),
        (answer({"code": "E1001", "message": None}), "the source says: E1001"),
        (answer({"code": False, "data": []}), "the source says: False"),
        (answer({"data": {"total": 0}}), "没有记录数组"),
        (answer({"code": 0, "data": {"records": {"a": 1}}}), "没有记录数组"),
        (answer("text"), "没有记录数组"),
        (answer(None), "没有记录数组"),
    ],
)
async def test_no_list(response: Response, said: str) -> None:
    message = await problem_of(response)
    assert message.startswith("SOURCE_ANSWER")
    assert said in message


async def test_statuses() -> None:
    assert "SOURCE_STATUS" in await problem_of(answer({}, 404))
    assert "SOURCE_AUTH" in await problem_of(answer({}, 403))
    assert "SOURCE_STATUS" in await problem_of(answer({}, 500), retries=2)


async def test_moved_elsewhere() -> None:
    assert "SOURCE_ORIGIN" in await problem_of(RedirectResponse("http://other.invalid/list"))


async def test_no_content_is_an_empty_list() -> None:
    async with serving(Center(list=lambda _: Response(status_code=204))) as url:
        assert await pull(rest_source(url)) == []


async def test_other_envelopes() -> None:
    document = {"ok": True, "result": {"found": [{"no": 1}]}}
    envelope = {"code": "ok", "message": "why", "success": [True]}
    section = {"envelope": envelope, "records": "result.found"}
    async with serving(Center(list=lambda _: answer(document))) as url:
        assert rows(await pull(rest_source(url, rest=section))) == [{"no": 1}]
    failed = answer({"ok": False, "why": "维护中"})
    assert "the source says: False 维护中" in await problem_of(failed, rest=section)


async def test_null_for_an_empty_list() -> None:
    section = {"records": "data.rows"}
    async with serving(Center(list=lambda _: answer({"code": 0, "data": None}))) as url:
        assert await pull(rest_source(url, rest=section)) == []
    assert "没有记录数组（data.rows）" in await problem_of(answer({"data": {}}), rest=section)


async def test_path_that_does_not_fit_is_no_end() -> None:
    """A cursor that cannot be read must not look like the last page."""
    paging = PAGING["cursor"] | {"next": "join('', data.next)"}
    response = answer({"data": {"records": [{"no": 1}], "next": "abc"}})
    assert "路径 join('', data.next) 不适用" in await problem_of(response, rest={"paging": paging})
    bad = answer({"data": {"records": [{"no": 1}], "next": {"a": 1}}})
    assert "不是游标" in await problem_of(bad, rest={"paging": PAGING["cursor"]})
    many = answer({"data": {"records": [{"no": 1}], "total": "many"}})
    paging = PAGING["page"] | {"total": "data.total"}
    assert "不是总数" in await problem_of(many, rest={"paging": paging})


async def test_what_a_source_echoes_is_told_without_secrets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CENTER_SECRET", "hunter2")
    auth = {"kind": "api_key", "query": "key", "secret": {"env": "CENTER_SECRET"}}
    echo = answer({"code": 40001, "message": "key hunter2 不对"})
    message = await problem_of(echo, rest={"auth": auth})
    assert "40001 key *** 不对" in message


@pytest.mark.parametrize(
    ("encoding", "kind", "declared"),
    [
        ("utf-8", "application/json", None),
        ("utf-8-sig", "application/json", None),
        ("utf-8", "text/html; charset=ISO-8859-1", None),
        ("gb18030", "application/json; charset=GB18030", None),
        ("gb18030", 'application/json; charset="gbk"', None),
        ("gb18030", "application/json", None),
        ("gb18030", "application/json; charset=utf-8", None),
        ("utf-8", "application/json; charset=gb2312", None),
        ("big5", "application/json", "big5"),
    ],
)
async def test_encodings(encoding: str, kind: str, declared: str | None) -> None:
    body = '[{"title": "專利一"}]'.encode(encoding)
    response = Response(body, media_type=None, headers={"content-type": kind})
    async with serving(Center(list=lambda _: response)) as url:
        found = rows(await pull(rest_source(url, encoding=declared)))
    assert found == [{"title": "專利一"}]


# Pages before a failure are given, and the next pull goes on at the page that failed.


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (Response(b'{"data": {"records": [{"no": 1}, '), "SOURCE_ANSWER"),
        (answer({"code": 500, "message": "?"}), "SOURCE_ANSWER"),
        (answer({}, 500), "SOURCE_STATUS"),
        (Response(b"x" * 2000), "SOURCE_TOO_LARGE"),
    ],
)
@pytest.mark.parametrize("kind", ["page", "offset", "cursor", "link"])
async def test_broken_page(kind: str, broken: Response, code: str) -> None:
    listed = Listed(RECORDS, kind)
    good = listed.center.handlers["/list"]
    is_broken = True

    def breaks(request: Request) -> Response:
        third = len(listed.center.asked) == 3 and is_broken
        return broken if third else good(request)  # type: ignore[return-value]

    listed.center.handlers["/list"] = breaks
    async with serving(listed.center) as url:
        config = rest_source(
            url, rest={"paging": PAGING[kind]}, bounds={"max_response_bytes": 1500}
        )
        found: list[Any] = []
        with pytest.raises(SourceProblem, match=code):
            await pull_into(found, config, retries=0)
        assert rows(found) == RECORDS[:20]
        is_broken = False
        assert rows(await pull(config, found[-1].cursor)) == RECORDS[20:]


async def test_failures_that_pass_are_not_seen() -> None:
    listed = Listed(RECORDS, "page")
    good = listed.center.handlers["/list"]
    before: list[Response] = [answer({}, 500), answer({}, 429, retry_after="0"), answer({}, 503)]
    listed.center.handlers["/list"] = lambda r: before.pop() if before else good(r)
    async with serving(listed.center) as url:
        assert rows(await pull(rest_source(url, rest={"paging": PAGING["page"]}))) == RECORDS


async def test_links_that_lead_away() -> None:
    elsewhere = answer([{"no": 1}], link='<http://other.invalid/list?from=10>; rel="next"')
    paging = {"paging": PAGING["link"]}
    assert "SOURCE_ORIGIN" in await problem_of(elsewhere, rest=paging)


async def test_cursor_cannot_lead_away() -> None:
    listed = Listed(RECORDS, "link")
    async with serving(listed.center) as url:
        config = rest_source(url, rest={"paging": PAGING["link"]}, bounds={"batch_rows": 10})
        cursor = (await pull(config))[0].cursor
        for at in ("@other.invalid/list", ".other.invalid/", "0/"):
            with pytest.raises(SourceProblem, match="SOURCE_ORIGIN"):
                await pull(config, cursor | {"at": at})
        # A path with two slashes is one of this server, where nothing is: the list begins anew.
        assert rows(await pull(config, cursor | {"at": "//other.invalid/list"})) == RECORDS


async def test_no_secret_is_kept_in_a_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some servers put the caller's key into the links they give."""
    monkeypatch.setenv("CENTER_SECRET", "hunter2")

    def page(request: Request) -> Response:
        asked = request.query_params
        begin = int(asked.get("from", 0))
        link = f"<list?key={asked['key']}&from={begin + 10}>; rel=next"
        more = {"link": link} if begin < 20 else {}
        return answer(RECORDS[begin : begin + 10], **more)

    auth = {"kind": "api_key", "query": "key", "secret": {"env": "CENTER_SECRET"}}
    center = Center(list=page)
    async with serving(center) as url:
        section = {"auth": auth, "paging": {"kind": "link"}}
        found = await pull(rest_source(url, rest=section, bounds={"batch_rows": 10}))
    assert rows(found) == RECORDS
    assert all("hunter2" not in str(batch.cursor) for batch in found)
    assert [query["key"] for query in center.queries] == ["hunter2"] * 3


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("", None),
        ('<https://a.cn/l?a=1,2>; rel="next"', "https://a.cn/l?a=1,2"),
        ("</x>; rel=next", "/x"),
        ('</x>; rel="prev", </y>; title="a, b"; rel="NEXT last"', "/y"),
        ('</x>; rel="nextish"', None),
        ("garbage, <", None),
    ],
)
def test_link_header(header: str, target: str | None) -> None:
    assert next_link(header) == target


async def test_pull_that_is_given_up_closes_what_it_holds() -> None:
    async def hangs(request: Request) -> Response:
        if int(request.query_params["page"]) > 1:
            await asyncio.sleep(3)
        return Listed(RECORDS, "page").answer(request)

    async with serving(Center(list=hangs)) as url:
        config = rest_source(url, rest={"paging": PAGING["page"]})
        task = asyncio.ensure_future(pull(config))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_duplicates_on_the_borders_of_pages_are_given() -> None:
    """Rows are added in front while the list is read: some come twice, none is lost."""
    listed = Listed(RECORDS, "page")
    good = listed.center.handlers["/list"]

    def grows(request: Request) -> Response:
        if len(listed.center.asked) == 2:
            listed.records[:0] = [{"no": 100}, {"no": 101}]
        return good(request)  # type: ignore[return-value]

    listed.center.handlers["/list"] = grows
    async with serving(listed.center) as url:
        found = rows(await pull(rest_source(url, rest={"paging": PAGING["page"]})))
    assert [record["no"] for record in found] == [*range(10), 8, 9, *range(10, 25)]
