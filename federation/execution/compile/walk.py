"""Generated: from the root to the objects at a path.

Several fetches often start from the same objects, or from objects below the same ones. A prefix
that more than one of them goes through is a function of its own, `walk_<n>(data, walks)`, which
walks once per request and remembers the objects in `walks`.
"""

from __future__ import annotations

from federation.execution.compile.analysis import Analysis
from federation.execution.compile.source import Source
from federation.plan.nodes import Path, PathKey


def write_shared_walks(source: Source, analysis: Analysis) -> None:
    """Write the functions of all shared prefixes, shortest first."""
    for path, number in analysis.walks.items():
        about = ".".join(element.key if isinstance(element, PathKey) else "@" for element in path)
        with source.function(f"walk_{number}(data, walks)", about):
            source.line(f"found = walks.get({number})")
            # Nothing there is no answer yet: who comes later may find more.
            with source.block("if not found:"):
                write_walk_from_root(source, analysis, path, shared_itself=False)
                source.line(f"walks[{number}] = found")
            source.line("return found")


def write_walk_from_root(
    source: Source, analysis: Analysis, path: Path, shared_itself: bool = True
) -> None:
    """Write statements that put the objects at `path` of the data in `found`."""
    length = len(path) if shared_itself else len(path) - 1
    while length > 0 and path[:length] not in analysis.walks:
        length -= 1
    if length:
        source.line(f"found = walk_{analysis.walks[path[:length]]}(data, walks)")
    else:
        source.line("found = [data]")
    if length < len(path):
        write_walk(source, path[length:], "found")


def write_walk(source: Source, path: Path, start: str, end: str = "found") -> None:
    """Write statements that put everything at `path` below each item of list `start` in `end`.

    One list comprehension per member, with the list steps that follow it, so that the depth of
    the path never becomes depth of the Python code.
    """
    position = 0
    current = start
    if not path:
        source.line(f"{end} = {start}")
        return
    while position < len(path):
        element = path[position]
        lists = 0
        position += 1
        if isinstance(element, PathKey):
            while position < len(path) and not isinstance(path[position], PathKey):
                lists += 1
                position += 1
            source.line(f"{end} = {_member_step(source, element, current, lists)}")
        else:
            source.line(
                f"{end} = [item for items in {current} if items.__class__ is list"
                " for item in items]"
            )
        current = end


def _member_step(source: Source, element: PathKey, current: str, lists: int) -> str:
    conditions = ["item.__class__ is dict"]
    if element.types is not None:
        conditions.append(source.is_one_of('item.get("__typename")', element.types))
    value = f"(value_0 := item.get({element.key!r}))"
    if not lists:
        conditions.append(f"{value} is not None")
        return f"[value_0 for item in {current} if {' and '.join(conditions)}]"
    conditions.append(f"{value}.__class__ is list")
    loops = [f"for item in {current} if {' and '.join(conditions)}"]
    for depth in range(lists):
        loop = f"for value_{depth + 1} in value_{depth}"
        if depth + 1 < lists:
            loop += f" if value_{depth + 1}.__class__ is list"
        loops.append(loop)
    return f"[value_{lists} {' '.join(loops)}]"
