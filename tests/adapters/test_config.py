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
        (("code: szip-listings", "[code]: a"), 1, 1, "a key must be a text"),
        (("code: szip-listings", "code: 5"), 1, 1, "code: expected `str`, got `int`; put it in q"),
        (("FT-110000-01\n", "FT-110000-01\nx: &x [1]\ny: *x\n"), 5, 4, "aliases are not used"),
        (("path: inbox", "path: inbox\nfields: {a: b"), 8, 11, ""),
        (("path: inbox", "path: !!python/name:os.system"), 6, 7, "could not determine a const"),
        (("path: inbox", "path: inbox\nrefused_limit: .nan"), 7, 1, "expected a number"),
        (("path: inbox", "path: inbox\nrefused_limit: !!int x"), 7, 16, "no value"),
        (("path: inbox", "path: inbox\nown_rows_only: sure"), 7, 1, "own_rows_only: expected"),
        (("  platform: FT-110000-01", "  platform: nonsense"), 11, 3, "PLATFORM"),
        (
            ("kind: file_drop", "kind: packages\ndeletions:\n  absent: true"),
            *(6, 3, "not the whole list"),
        ),
        (("path: inbox", "path: inbox\nname: a\tb\x07"), 1, 1, "a character YAML does not"),
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


REST = """\
code: szip-rest
name: 深圳平台：挂牌接口
center: FT-110000-01
kind: rest
feed: LISTING
rest:
  url: https://api.example.invalid/listings
  params: {state: on-shelf}
  headers:
    Accept: application/json
  records: data.records
  envelope:
    success: [0, "00"]
  paging:
    kind: page
    param: pageNo
    size: 100
  auth:
    kind: bearer
    secret: {env: SZIP_TOKEN}
  incremental:
    param: since
    field: updatedAt
    start: 2024-01-01
  lookup:
    keys:
      number: projectNo
fields:
  title: data.title
vocabularies:
  deal_kind:
    转: TRANSFER
units:
  price: 万元
live:
  max_age: 30
deletions:
  field: status
  values:
    - 下架
    - 撤回
schedule:
  cron: 30 2 * * *
  on:
    - trading.listing_changed
bounds:
  rate: 5
"""


def test_dates_stay_texts(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(REST, encoding="utf-8")
    config = read_source(path)
    assert config.rest is not None
    assert config.rest.incremental is not None
    assert config.rest.incremental.start == "2024-01-01"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        # unknown keys of every section, at the key itself
        ("  records: data", "  ¦record: data", "unknown key 'record'; did you mean 'records'?"),
        ("    success: [", "    ¦sucess: [", "did you mean 'success'?"),
        ("    param: pageNo", "    ¦parm: pageNo", "did you mean 'param'?"),
        ("    kind: bearer", "    ¦kindd: bearer", "did you mean 'kind'?"),
        ("{env: SZIP_TOKEN}", "{¦environ: X}", "unknown key 'environ'; did you mean 'env'?"),
        ("    start: 2024", "    ¦starting: 2024", "did you mean 'start'?"),
        ("    keys:", "    ¦key:", "did you mean 'keys'?"),
        ("  max_age: 30", "  ¦maxage: 30", "did you mean 'max_age'?"),
        ("  field: status", "  ¦fields: status", "did you mean 'field'?"),
        ("  cron: 30", "  ¦crom: 30", "did you mean 'cron'?"),
        ("  rate: 5", "  ¦rates: 5", "did you mean 'rate'?"),
        ("rest:\n", "folder: /tmp\nrest:\n", "unknown key 'folder'"),
        # values of the wrong kind, at the deepest key or item
        ("    size: 100", "    ¦size: many", "rest.paging.size: expected `int`, got `str`"),
        ("    size: 100", "    ¦size: 0", "rest.paging.size: expected `int` >= 1"),
        ("    kind: page", "    ¦kind: pages", "rest.paging.kind: invalid enum value 'pages'"),
        ("    - 撤回", "    - ¦7", "deletions.values: expected `str`, got `int`; put it in quotes"),
        ("  title: data.title", "  ¦title: 3", "fields.title: expected `str`, got `int`"),
        ("    转: TRANSFER", "    ¦转: 1", "vocabularies.deal_kind.转: expected `str`, got `int`"),
        ("    param: since\n", "", "rest.incremental: object missing required field `param`"),
        ("  values:\n    - 下架\n    - 撤回\n", "", "values: which words in the field"),
        ("  cron: 30 2 * * *", "  ¦cron: [1]", "schedule.cron: expected `str"),
        ("  - trading.listing_changed", "  - ¦[x]", "schedule.on: expected `str`"),
        # secrets by reference only; the value is not repeated
        (" {env: SZIP_TOKEN}", " hunter2", "a secret never stands in the file: give {env: NAME}"),
        ("{env: SZIP_TOKEN}", "{¦env: hunter-2}", "the name of an environment variable"),
        ("{env: SZIP_TOKEN}", "{¦file: ' '}", "the path of a file"),
        ("{env: SZIP_TOKEN}", "{}", "give either env (a variable) or file (a path)"),
        ("    Accept: application/json", "    ¦Authorization: hunter2", "a secret never stands"),
        ("{state: on-shelf}", "{¦access_token: hunter2}", "a secret never stands"),
        ("    Accept: application/json", "    ¦Acc ept: a", "no name of a header"),
        ("https://api", "https://me:hunter2@api", "an address carries no credentials"),
        ("https://api.example.invalid", "ftp://api.example.invalid", "http or https"),
        ("https://api.example.invalid/", "https:///", "http or https and a host"),
        ("https://api.example.invalid", "https://api.example.invalid:99999", "no address"),
        # languages of their own
        ("  records: data.records", "  ¦records: data[", "is no JMESPath"),
        ("    field: updatedAt", "    ¦field: a..b", "is no JMESPath"),
        ("  title: data.title", "  ¦title: '['", "is no JMESPath"),
        ("  cron: 30 2 * * *", "  ¦cron: 0 30 2 * * *", "five fields"),
        ("  cron: 30 2 * * *", "  ¦cron: 99 2 * * *", "is no time"),
        ("  cron: 30 2 * * *", "  ¦cron: 0 0 31 2 *", "is no time"),
        ("  cron: 30 2 * * *", "  ¦cron: '@daily'", "five fields"),
        ("  - trading.listing_changed", "  - ¦Listing", "is no topic"),
        ("  - trading.listing_changed", "  - ¦tradng.x", "did you mean 'trading'?"),
        # what fits together
        ("      number: projectNo", "      ¦nummer: projectNo", "did you mean 'number'?"),
        ("  lookup:\n    keys:\n      number: projectNo\n", "", "live use needs lookup"),
        ("feed: LISTING\n", "feed: LISTING\n¦path: inbox\n", "reads no files"),
        ("feed: LISTING\n", "feed: LISTING\n¦delimiter: ';'\n", "reads no files"),
        ("feed: LISTING\n", "feed: LISTING\n¦own_rows_only: true\n", "give constants"),
        ("rest:\n", "¦sql: {query: select 1}\nrest:\n", "a section sql in a source of kind rest"),
        ("kind: rest\n", "¦kind: graphql\n", "needs a section graphql"),
        ("  price: 万元", "  ¦price: 百元", "unknown unit"),
        ("    转: TRANSFER", "    ¦转: TRANSFERS", "did you mean 'TRANSFER'?"),
        ("  deal_kind:", "  ¦deal_kinds:", "did you mean 'deal_kind'?"),
    ],
)
def test_faults_of_sections_have_a_place(tmp_path: Path, old: str, new: str, words: str) -> None:
    """`¦` is where the fault is; without it the place is that of the key or section named."""
    assert REST.count(old) == 1
    text = REST.replace(old, new)
    marked, place = text.replace("¦", ""), None
    if "¦" in text:
        before = text.partition("¦")[0]
        place = (before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)
    error = read(tmp_path, marked)
    assert error is not None
    assert words in error.message
    assert "hunter" not in str(error)
    if place is not None:
        assert (error.line, error.column) == place, error
    else:
        assert error.line > 1 or "source" in error.message, error


