"""`resolvers/WORKFLOWS.md`, made from the declared tables: `python -m resolvers` writes it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from resolvers.identity import Permit
from resolvers.workflow import Transition, Workflow

PAGE = Path(__file__).parent / "WORKFLOWS.md"
_TITLE = """# Workflows

Made by `python -m resolvers` from the tables in `resolvers/<subgraph>/workflows/`; a test compares.
Only the transitions listed exist: any other is answered with `TRANSITION_NOT_ALLOWED` and changes
nothing. "own" means the object stands in the named relation to the caller's centre, office or
institution. Automatic ones are done by timers and reactions of the worker.
"""


def collect_workflows() -> Iterator[tuple[str, Workflow]]:
    """Yield every declared workflow with the name of its subgraph."""
    root = Path(__file__).parent
    for folder in sorted(root.glob("*/workflows")):
        subgraph = folder.parent.name
        for module in iter_modules([str(folder)]):
            declared = vars(import_module(f"resolvers.{subgraph}.workflows.{module.name}"))
            for each in declared.values():
                if isinstance(each, Workflow):
                    yield subgraph, each


def workflows_page() -> str:
    """Return the page."""
    parts = [_TITLE]
    for subgraph, workflow in collect_workflows():
        begins = ", ".join(workflow.initial)
        parts.append(
            f"\n## {subgraph}: {workflow.zh} · {workflow.en}\n\nBegins as {begins}.\n\n"
            "| from | action | to | who | what it is | condition |\n|---|---|---|---|---|---|\n"
        )
        parts += [_row(each) for each in workflow.transitions]
    return "".join(parts)


def _row(each: Transition) -> str:
    who = "automatic" if each.is_automatic else "; ".join(_who(p) for p in each.permits)
    conditions = [f"{each.condition_zh} {each.condition_en}".strip()]
    if each.comment_required:
        conditions.append("须填说明 comment required")
    cells = (
        ", ".join(each.sources),
        each.action,
        ", ".join(each.targets),
        who,
        f"{each.zh} {each.en}",
        "; ".join(text for text in conditions if text),
    )
    return "| " + " | ".join(cells) + " |\n"


def _who(permit: Permit) -> str:
    role = f"{permit.role} ({permit.function})" if permit.function else str(permit.role)
    return f"{role}, own: {permit.relation}" if permit.relation else role
