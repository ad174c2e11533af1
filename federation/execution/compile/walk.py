"""Generated: from the root to the objects at a path.

Several fetches often start from the same objects, or from objects below the same ones. A prefix
that more than one of them goes through is a function of its own, `walk_<n>(data, walks)`, which
walks once per request and remembers the objects in `walks`.
"""

from __future__ import annotations

from federation.execution.compile.analysis import Analysis
from federation.execution.compile.source import Source, called, literal
from federation.plan.nodes import Path, PathKey


def write_shared_walks(source: Source, analysis: Analysis) -> None:
    """Write the functions of all shared prefixes, shortest first."""
    for path, number in analysis.walks.items():
        about = ".".join(element.key if isinstance(element, PathKey) else "@" for element in path)
        with source.function(f"walk_{number}(data, walks)", about):
            key = source.number(number)
            source.line(f"found = walks.get({key})")
            # Nothing there is no answer yet: who comes later may find more.
            with source.block("if not found:"):
                write_walk_from_root(source, analysis, path, shared_itself=False)
                source.line(f"walks[{key}] = found")
            source.line("return found")


def write_walk_from_root(
    source: Source, analysis: Analysis, path: Path, shared_itself: bool = True
) -> None:
    """Write statements that put the objects at `path` of the data in `found`."""
    length = len(path) if shared_itself else len(path) - 1
    while length > 0 and path[:length] not in analysis.walks:
        length -= 1
    if length:
        walk = called(f"walk_{analysis.walks[path[:length]]}")
        source.line(f"found = {walk}(data, walks)")
    else:
        source.line("found = [data]")
    if length < len(path):
        write_walk(source, path[length:], "found")


def write_walk(source: Source, path: Path, start: str, end: str = "found") -> None:
    """Write statements that put everything at `path` below each item of list `start` in `end`.

    One call per member or list of lists, so that the depth of the path never becomes depth of the
    Python code.
    """
    position = 0
    current = start
    if not path:
        source.line(f"{end} = {start}")
        return
    while position < len(path):
        element = path[position]
        position += 1
        if isinstance(element, PathKey):
            listed = position < len(path) and not isinstance(path[position], PathKey)
            position += listed
            source.line(f"{end} = {_member_step(source, element, current, listed)}")
        else:
            source.line(f"{end} = items_of({current})")
        current = end


def _member_step(source: Source, element: PathKey, current: str, listed: bool) -> str:
    found = "listed" if listed else "members"
    if element.types is None:
        return f"{called(found)}({current}, {literal(element.key)})"
    types = source.types(element.types)
    return f"{called(f'{found}_of_types')}({current}, {literal(element.key)}, {types})"
