"""Header rules in both directions, and what no rule may touch."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.config.errors import ConfigError
from federation.config.load import parse_config
from federation.server.settings.engine import EngineSettings
from federation.server.settings.headers import (
    RESERVED_IN_REQUESTS,
    Headers,
    is_reserved_in_requests,
    is_reserved_in_responses,
)
from federation.server.subgraphs.headers import HeaderPropagation
from federation.server.subgraphs.response_headers import ResponseHeaderPropagation, kept_headers


def rules(text: str) -> Headers:
    settings: EngineSettings = parse_config(
        f"headers:\n{text}", EngineSettings, source="hub.yaml", environment={"KEY": "s3cret"}
    )
    return settings.headers


def sent(text: str, *client: tuple[str, str], subgraph: str = "a") -> dict[str, str]:
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in client]
    return dict(HeaderPropagation(rules(text)).headers_for(subgraph, raw))


ALL = "  all: {request: [%s]}"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{propagate: {named: X-One}}", {"x-one": "1"}),
        ("{propagate: {named: x-many}}", {"x-many": "a, b, c"}),
        ("{propagate: {named: x-many, rename: X-All}}", {"x-all": "a, b, c"}),
        ("{propagate: {named: cookie}}", {"cookie": "p=1; q=2"}),
        ("{propagate: {named: x-absent}}", {}),
        ("{propagate: {named: x-absent, default: none}}", {"x-absent": "none"}),
        ("{propagate: {named: x-absent, rename: x-b, default: none}}", {"x-b": "none"}),
        ("{propagate: {named: x-one, default: none}}", {"x-one": "1"}),
        ('{propagate: {matching: "^X-"}}', {"x-one": "1", "x-many": "a, b, c"}),
        ('{propagate: {matching: "^x-", exclude: ["ONE"]}}', {"x-many": "a, b, c"}),
        (
            '{propagate: {matching: "."}}',
            {"x-one": "1", "x-many": "a, b, c", "cookie": "p=1; q=2"},
        ),
        ("{insert: {name: X-Key, value: '${env.KEY}'}}", {"x-key": "s3cret"}),
        ('{propagate: {matching: "^x-"}}, {remove: {named: X-One}}', {"x-many": "a, b, c"}),
        ('{propagate: {matching: "^x-"}}, {remove: {matching: "MANY$"}}', {"x-one": "1"}),
        ("{propagate: {named: x-one}}, {insert: {name: x-one, value: '2'}}", {"x-one": "2"}),
    ],
)
def test_what_goes_to_subgraphs(rule: str, expected: dict[str, str]) -> None:
    client = (
        ("x-one", "1"),
        ("x-many", "a, b"),
        ("cookie", "p=1"),
        ("content-length", "7"),
        ("host", "hub.example"),
        ("sec-websocket-key", "k"),
        ("sec-websocket-protocol", "graphql-transport-ws"),
        ("x-many", "c"),
        ("upgrade", "websocket"),
        ("cookie", "q=2"),
    )
    assert sent(ALL % rule, *client) == expected


def test_rules_of_one_subgraph_come_after_those_for_all() -> None:
    text = """
  all: {request: [{insert: {name: x-a, value: all}}]}
  subgraphs:
    b: {request: [{insert: {name: x-a, value: own}}]}
    c: {request: [{remove: {named: x-a}}]}
