"""The flame graph's boxes: widths are shares, callers contain what they call."""

from __future__ import annotations

from tests.benchmarks.flame import boxes, draw, read

_STACKS = [
    "run (federation/server/app.py);parse (x/site-packages/orjson/a.py) 30",
    "run (federation/server/app.py);send (federation/execution/executor.py) 69",
    "run (federation/server/app.py);send (federation/execution/executor.py);rare (b.py) 0",
    "other (c.py) 1",
]


def test_boxes_are_shares_within_their_callers() -> None:
    whole = read(_STACKS)
    found = {box.name: box for box in boxes(whole, whole.samples)}
    run, send = found["run (federation/server/app.py)"], "send (federation/execution/executor.py)"
    assert (run.left, run.width, run.depth) == (0.0, 0.99, 1)
    assert (found[send].left, found[send].width, found[send].depth) == (0.0, 0.69, 2)
    parse = found["parse (orjson/a.py)"]
    assert run.left <= parse.left
    assert parse.left + parse.width <= run.left + run.width + 1e-9
    assert not any("rare" in name for name in found)


def test_the_drawing_has_every_box_and_no_folder_of_the_machine() -> None:
    text = draw(read([*_STACKS, "far <away> (/usr/lib/some/place/deep/file.py) 100"]), "a < b")
    assert text.count("<title>") == 6
    assert "far &lt;away&gt; (deep/file.py), 50.0%" in text
    assert "/usr/" not in text
    assert "a &lt; b" in text


def test_within_one_function() -> None:
    whole = read(_STACKS, "run")
    assert (whole.name, whole.samples) == ("run", 99)
    assert {name: one.samples for name, one in whole.called.items()} == {
        "parse (orjson/a.py)": 30,
        "send (federation/execution/executor.py)": 69,
    }
