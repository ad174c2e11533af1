"""`/registry/checks/{graph}/{id}`: the result of a check as text, for who follows Rover's link.

Opened by a signed address or with a token.
"""

from __future__ import annotations

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response

from federation.errors import RequestError
from federation.registry.access import system_caller
from federation.registry.checks.result import CheckedChange, CheckResult, TaskStatus
from federation.registry.errors import RegistryError
from federation.server.registry_api.context import Site
from federation.server.registry_api.endpoint import HEADERS
from federation.server.registry_api.platform import KEY_HEADER, authenticate

_STATUS = {"E013": 401, "E033": 403, "E010": 404, "UNKNOWN_CHECK": 404}


class CheckPage:
    """The route."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def __call__(self, request: Request) -> Response:
        graph, check_id = request.path_params["graph"], request.path_params["id"]
        expires = request.query_params.get("expires", "")
        signature = request.query_params.get("signature", "")
        path = f"/registry/checks/{graph}/{check_id}"
        try:
            if self._site.links.is_signed(path, expires, signature):
                caller = system_caller("check page")
            else:
                caller = await authenticate(self._site, request, KEY_HEADER)
            result = await self._site.registry.check(caller, graph, check_id)
        except RequestError as error:
            return _text(error.message, error.http_status, error.retry_after)
        except RegistryError as error:
            return _text(error.message, _STATUS.get(error.code, 503))
        return _text(check_text(result))


def _text(text: str, status: int = 200, retry_after: int | None = None) -> Response:
    headers = dict(HEADERS)
    if retry_after is not None:
        headers["retry-after"] = str(retry_after)
    return Response(text + "\n", status, headers, media_type="text/plain")


def check_text(result: CheckResult) -> str:
    """Return a check for people, task by task."""
    lines = [
        f"check {result.id} of {', '.join(result.subgraphs)} in {result.ref}: {result.status.name}"
    ]
    if result.failure is not None:
        lines.append(f"the check broke off: {result.failure}")
    lines += _composition(result)
    lines += _operations(result)
    lines += _lint(result)
    lines += _downstream(result)
    return "\n".join(lines)


def _composition(result: CheckResult) -> Iterator[str]:
    task = result.composition
    yield _head("composition", task.status)
    for error in task.errors:
        yield f"  {error.code}  {', '.join(error.subgraphs)}: {error.message}"


def _operations(result: CheckResult) -> Iterator[str]:
    task = result.operations
    yield _head("operations", task.status)
    if task.note:
        yield f"  {task.note}"
    for change in task.changes:
        yield from _change(change)


def _change(change: CheckedChange) -> Iterator[str]:
    approved = " (approved)" if change.approval_id is not None else ""
    yield f"  {change.severity.name}  {change.code}  {change.description}{approved}"
    for operation in change.operations:
        name = operation.name or operation.signature[:12]
        by = f" by {', '.join(operation.clients)}" if operation.clients else ""
        what = "a stored document" if operation.document_id else f"{operation.requests} requests"
        yield f"      {name}: {what}{by}"


def _lint(result: CheckResult) -> Iterator[str]:
    task = result.lint
    yield _head("lint", task.status)
    for found in task.diagnostics:
        place = f"{found.start.line}:{found.start.column}"
        yield f"  {found.level.name}  {found.rule}  {found.coordinate} ({place}): {found.message}"


def _downstream(result: CheckResult) -> Iterator[str]:
    if result.downstream is None:
        return
    yield _head("contracts", result.downstream.status)
    for contract in result.downstream.results:
        yield f"  {contract.contract}: {contract.status.name} {contract.message}".rstrip()


def _head(task: str, status: TaskStatus) -> str:
    return f"{task}: {status.name}"