"""
    assert sent(text, subgraph="a") == {"x-a": "all"}
    assert sent(text, subgraph="b") == {"x-a": "own"}
    assert sent(text, subgraph="c") == {}


NAMES = [*RESERVED_IN_REQUESTS, "x-a", "x-b", "cookie", "authorization", "sec-websocket-version"]


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(["1", "2", ""])), max_size=12))
def test_patterns_never_pass_what_is_reserved_and_lose_nothing(
    client: list[tuple[str, str]],
) -> None:
    got = sent(ALL % '{propagate: {matching: ""}}', *client)
    expected: dict[str, list[str]] = {}
    for name, value in client:
        if not is_reserved_in_requests(name):
            expected.setdefault(name, []).append(value)
    assert got == {
        name: ("; " if name == "cookie" else ", ").join(values) for name, values in expected.items()
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (ALL % "{propagate: {named: Content-Length}}", "'Content-Length' is reserved"),
        (ALL % "{propagate: {named: x-a, rename: host}}", "'host' is reserved"),
        (ALL % "{insert: {name: Accept, value: x}}", "'Accept' is reserved"),
        (ALL % "{insert: {name: Sec-WebSocket-Key, value: x}}", "is reserved"),
        (ALL % "{insert: {name: 'a b', value: x}}", "'a b' is not a header name"),
        (ALL % "{propagate: {named: 'a:'}}", "'a:' is not a header name"),
        (ALL % "{propagate: {named: a, rename: 'b c'}}", "'b c' is not a header name"),
        (ALL % '{insert: {name: a, value: "x\\r\\nb: c"}}', "characters a header cannot carry"),
        (ALL % '{propagate: {named: a, default: "x\\ny"}}', "characters a header cannot carry"),
        (ALL % "{propagate: {named: a, matching: b}}", "exactly one of 'named' and 'matching'"),
        (ALL % "{propagate: {matching: '('}}", "not a regular expression"),
        (ALL % "{propagate: {matching: a, exclude: ['(']}}", "not a regular expression"),
        (ALL % "{propagate: {matching: a, rename: b}}", "need 'named'"),
        (ALL % "{propagate: {named: a, exclude: [b]}}", "'exclude' needs 'matching'"),
        (ALL % "{remove: {}}", "exactly one of 'named' and 'matching'"),
        (ALL % "{}", "exactly one of 'propagate', 'insert', 'remove'"),
        (ALL % "{propagate: {named: a, algorithm: append}}", "algorithm"),
        ("  all: {response: [{propagate: {named: cache-control}}]}", "'cache-control' is reserved"),
        ("  all: {response: [{propagate: {named: a, rename: vary}}]}", "'vary' is reserved"),
        (
            "  all: {response: [{insert: {name: Access-Control-Allow-Origin, value: x}}]}",
            "is reserved: rules cannot send it to clients",
        ),
        ("  all: {response: [{propagate: {named: a, algorithm: join}}]}", "algorithm"),
    ],
)
def test_rules_that_are_refused(text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        rules(text)


def test_an_inserted_value_is_in_no_text() -> None:
    settings = rules(ALL % "{insert: {name: x-key, value: '${env.KEY}'}}")
    assert "s3cret" not in repr(settings)


def answered(text: str, *calls: tuple[str, list[tuple[str, str]]]) -> list[tuple[str, str]]:
    merged = ResponseHeaderPropagation(rules(text)).merged(calls)
    return [(name.decode(), value.decode("latin-1")) for name, value in merged]


CALLS: tuple[Any, ...] = (
    ("a", [("x-w", "1"), ("x-other", "o"), ("set-cookie", "p=1"), ("cache-control", "no-store")]),
    ("b", [("x-w", "2"), ("x-w", "3"), ("set-cookie", "q=1"), ("set-cookie", "r=1")]),
    ("c", [("date", "now"), ("access-control-allow-origin", "*")]),
)
RESPONSE = "  all: {response: [%s]}"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{propagate: {named: X-W}}", [("x-w", "2, 3")]),
        ("{propagate: {named: x-w, algorithm: last_write}}", [("x-w", "2, 3")]),
        ("{propagate: {named: x-w, algorithm: first_write}}", [("x-w", "1")]),
        ("{propagate: {named: x-w, algorithm: append}}", [("x-w", "1, 2, 3")]),
        ("{propagate: {named: x-w, rename: X-V, algorithm: append}}", [("x-v", "1, 2, 3")]),
        ("{propagate: {named: x-none, default: n}}", [("x-none", "n")]),
        ("{propagate: {named: x-w, default: n, algorithm: append}}", [("x-w", "1, 2, 3")]),
        (
            "{propagate: {named: set-cookie, algorithm: append}}",
            [("set-cookie", "p=1"), ("set-cookie", "q=1"), ("set-cookie", "r=1")],
        ),
        ('{propagate: {matching: ".", algorithm: first_write}}', [("x-w", "1"), ("x-other", "o")]),
        ('{propagate: {matching: "^x-", exclude: ["^x-w"]}}', [("x-other", "o")]),
        ('{propagate: {matching: "."}}, {remove: {named: x-w}}', [("x-other", "o")]),
        ("{insert: {name: X-Hub, value: h}}", [("x-hub", "h")]),
    ],
)
def test_what_comes_back(rule: str, expected: list[tuple[str, str]]) -> None:
    assert answered(RESPONSE % rule, *CALLS) == expected


def test_nothing_comes_back_without_a_call() -> None:
    assert answered(RESPONSE % "{insert: {name: x-hub, value: h}}") == []


def test_response_rules_of_one_subgraph() -> None:
    text = "  subgraphs: {b: {response: [{propagate: {named: x-w, algorithm: append}}]}}"
    assert answered(text, *CALLS) == [("x-w", "2, 3")]
    settings = rules(text)
    assert kept_headers(settings, "a") == ()
    assert kept_headers(settings, "b") == ("x-w",)
    assert kept_headers(rules(RESPONSE % '{propagate: {matching: "^x"}}'), "a") is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from("ab"),
            st.lists(
                st.tuples(
                    st.sampled_from(["x-a", "vary", "set-cookie", "age", "access-control-max-age"]),
                    st.sampled_from("12"),
                ),
                max_size=4,
            ),
        ),
        max_size=4,
    )
)
def test_patterns_pass_nothing_reserved_to_clients(calls: list[Any]) -> None:
    got = answered(RESPONSE % '{propagate: {matching: "", algorithm: append}}', *calls)
    values = [value for _, headers in calls for name, value in headers if name == "x-a"]
    assert got == ([("x-a", ", ".join(values))] if values else [])
    assert all(not is_reserved_in_responses(name) for name, _ in got)
