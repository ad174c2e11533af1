"""`python -m resolvers` writes the page of workflows."""

from __future__ import annotations

from resolvers.workflows_page import PAGE, workflows_page

if __name__ == "__main__":
    PAGE.write_text(workflows_page(), encoding="utf-8")
