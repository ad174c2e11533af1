"""`hub sources add | templates | schema`: a source file to begin with, and what an editor needs."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import msgspec

from adapters.cli.shared import Shared, Subparsers
from adapters.config import KINDS, SourceConfig, read_source
from adapters.config.source import CENTER_PATTERN, CODE_PATTERN
from adapters.demo import SOURCES as DEMO
from adapters.errors import AdapterError, SourceInvalid
from adapters.feed import load_feeds
from adapters.templates import feeds_of, kinds_of, render

_TO_EDIT = re.compile(r"\bEdit: |改：")


class SourceExists(AdapterError):
    """There is such a source already; nothing is overwritten."""

    code = "SOURCE_EXISTS"


class NoTemplate(AdapterError):
    """A feed does not come from sources of this kind, or there is no folder to write to."""

    code = "SOURCE_TEMPLATE"


def add_commands(subparsers: Subparsers, shared: Shared) -> None:
    """Add `add`, `templates` and `schema`."""
    adding = shared.add_parser(
        subparsers, "add", run_add, help="write a source file to begin with, from a template"
    )
    adding.add_argument("code", type=_code, help="code of the new source: szip-listings")
    adding.add_argument("--kind", choices=KINDS, required=True)
    adding.add_argument("--feed", choices=tuple(load_feeds()), required=True)
    adding.add_argument(
        "--center", type=_center, required=True, help="operation centre the data come from"
    )
    adding.add_argument("--name", help="what the source is called")
    adding.add_argument(
        "--folder", type=Path, metavar="DIR", help="where to write; the first folder of sources"
    )
    shared.add_parser(subparsers, "templates", run_templates, help="list kinds and feeds")
    shared.add_parser(
        subparsers, "schema", run_schema, help="print the JSON Schema of a source file"
    )


def run_add(args: argparse.Namespace, shared: Shared) -> int:
    """Write `<code>.yaml`; it can be read at once, and says what to edit."""
    if args.kind not in kinds_of(args.feed):
        kinds = ", ".join(kinds_of(args.feed))
        raise NoTemplate(
            f"{args.feed} 不能由 {args.kind} 提供；可用：{kinds}。 Use one of {kinds}."
        )
    folder = args.folder or _first_folder(args, shared)
    text = render(args.kind, args.feed, args.code, args.center, args.name)
    path = folder / f"{args.code}.yaml"
    _refuse_known(folder, args.code)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise SourceExists(f"{path} 已存在，未改动。 {path} exists and is left alone.") from error
    except OSError as error:
        raise NoTemplate(f"{path}: {error.strerror}") from error
    try:
        read_source(path)
    except SourceInvalid:
        path.unlink()
        raise
    edits = [
        (number, line.strip())
        for number, line in enumerate(text.splitlines(), 1)
        if _TO_EDIT.search(line)
    ]
    if args.format == "json":
        document = {"path": str(path), "edit": [number for number, _ in edits]}
        print(json.dumps(document, ensure_ascii=False))
        return 0
    print(f"已写入 {path}；接下来 Written; now:")
    for number, line in edits:
        print(f"  {path}:{number}: {line}")
    print(f"  hub sources check {args.code} --sources {folder}")
    print(f"  hub pull {args.code} --sources {folder} --dry-run")
    return 0


def run_templates(args: argparse.Namespace, shared: Shared) -> int:
    """List which feeds can come from which kind of source."""
    feeds = load_feeds()
    if args.format == "json":
        rows = [
            {
                "feed": name,
                "title": feed.title.zh,
                "titleEn": feed.title.en,
                "kinds": list(kinds_of(name)),
            }
            for name, feed in feeds.items()
        ]
        print(json.dumps({"feeds": rows}, ensure_ascii=False))
        return 0
    for kind in KINDS:
        print(f"{kind:<10} {' '.join(feeds_of(kind))}")
    print()
    for name, feed in feeds.items():
        print(f"{name:<18} {feed.title.zh}  {feed.title.en}")
    return 0


def run_schema(args: argparse.Namespace, shared: Shared) -> int:
    """Print the JSON Schema (2020-12) of a source file."""
    print(json.dumps(source_schema(), ensure_ascii=False, indent=2))
    return 0


def source_schema() -> dict[str, object]:
    """Return the JSON Schema of a source file, with the feeds that exist."""
    (reference,), components = msgspec.json.schema_components(
        [SourceConfig], ref_template="#/$defs/{name}"
    )
    properties = components["SourceConfig"]["properties"]
    del properties["folder"]
    properties["feed"] = {"type": "string", "enum": list(load_feeds())}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "知通枢纽来源文件 Source file of Zhitong Hub",
        **reference,
        "$defs": components,
    }


def _first_folder(args: argparse.Namespace, shared: Shared) -> Path:
    for folder in shared.folders(args):
        if folder != DEMO:
            return folder
    raise NoTemplate(
        "没有配置来源文件夹，请用 --folder 指明。 No folder of sources; give --folder."
    )


def _refuse_known(folder: Path, code: str) -> None:
    """Refuse a code another file of the folder has; files that cannot be read have none."""
    for path in sorted(folder.glob("*.yaml")):
        try:
            known = read_source(path).code
        except SourceInvalid:
            continue
        if known == code:
            raise SourceExists(f"{path} 已使用编码 {code}。 The code {code} is used by {path}.")


def _code(text: str) -> str:
    if not re.search(CODE_PATTERN, text):
        raise argparse.ArgumentTypeError("expected lower case, digits and hyphens: szip-listings")
    return text


def _center(text: str) -> str:
    if not re.search(CENTER_PATTERN, text):
        raise argparse.ArgumentTypeError("expected the code of a centre: FT-440300-01")
    return text