@pytest.mark.parametrize(
    ("section", "line", "words"),
    [
        (
            "graphql: {url: 'http://x.invalid', query: q, records: 'a[', paging: {kind: none}}",
            6,
            "is no JMESPath",
        ),
        ("graphql: {url: nowhere, query: q, records: a, paging: {kind: none}}", 6, "http or https"),
        ("graphql:\n  url: http://x.invalid\n  query: q\n  record: a", 9, "did you mean 'rec"),
        ("sql:\n  query: select 1\n  password: hunter2", 8, "a secret never stands in the file"),
        ("sql:\n  query: select 1\n  ca_file: ''", 8, "the path of a file"),
        ("sql:\n  query: select 1\n  tls: maybe", 8, "sql.tls: invalid enum value"),
        ("sql:\n  query: select 1\n  order:\n    - a\n    - 5", 10, "sql.order: expected `str`"),
    ],
)
def test_faults_of_other_kinds(tmp_path: Path, section: str, line: int, words: str) -> None:
    kind = section.partition(":")[0]
    text = REST.partition("rest:\n")[0].replace("kind: rest", f"kind: {kind}") + section + "\n"
    error = read(tmp_path, text)
    assert error is not None
    assert words in error.message
    assert error.line == line
    assert "hunter" not in str(error)


def test_a_schedule_names_sources_of_the_folder(tmp_path: Path) -> None:
    def put(code: str, after: str) -> None:
        text = GOOD.replace("szip-listings", code) + f"schedule:\n  after: [{after}]\n"
        (tmp_path / f"{code}.yaml").write_text(text, encoding="utf-8")

    put("first", "secnd")
    put("second", "third")
    (tmp_path / "third.yaml").write_text(GOOD.replace("szip-listings", "third"), encoding="utf-8")
    with pytest.raises(
        SourceInvalid, match="no source 'secnd' in this folder; did you mean"
    ) as one:
        read_sources(tmp_path)
    assert (one.value.line, one.value.column) == (13, 11)
    put("first", "second")
    assert len(read_sources(tmp_path)) == 3
    put("third", "first")
    with pytest.raises(SourceInvalid, match=r"follow each other for ever: .*first.*second"):
        read_sources(tmp_path)
    put("third", "third")
    with pytest.raises(SourceInvalid, match="cannot follow itself"):
        read_sources(tmp_path)


def test_a_file_made_to_hurt(tmp_path: Path) -> None:
    for text in ("a: " + "[" * 100_000, "a: " + "{b: " * 60 + "1" + "}" * 60):
        error = read(tmp_path, text)
        assert error is not None
        assert "nested too deeply" in error.message


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
        *("TRANSFER", "LISTING", "OPEN_LICENCE", "INTENSIVE_PRODUCT", "NAVIGATION"),
        *("THIRD_PARTY", "DEMAND", "BUSINESS_REPORT"),
    ]
    feeds = [config.feed for config in demo_sources() if config.feed in order]
    assert feeds == sorted(feeds, key=order.index)
    weak, strong = source(code="a"), source(code="b", precedence="REGISTRY")
    assert in_pulling_order([weak, strong]) == (strong, weak)


def test_demo_sources_are_valid() -> None:
    assert len(read_sources(SOURCES)) == len(list(SOURCES.glob("*.yaml"))) == 16
