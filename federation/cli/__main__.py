"""`python -m federation.cli`: the engine's commands without the domain."""

from __future__ import annotations

import sys

from federation.cli.parser import engine_parser, run_command

if __name__ == "__main__":
    sys.exit(run_command(engine_parser().parse_args()))
