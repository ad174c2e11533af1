"""Files of the explorer and the two pages at `/`, ready to send.

Vendored files lie compressed and are sent so to every client that takes gzip; each is read once.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import orjson

from federation.server.settings.pages import Plugins

# 'unsafe-inline' nowhere: editors set styles through the CSSOM, which policies do not restrict.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)

_GROUP = re.compile(r"^# 分组：(.+)$", re.MULTILINE)
_OTHERS = "其他 Others"

_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
}
ASSETS = (
    "graphiql.js",
    "graphiql.css",
    "react.js",
    "react-dom.js",
    "labels.js",
    "plan.js",
    "panel.js",
    "explorer.js",
    "explorer.css",
)


@dataclass(frozen=True, slots=True)
class Asset:
    """`gzipped` is the body compressed; `plain()` gives it as written."""

    content_type: str
    gzipped: bytes
    etag: str

    def plain(self) -> bytes:
        return gzip.decompress(self.gzipped)


@cache
def load_asset(name: str) -> Asset:
    """Return a file of the explorer by name (one of `ASSETS`, or `index.html`)."""
    folder = files(__package__).joinpath("static")
    compressed = folder.joinpath(f"{name}.gz")
    if compressed.is_file():
        content = compressed.read_bytes()
    else:
        content = gzip.compress(folder.joinpath(name).read_bytes(), mtime=0)
    suffix = name[name.rindex(".") :]
    etag = '"' + hashlib.sha256(content).hexdigest()[:32] + '"'
    return Asset(_TYPES[suffix], content, etag)


def explorer_settings(
    title: str, endpoint: str, examples: Sequence[tuple[str, str]], plugins: Plugins
) -> bytes:
    """Return what `explorer.js` asks for: where GraphQL is, the journeys, what may be shown."""
    return orjson.dumps(
        {
            "title": title,
            # Relative, so that a proxy may put the whole server below a path.
            "endpoint": endpoint.lstrip("/"),
            "plan": plugins.expose_query_plan,
            "trace": plugins.expose_trace,
            "journeys": [journey(name, query) for name, query in examples],
        }
    )


def journey(title: str, query: str) -> dict[str, str]:
    """Return an example as the page lists it.

    What stands behind the first colon of its title explains it; a comment in the query, such as
    `# 分组：专利 Patents`, says which group it belongs to.

    >>> made = journey("检索：逐页翻阅", "# 检索：逐页翻阅\\n# 分组：专利\\n{ a }")
    >>> made["title"], made["about"], made["group"]
    ('检索', '逐页翻阅', '专利')
    """
    name, _, about = title.partition("：")
    group = _GROUP.search(query)
    return {
        "title": name,
        "about": about,
        "group": _OTHERS if group is None else group[1].strip(),
        "query": query,
    }


def homepage(title: str, endpoint: str) -> bytes:
    """Return the page shown where the explorer is off."""
    name, path = html.escape(title), html.escape(endpoint)
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        f'<title>{name}</title><link rel="icon" href="data:,"></head><body><h1>{name}</h1>'
        f"<p>GraphQL 接口地址：<code>{path}</code>（POST）</p>"
        f"<p>GraphQL is answered at <code>{path}</code> (POST).</p></body></html>"
    ).encode()
