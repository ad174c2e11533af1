"""From what went wrong at a subgraph to errors the client can read.

Codes as LANDSCAPE's routers use them: `SUBREQUEST_HTTP_ERROR`, `SUBREQUEST_MALFORMED_RESPONSE`
and `GATEWAY_TIMEOUT` for a call that failed as a whole, the subgraph's own code or
`DOWNSTREAM_SERVICE_ERROR` for an error in its answer. `REQUIRED_VALUE_UNAVAILABLE` for a field that
was not asked for, since a value it is computed from is unknown after such a failure (`lost`).
`extensions.service` names the subgraph that failed.
Paths are the client's: aliases, list indexes, every place an entity was used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from federation.errors import SubgraphError
from federation.execution.compile.analysis import Part, key_path
from federation.execution.context import ErrorPolicy
from federation.execution.locate import ClientPath, Locator, Spot, common_prefix
from federation.execution.runtime import is_writable
from federation.execution.steps import Step

MASKED = "The subgraph reported an error. Its message is not shown to clients."
DOWNSTREAM = "DOWNSTREAM_SERVICE_ERROR"
# What servers put beside an error for their own developers.
_PRIVATE = frozenset({"exception", "stacktrace", "stackTrace", "debug"})
_MAX_SPOTS = 10_000

Targets = tuple[list[list[dict[str, Any]]], ...]


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a value is unknown: a subgraph, of which a whole call failed or single fields did."""

    subgraph: str
    is_call: bool


class RequirementError(SubgraphError):
    """A call was not made for some objects, since a value they had to be sent with is unknown."""

    code = "REQUIRED_VALUE_UNAVAILABLE"

    def __init__(self, cause: Cause) -> None:
        super().__init__(
            "This was not asked for: a value that it is computed from is missing, because subgraph"
            f" '{cause.subgraph}' failed.",
            subgraph=cause.subgraph,
        )
        self.cause = cause


@dataclass(frozen=True, slots=True)
class AnswerPlace:
    """Where an error's path leads: objects of the data, and the path from there."""

    part: Part
    objects: list[dict[str, Any]]
    path: list[Any]


@dataclass(slots=True)
class StepFailure:
    """What one step reported: a failed call, or errors in its answer. `targets` per part."""

    step: Step
    parts: tuple[Part, ...]
    targets: Targets
    failure: SubgraphError | None = None
    errors: Sequence[Any] = ()

    @property
    def cause(self) -> Cause:
        """What else is unknown because of this failed call has this reason."""
        if isinstance(self.failure, RequirementError):
            return self.failure.cause
        return Cause(self.step.subgraph, is_call=True)

    def place_of(self, path: Any) -> AnswerPlace | None:
        """Return where a path, as the subgraph wrote it, leads to in the data; None for nowhere."""
        if not isinstance(path, list) or not path:
            return None
        if not self.step.entities:
            part = self.parts[0]
            return AnswerPlace(part, self.targets[0][0], renamed_path(part, path))
        for part, targets in zip(self.parts, self.targets, strict=True):
            alias = self.step.entities[part.position].alias
            if not alias:
                path = [alias, 0, *path]
            if alias != path[0]:
                continue
            if len(path) < 2 or type(path[1]) is not int or not 0 <= path[1] < len(targets):
                return None
            return AnswerPlace(part, targets[path[1]], renamed_path(part, path[2:]))
        return None


def renamed_path(part: Part, path: Sequence[Any]) -> list[Any]:
    """Return a path below an answer as the data names it."""
    renames = {key_path(rewrite.path): rewrite.to for rewrite in part.rewrites}
    keys: tuple[str, ...] = ()
    renamed = []
    for segment in path:
        if isinstance(segment, str):
            keys = (*keys, segment)
            segment = renames.get(keys, segment)
        renamed.append(segment)
    return renamed


@dataclass(slots=True)
class ErrorList:
    """The errors of one answer, bounded, and which nulls they explain."""

    limit: int
    errors: list[dict[str, Any]] = field(default_factory=list)
    left_out: int = 0
    _paths: set[ClientPath] = field(default_factory=set)
    _above: set[ClientPath] = field(default_factory=set)

    def add(
        self,
        message: str,
        *,
        code: str,
        path: ClientPath | None,
        service: str | None = None,
        extensions: Mapping[str, Any] | None = None,
    ) -> None:
        if path is not None:
            self.explain(path)
        if len(self.errors) >= self.limit:
            self.left_out += 1
            return
        error: dict[str, Any] = {"message": message}
        if path:
            error["path"] = list(path)
        error["extensions"] = {**(extensions or {}), "code": code}
        if service is not None:
            error["extensions"]["service"] = service
        self.errors.append(error)

    def explain(self, path: ClientPath) -> None:
        """Nulls at `path`, above and below it need no error of their own."""
        self._paths.add(path)
        self._above.update(path[:length] for length in range(len(path)))

    def explains(self, path: ClientPath) -> bool:
        return path in self._above or any(
            path[:length] in self._paths for length in range(len(path) + 1)
        )

    def finish(self) -> tuple[dict[str, Any], ...]:
        """Return all errors, with a last one about those over the limit."""
        if not self.left_out:
            return tuple(self.errors)
        text = f"{self.left_out} more errors are not listed."
        return (*self.errors, {"message": text, "extensions": {"code": "TOO_MANY_ERRORS"}})


