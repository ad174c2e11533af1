"""Source files are read strictly: place, what is wrong, what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.config import in_pulling_order, read_source, read_sources
from adapters.demo import SOURCES, demo_sources
from adapters.errors import SourceInvalid
from adapters.model import SourceClass
from tests.adapters.harness import source

GOOD = """\
code: szip-listings
name: 深圳平台：挂牌项目
center: FT-110000-01
kind: file_drop
feed: LISTING
path: inbox
precedence: PLATFORM
columns:
  标的编码: number
constants:
  platform: FT-110000-01
"""


def read(folder: Path, text: str) -> SourceInvalid | None:
    path = folder / "a.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        read_source(path)
    except SourceInvalid as error:
        return error
    return None


def test_a_source_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(GOOD, encoding="utf-8")
    config = read_source(path)
    assert config.precedence is SourceClass.PLATFORM
    assert config.location == tmp_path / "inbox"
    assert config.refused_limit == 0.30


@pytest.mark.parametrize(
    ("change", "line", "column", "words"),
    [
        (("precedence:", "precedance:"), 7, 1, "did you mean 'precedence'"),
        (("LISTING", "LISTINGS"), 5, 1, "did you mean 'LISTING'"),
        (("标的编码: number", "标的编码: numbre"), 9, 3, "did you mean 'number'"),
        (("  platform: FT", "  plattform: FT"), 11, 3, "did you mean 'platform'"),
        (("kind: file_drop", "kind: ftp"), 4, 1, "kind"),
        (("center: FT-110000-01", "center: Shenzhen"), 3, 1, "center"),
        (("precedence: PLATFORM", "precedence: MINISTRY"), 7, 1, "precedence"),
        (("path: inbox", "path: inbox\npath: outbox"), 7, 1, "stands twice"),
        (("path: inbox\n", ""), 4, 1, "path"),
        (("path: inbox", "path: inbox\nrefused_limit: 3"), 7, 1, "refused_limit"),
        (("path: inbox", "path: inbox\nencoding: gb99"), 7, 1, "unknown encoding"),
        (("path: inbox", "path: inbox\nencoding: rot13"), 7, 1, "unknown encoding"),
        (("path: inbox", "path: inbox\npattern: ../*.csv"), 7, 1, "inside the folder"),
        (("path: inbox", "path: inbox\npattern: /etc/*"), 7, 1, "inside the folder"),
        (("code: szip-listings", "code: [a"), 2, 5, ""),
        ((GOOD, "- a\n"), 1, 1, "expected keys"),
    ],
)
def test_faults_have_a_place(
    tmp_path: Path, change: tuple[str, str], line: int, column: int, words: str
) -> None:
    error = read(tmp_path, GOOD.replace(*change))
    assert error is not None
    assert words in error.message
    assert (error.line, error.column) == (line, column), error
    assert str(error).startswith(f"{tmp_path / 'a.yaml'}:{line}:{column}: ")


def test_not_utf8_and_too_large(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("name: 深圳".encode("gb18030"))
    with pytest.raises(SourceInvalid, match="not UTF-8"):
        read_source(path)
    path.write_bytes(b"#" * 300_000)
    with pytest.raises(SourceInvalid, match="larger than"):
        read_source(path)
    with pytest.raises(SourceInvalid, match="No such file"):
        read_source(tmp_path / "none.yaml")


def test_two_files_with_one_code(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    with pytest.raises(SourceInvalid, match="already has the code"):
        read_sources(tmp_path)


def test_facts_are_pulled_before_what_is_checked_against_them() -> None:
    order = [
        *("ORGANIZATION", "OPERATION_CENTER", "PATENT", "PLEDGE", "LICENCE"),
        *("TRANSFER", "LISTING", "OPEN_LICENCE"),
    ]
    feeds = [config.feed for config in demo_sources()]
    assert feeds == sorted(feeds, key=order.index)
    weak, strong = source(code="a"), source(code="b", precedence="REGISTRY")
    assert in_pulling_order([weak, strong]) == (strong, weak)


def test_demo_sources_are_valid() -> None:
    assert len(read_sources(SOURCES)) == len(list(SOURCES.glob("*.yaml"))) == 11
