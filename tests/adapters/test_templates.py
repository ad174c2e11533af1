"""Every template is a source file: readable at once, for every feed, kind and class of centre."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from adapters.config import KINDS, Kind, read_source
from adapters.config.source import FILE_KINDS
from adapters.feed import load_feeds
from adapters.templates import feeds_of, kinds_of, render
from adapters.templates.fields import asked
from tests.adapters.test_cli import run

CASES = [(kind, feed) for kind in KINDS for feed in feeds_of(kind)]
_EXAMPLE = re.compile(r"^(\s*)# ([A-Za-z_]+: ?.*)$")


@pytest.mark.parametrize(("kind", "feed"), CASES)
@pytest.mark.parametrize("center", ["FT-440300-01", "IC-310000-02"])
def test_every_template_can_be_read(tmp_path: Path, kind: Kind, feed: str, center: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(render(kind, feed, "my-source", center, '“示例” "x" \\'), encoding="utf-8")
    source = read_source(path)
    assert (source.code, source.kind, source.feed) == ("my-source", kind, feed)
    assert (source.center, source.name) == (center, '“示例” "x" \\')
    required = {name for name, field in load_feeds()[feed].fields.items() if field.required}
    if kind == "rest":
        assert required <= {*source.fields, *source.constants}
    if kind in ("graphql", "sql"):
        section = source.graphql or source.sql
        assert section is not None
        assert all(name in section.query for name, _ in asked(load_feeds()[feed]))
        assert required <= {*re.findall(r"\w+", section.query), *source.constants}


@pytest.mark.parametrize(("kind", "feed"), CASES)
def test_what_templates_comment_out_can_be_read_too(tmp_path: Path, kind: Kind, feed: str) -> None:
    lines: list[str] = []
    commented = 0
    below = False
    for line in render(kind, feed, "my-source", "FT-440300-01").splitlines():
        found = _EXAMPLE.match(line)
        if below and line.startswith("#   "):
            line = line.replace("# ", "", 1)
        elif found and not line.startswith("# Made"):
            line = found[1] + found[2]
            commented += 1
        below = bool(found) and line.endswith(":")
        lines.append(line)
    path = tmp_path / "a.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    source = read_source(path)
    assert commented >= 1
    assert source.schedule is not None


def test_which_kind_brings_which_feed() -> None:
    assert feeds_of("packages") == ("LEGAL_EVENT",)
    for feed in load_feeds():
        assert {"file_drop", "rest", "graphql", "sql"} <= set(kinds_of(feed))
    with pytest.raises(ValueError, match="LISTING does not come from"):
        render("packages", "LISTING", "a", "FT-440300-01")
    assert frozenset({"file_drop", "packages"}) == FILE_KINDS


def test_add(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "sources"
    words = ("sources", "add", "szip-listings", "--kind", "rest", "--feed", "LISTING")
    more = ("--center", "FT-440300-01", "--folder", str(folder))
    assert run(*words, *more) == 0
    out = capsys.readouterr().out
    path = folder / "szip-listings.yaml"
    assert read_source(path).rest is not None
    text = path.read_text(encoding="utf-8")
    assert "example.invalid" in text
    for number in map(int, re.findall(rf"{re.escape(str(path))}:(\d+): ", out)):
        assert "改：" in text.splitlines()[number - 1]
    assert f"hub sources check szip-listings --sources {folder}" in out
    # nothing is overwritten, by name or by code
    path.write_text(text + "# mine\n", encoding="utf-8")
    assert run(*words, *more) == 1
    assert "SOURCE_EXISTS" in capsys.readouterr().err
    path.rename(folder / "other.yaml")
    assert run(*words, *more, "--format", "json") == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["error"]["code"] == "SOURCE_EXISTS"
    assert (folder / "other.yaml").read_text(encoding="utf-8").endswith("# mine\n")
    assert not path.exists()


def test_add_refuses_what_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = ("--folder", str(tmp_path))
    center = ("--center", "FT-440300-01")
    packages = ("sources", "add", "a", "--kind", "packages", "--feed", "LISTING")
    assert run(*packages, *center, *folder) == 1
    assert "SOURCE_TEMPLATE" in capsys.readouterr().err
    listings = ("sources", "add", "a", "--kind", "rest", "--feed", "LISTING", *center)
    assert run(*listings) == 1  # the only folder is the demo's, inside the program
    assert "--folder" in capsys.readouterr().err
    assert run(*listings, "--sources", str(tmp_path)) == 0
    for wrong in (("Upper", *center), ("a", "--center", "Shenzhen")):
        with pytest.raises(SystemExit) as ended:
            run("sources", "add", *wrong, "--kind", "rest", "--feed", "LISTING", *folder)
        assert ended.value.code == 2


def test_templates_and_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("sources", "templates") == 0
    out = capsys.readouterr().out
    assert "packages   LEGAL_EVENT\n" in out
    assert "挂牌项目" in out
    assert run("sources", "templates", "--format", "json") == 0
    feeds = json.loads(capsys.readouterr().out)["feeds"]
    assert [feed["feed"] for feed in feeds] == list(load_feeds())
    assert run("sources", "schema") == 0
    schema = json.loads(capsys.readouterr().out)
    source = schema["$defs"]["SourceConfig"]
    assert source["additionalProperties"] is False
    assert "folder" not in source["properties"]
    assert set(source["required"]) == {"code", "name", "center", "kind", "feed"}
    assert schema["$defs"]["Paging"]["properties"]["size"]["minimum"] == 1
