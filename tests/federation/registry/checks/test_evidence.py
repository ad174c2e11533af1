"""Which operations count as being in use: window sums, thresholds, excluded clients."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from federation.registry.checks.evidence import documents_in_use, operations_in_use
from federation.registry.settings import CheckSettings
from federation.registry.usage import OperationUsage, StoredDocument

HOUR = datetime(2026, 3, 1, 8, tzinfo=UTC)


def used(signature: str, count: int, client: str = "app", version: str = "1") -> OperationUsage:
    return OperationUsage(
        signature, signature.upper(), "query", f"{{ {signature} }}", client, version,
        frozenset({f"Query.{signature}", f"By.{client}"}), count, 0,
        HOUR + timedelta(hours=count % 5),
    )  # fmt: skip


USAGE = [
    used("a", 90),
    used("b", 4, "app"),
    used("b", 4, "app", "2"),
    used("b", 1, "robot", ""),
    used("c", 1),
]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (CheckSettings(), {"a": 90, "b": 9, "c": 1}),
        (CheckSettings(minimum_count=2), {"a": 90, "b": 9}),
        (CheckSettings(minimum_count=9), {"a": 90, "b": 9}),
        (CheckSettings(minimum_count=10), {"a": 90}),
        (CheckSettings(minimum_percentage=9.0), {"a": 90, "b": 9}),
        (CheckSettings(minimum_percentage=9.1), {"a": 90}),
        (CheckSettings(minimum_count=2, minimum_percentage=100.0), {}),
        (CheckSettings(excluded_clients=frozenset({"robot"})), {"a": 90, "b": 8, "c": 1}),
        (CheckSettings(excluded_clients=frozenset({"app"})), {"b": 1}),
        (CheckSettings(excluded_clients=frozenset({"app", "robot"})), {}),
    ],
)
def test_thresholds(settings: CheckSettings, expected: dict[str, int]) -> None:
    found = operations_in_use(USAGE, settings)
    assert {item.signature: item.requests for item in found} == expected


def test_clients_and_coordinates_are_united() -> None:
    (found,) = [x for x in operations_in_use(USAGE, CheckSettings()) if x.signature == "b"]
    assert found.clients == ("app@1", "app@2", "robot")
    assert found.recorded == {"Query.b", "By.app", "By.robot"}


def test_documents_always_count_but_not_those_of_excluded_clients() -> None:
    documents = [
        StoredDocument("2", "{ b }", "B", "query", "app"),
        StoredDocument("1", "{ a }", "A", "query", "robot"),
        StoredDocument("3", "{ c }", "C", "query"),
    ]
    settings = CheckSettings(
        minimum_count=1000, minimum_percentage=50.0, excluded_clients=frozenset({"robot"})
    )
    found = documents_in_use(documents, settings)
    assert [(item.document_id, item.clients) for item in found] == [("2", ("app",)), ("3", ())]
