"""`flame`: folded stacks, as py-spy writes them, to a flame graph in SVG.

    py-spy record --format raw --function --output stacks.txt --duration 10 --pid PID
    python -m tests.benchmarks flame stacks.txt flame.svg --within Runner.run

Width is time; who is called stands above who calls. One colour per part of the engine, grey for
libraries. What takes less than a thousandth is left out.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

_WIDTH = 1200.0
_ROW = 17
_SMALLEST = 0.001
_CHARACTER = 6.3
# By the file of a frame; the first that fits.
_COLOURS = (
    ("federation/execution/compile", "#e8b84a"),
    ("<query plan>", "#e8b84a"),
    ("federation/execution/transports", "#d98c5f"),
    ("federation/execution", "#e0a070"),
    ("federation/server/listener", "#7fa8d1"),
    ("federation/server/observing", "#b39ad6"),
    ("federation/", "#8fc1a9"),
    ("resolvers/", "#d18fa8"),
    ("schema/", "#c7a3d4"),
)
_LIBRARY = "#b8b8b8"
_PACKAGES = re.compile(r"(federation|schema|resolvers|adapters|tests)/.*|[^/]+/[^/]+$|[^/]+$")


@dataclass(slots=True)
class Frame:
    """A function within its callers. `samples`: with all that it called."""

    name: str
    samples: int = 0
    called: dict[str, Frame] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Box:
    """`left` and `width` as shares of the whole; `depth` counts from the bottom."""

    name: str
    left: float
    width: float
    depth: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what can be chosen."""
    parser.add_argument("stacks", type=Path, help="folded stacks")
    parser.add_argument("svg", type=Path, help="the file to write")
    parser.add_argument("--title", default="")
    parser.add_argument("--within", default="", help="only what this function calls (Runner.run)")


def run(options: argparse.Namespace) -> int:
    """Write the graph; return the exit status."""
    whole = read(options.stacks.read_text(encoding="utf-8").splitlines(), options.within)
    options.svg.write_text(draw(whole, options.title), encoding="utf-8")
    print(f"{whole.samples} samples: {options.svg}")
    return 0


def read(lines: Iterable[str], within: str = "") -> Frame:
    """Return the tree of all stacks, or of what the function `within` calls: threads that idle, and
    how the program was started, are left out by it.

    >>> whole = read(["main (a.py);work (b.py) 3", "main (a.py) 1"])
    >>> main = whole.called["main (a.py)"]
    >>> whole.samples, main.samples, main.called["work (b.py)"].samples
    (4, 4, 3)
    """
    whole = Frame(within or "all")
    for line in lines:
        stack, _, count = line.rpartition(" ")
        if not stack:
            continue
        names = stack.split(";")
        if within:
            at = [index for index, name in enumerate(names) if name.startswith(f"{within} ")]
            if not at:
                continue
            names = names[at[0] + 1 :]
        samples = int(count)
        whole.samples += samples
        frame = whole
        for name in names:
            short = _short(name)
            frame = frame.called.setdefault(short, Frame(short))
            frame.samples += samples
    return whole


def _short(name: str) -> str:
    """Return a frame's name without the folders that a machine has its packages in."""
    function, separator, file = name.partition(" (")
    if not separator:
        return function
    found = _PACKAGES.search(file.rstrip(")"))
    return f"{function} ({found.group(0) if found else file.rstrip(')')})"


def boxes(frame: Frame, total: int, left: float = 0.0, depth: int = 0) -> Iterator[Box]:
    """Yield the boxes of a frame and of what it calls, the widest first."""
    width = frame.samples / total
    if width < _SMALLEST:
        return
    yield Box(frame.name, left, width, depth)
    for inner in sorted(frame.called.values(), key=lambda one: (-one.samples, one.name)):
        yield from boxes(inner, total, left, depth + 1)
        left += inner.samples / total


def draw(whole: Frame, title: str) -> str:
    """Return the SVG of a tree."""
    found = list(boxes(whole, max(whole.samples, 1)))
    rows = max((box.depth for box in found), default=0) + 1
    top = 26 if title else 4
    height = top + rows * _ROW + 4
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:.0f} {height}"'
        ' font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11">',
        f'<rect width="{_WIDTH:.0f}" height="{height}" fill="#ffffff"/>',
    ]
    if title:
        lines.append(f'<text x="6" y="17" font-size="13" fill="#222">{escape(title)}</text>')
    lines += [_drawn(box, top + (rows - 1 - box.depth) * _ROW) for box in found]
    return "\n".join([*lines, "</svg>", ""])


def _drawn(box: Box, y: int) -> str:
    x, width = box.left * _WIDTH, box.width * _WIDTH
    label = f"{box.name}, {box.width:.1%}"
    fits = int((width - 4) / _CHARACTER)
    text = ""
    if fits >= 3:
        name = box.name if len(box.name) <= fits else box.name[: fits - 1] + "…"
        text = f'<text x="{x + 3:.1f}" y="{y + 12}" fill="#222">{escape(name)}</text>'
    return (
        f"<g><title>{escape(label)}</title>"
        f'<rect x="{x:.1f}" y="{y}" width="{max(width - 0.6, 0.4):.1f}" height="{_ROW - 1}"'
        f" fill={quoteattr(_colour(box.name))}/>{text}</g>"
    )


def _colour(name: str) -> str:
    return next((colour for part, colour in _COLOURS if part in name), _LIBRARY)
