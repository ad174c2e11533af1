"""What the sources of all stages have alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import msgspec

from adapters.config import SourceConfig
from adapters.conformance.http_host import MOST_BYTES, TIMEOUT
from adapters.conformance.model import BATCH, Ability, Item, Reason, Subject

NO_SERVER: Reason = (
    "不经网络读取，没有可限流或出错的服务器",
    "It is read without a server that could limit or fail",
)
NO_LOOKUP: Reason = ("文件不能按键查询", "Files are not asked for single keys")
NO_MARK: Reason = (
    "文件按内容摘要识别，无需增量标记",
    "Files are known by their digest, so they need no mark",
)
NO_LIST: Reason = ("单个文件不是完整清单", "No single file is the whole list")

BOMB_BYTES: Final = 64 * 1024 * 1024
"""What a bomb unpacks to, from a thousandth of it."""

SERVERLESS: dict[Ability, Reason] = {Ability.SERVER: NO_SERVER, Ability.SLOW: NO_SERVER}


def build_config(
    code: str, kind: str, subject: Subject, folder: Path, changes: dict[str, Any]
) -> SourceConfig:
    """Return a source with bounds that make faults show soon."""
    defaults: dict[str, Any] = {
        "code": code,
        "name": f"一致性检验：{code}",
        "center": "FU-110000-01",
        "kind": kind,
        "feed": subject.feed,
        "precedence": "REGISTRY",
        "folder": str(folder),
        "bounds": {
            "batch_rows": BATCH,
            "timeout": TIMEOUT,
            "retries": 2,
            "rate": 10_000,
            "max_response_bytes": MOST_BYTES,
            "open_after": 100,
        },
    }
    return msgspec.convert(defaults | changes, SourceConfig)


def pages(items: list[Item], size: int) -> list[list[Item]]:
    """Return items cut into pages; an empty list has no page."""
    return [items[begin : begin + size] for begin in range(0, len(items), size)]