@dataclass(frozen=True, slots=True)
class ErrorTranslation:
    """Writes failures into an `ErrorList`."""

    locator: Locator
    policy: ErrorPolicy
    into: ErrorList

    def add(self, failure: StepFailure) -> None:
        if failure.failure is not None:
            self._add_failed_call(failure, failure.failure)
        for error in failure.errors:
            self._add_reported(failure, error if isinstance(error, dict) else {})

    def _add_failed_call(self, failure: StepFailure, error: SubgraphError) -> None:
        """One error at the place all that is missing has in common."""
        missing = self._missing(failure)
        if isinstance(error, RequirementError):
            self._add_unasked(error, [path for path in missing if not self.into.explains(path)])
            return
        extensions = {} if error.status is None else {"http": {"status": error.status}}
        self.into.add(
            error.message,
            code=error.code,
            path=common_prefix(missing) or None,
            service=failure.step.subgraph,
            extensions=extensions,
        )
        for path in missing:
            self.into.explain(path)

    def _add_unasked(self, error: RequirementError, paths: list[ClientPath]) -> None:
        """One error for all that a failed call took along, or one for each failed value."""
        common = common_prefix(paths)
        for path in [common] if error.cause.is_call and common else paths:
            self.into.add(error.message, code=error.code, path=path, service=error.subgraph)
        for path in paths:
            self.into.explain(path)

    def _missing(self, failure: StepFailure) -> list[ClientPath]:
        """Return the client's paths of everything the step should have answered."""
        paths: list[ClientPath] = []
        for part, targets in zip(failure.parts, failure.targets, strict=True):
            for value, spots in self._places(part, targets):
                for key in part.members.fields:
                    if key != "__typename":
                        inner = self.locator.step(spots, value, key)
                        paths.extend(spot.path for spot in inner if spot.shape is not None)
                if len(paths) > _MAX_SPOTS:
                    return paths
        return paths

    def _places(
        self, part: Part, targets: Iterable[list[dict[str, Any]]]
    ) -> Iterable[tuple[Any, tuple[Spot, ...]]]:
        wanted = {id(item) for items in targets for item in items}
        for path in part.paths:
            for value, spots in self.locator.find(path):
                if id(value) in wanted:
                    yield value, spots

    def _add_reported(self, failure: StepFailure, error: Mapping[str, Any]) -> None:
        service = failure.step.subgraph
        message, extensions, code = self._visible(service, error)
        paths = self._client_paths(failure, error.get("path"))
        if paths:
            for path in paths:
                self.into.add(message, code=code, path=path, service=service, extensions=extensions)
            return
        missing = self._missing(failure)
        prefix = common_prefix(missing) or None
        self.into.add(message, code=code, path=None, service=service, extensions=extensions)
        if prefix and self.into.errors and self.into.left_out == 0:
            self.into.errors[-1]["path"] = list(prefix)
        for path in missing:
            self.into.explain(path)

    def _visible(
        self, service: str, error: Mapping[str, Any]
    ) -> tuple[str, Mapping[str, Any], str]:
        given = error.get("extensions")
        extensions = given if isinstance(given, dict) else {}
        code = extensions.get("code")
        code = code if isinstance(code, str) and code and is_writable(code) else DOWNSTREAM
        if not self.policy.shows(service):
            return MASKED, {}, code
        message = error.get("message")
        if not isinstance(message, str) or not is_writable(message):
            message = "The subgraph reported an error without a readable message."
        visible = {
            key: value
            for key, value in extensions.items()
            if key not in _PRIVATE and is_writable({key: value})
        }
        return message, visible, code

    def _client_paths(self, failure: StepFailure, path: Any) -> list[ClientPath]:
        """Return where an error's path leads in the client's answer; empty when nowhere."""
        place = failure.place_of(path)
        if place is None:
            return []
        part = place.part
        if not failure.step.entities:
            places: list[tuple[Any, tuple[Spot, ...]]] = [(self.locator.data, self.locator.root())]
        else:
            places = list(self._places(part, [place.objects]))
        self._explain_siblings(part, places, place.path)
        return [
            spot.path
            for value, spots in places
            for spot in self.locator.follow(value, place.path, spots)
            if spot.path
        ][: self.policy.max_errors]

    def _explain_siblings(
        self, part: Part, places: Iterable[tuple[Any, tuple[Spot, ...]]], path: Sequence[Any]
    ) -> None:
        """Let an error explain what an object lacks besides the field that failed.

        A failing field that must not be null leaves nothing of its entity's, or the root's, answer.
        """
        for value, spots in places:
            if not path or value.get(path[0]) is not None:
                continue
            for key in part.members.fields:
                if key != "__typename" and value.get(key) is None:
                    for spot in self.locator.step(spots, value, key):
                        if spot.shape is not None:
                            self.into.explain(spot.path)
