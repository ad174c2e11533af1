"""`chart`: the figures of `gateways` as a picture (SVG) for the README.

    python -m tests.benchmarks chart .bench/results.json

One block of bars per workload and mode, each block with a scale of its own: rates of different
workloads say nothing about each other. The thin line on a bar goes from the lowest to the highest
round. It reads well on light and on dark ground, and loads nothing.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

DEFAULT = Path(__file__).parent / "chart.svg"
_WIDTH, _MARGIN = 860, 24
_NAMES, _RATES = 170, 190  # room for the name at the left, the rate at the right of a bar
_BAR, _ROW, _BLOCK, _HEAD = 14, 22, 44, 66
_OURS = ("ours", "base")
_YARDSTICK = ("hand", "nginx")
_MODES = {
    "none": ("互不共享", "nothing shared"),
    "sub": ("共享相同的子图调用", "equal subgraph calls shared"),
    "op": ("共享相同的操作", "equal operations shared"),
}
_TITLES = {
    "a": "重查询，请求相同",
    "b": "重查询，调用者各异",
    "b2": "重查询，调用者各异，子图的答复也各异",
    "c": "重查询，变量各异",
    "d": "从未见过的操作，1 KB",
    "e": "单个子图的列表，100 KB",
    "e2": "单个子图的列表，答复各异",
    "g": "变更",
}
_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.title { font-size: 17px; font-weight: 600; }
.block { font-size: 12px; font-weight: 600; }
.quiet { fill: #59636e; font-size: 12px; }
.ours { fill: #1f6feb; }
.peer { fill: #8c959f; }
.yardstick { fill: none; stroke: #8c959f; stroke-width: 1.5; }
.spread { stroke: #1f2328; stroke-width: 1; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .quiet { fill: #9198a1; }
  .ours { fill: #4493f8; }
  .peer { fill: #6e7681; }
  .yardstick { stroke: #9198a1; }
  .spread { stroke: #e6edf3; }
}
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One program: requests per second, median, lowest and highest."""

    program: str
    rate: float
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class Block:
    """One workload in one mode."""

    title: str
    bars: tuple[Bar, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what can be chosen."""
    parser.add_argument("file", type=Path, help="what `gateways --json FILE` has written")
    parser.add_argument("--to", type=Path, default=DEFAULT, help="default: beside the benchmark")


def run(options: argparse.Namespace) -> int:
    """Write the picture; return 0. Raises `ValueError` when the file has nothing to draw."""
    figures = json.loads(options.file.read_bytes())["gateways"]
    options.to.write_text(draw(figures), encoding="utf-8")
    print(options.to)
    return 0


def blocks(figures: dict[str, Any]) -> list[Block]:
    """Return what is drawn: workloads whose rate is theirs, not the load's, slowest bar last."""
    found: dict[tuple[str, str], list[Bar]] = {}
    for row in figures["rows"]:
        if row["workload"][:1] in _TITLES and row["requests_per_second"] is not None:
            key = row["workload"], row["mode"]
            found.setdefault(key, []).append(Bar(row["program"], *row["requests_per_second"]))
    return [
        Block(
            _title(figures, workload, mode),
            tuple(sorted(bars, key=lambda bar: bar.rate, reverse=True)),
        )
        for (workload, mode), bars in found.items()
    ]


def _title(figures: dict[str, Any], workload: str, mode: str) -> str:
    about = figures["workloads"][workload]["about"]
    chinese, english = _MODES[mode]
    return f"{workload}  {_TITLES[workload[:1]]}，{chinese} · {about}, {english}"


def draw(figures: dict[str, Any]) -> str:
    """Return the picture. Raises `ValueError` when there is nothing to draw."""
    found = blocks(figures)
    if not found:
        raise ValueError("no workload of this file has rates to draw")
    parts: list[str] = []
    y = _MARGIN + _HEAD
    for block in found:
        parts.append(_text(_MARGIN, y, block.title, "block"))
        y += 12
        parts += _bars(block.bars, y)
        y += _ROW * len(block.bars) + _BLOCK - 12
    y -= 16
    parts += [
        _text(_MARGIN, y + 18 * at, line, "quiet") for at, line in enumerate(_legend(figures))
    ]
    height = y + 18 + _MARGIN
    machine = figures["machine"]
    ground = f"{machine['cpu']}, {machine['system']}, Python {machine['python']}"
    if machine.get("node"):
        ground += f", Node {machine['node']}"
    head = [
        _text(
            _MARGIN,
            _MARGIN + 14,
            "每秒请求数，网关独占一核 · requests per second, one core",
            "title",
        ),
        _text(_MARGIN, _MARGIN + 36, ground, "quiet"),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
        f' width="{_WIDTH}" height="{height}" role="img">\n'
        f"<title>requests per second by workload and program</title>\n<style>{_STYLE}</style>\n"
        + "\n".join([*head, *parts])
        + "\n</svg>\n"
    )


def _legend(figures: dict[str, Any]) -> tuple[str, str]:
    rounds = figures["rounds"]
    return (
        f"{rounds} 轮的中位数，细线为最低至最高，括号内为与 ours 之比；空心者为参照，不是网关。",
        f"Median of {rounds} rounds; thin line: lowest to highest; in brackets: to ours; hollow: a"
        " yardstick, not a gateway.",
    )


def _bars(bars: Sequence[Bar], y: int) -> list[str]:
    room = _WIDTH - 2 * _MARGIN - _NAMES - _RATES
    scale = room / max(bar.highest for bar in bars)
    ours = next((bar.rate for bar in bars if bar.program == "ours"), None)
    x = _MARGIN + _NAMES
    parts = []
    for bar in bars:
        middle = y + _BAR // 2
        kind = "ours" if bar.program in _OURS else "peer"
        kind = "yardstick" if bar.program in _YARDSTICK else kind
        parts.append(
            f'<text x="{x - 8}" y="{middle + 5}" text-anchor="end">{escape(bar.program)}</text>'
        )
        parts.append(
            f'<rect class="{kind}" x="{x}" y="{y}" width="{max(1.0, bar.rate * scale):.1f}"'
            f' height="{_BAR}" rx="2"/>'
        )
        parts.append(
            f'<path class="spread" d="M{x + bar.lowest * scale:.1f} {middle}'
            f'H{x + bar.highest * scale:.1f}"/>'
        )
        end = x + max(bar.rate, bar.highest) * scale + 8
        parts.append(_text(end, middle + 5, _rate(bar, ours)))
        y += _ROW
    return parts


def _rate(bar: Bar, ours: float | None) -> str:
    """Return the rate, and how many times of it ours is.

    >>> _rate(Bar("peer", 50.0, 49.0, 51.0), 1000.0), _rate(Bar("ours", 1000.0, 9.0, 9.0), 1000.0)
    ('50 (1/20)', '1,000')
    >>> _rate(Bar("hand", 1200.0, 1.0, 1.0), 1000.0)
    '1,200 (×1.2)'
    """
    text = f"{bar.rate:,.0f}"
    if ours is None or bar.program in _OURS or not bar.rate:
        return text
    if bar.rate < ours:
        times = ours / bar.rate
        return f"{text} (1/{times:.0f})" if times >= 9.5 else f"{text} (1/{times:.1f})"
    return f"{text} (×{bar.rate / ours:.1f})"


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'
