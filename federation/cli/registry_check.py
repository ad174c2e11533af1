"""Running a check and telling its result, in plain text and in Rover's JSON."""

from __future__ import annotations

import argparse
import os
import re
import time
from typing import Any

from federation.cli.errors import CommandError
from federation.cli.registry_client import RegistryClient, build_error

_DIAGNOSTIC = "code message coordinate subgraphs locations { subgraph line column }"
CHECK_FIELDS = f"""
  id ref status failure subgraphs
  composition {{ status coreSchemaModified errors {{ {_DIAGNOSTIC} }} }}
  operations {{
    status checkedOperations documents note
    changes {{
      code coordinate description severity approvalId
      operations {{ name signature clients requests documentId }}
    }}
  }}
  lint {{
    status errorsCount warningsCount
    diagnostics {{ rule level coordinate message start {{ line byteOffset }} end {{ byteOffset }} }}
  }}
  downstream {{ status results {{ contract status message }} }}
"""
_CHECK = f"""
query Check($graph: ID!, $id: ID!) {{
  hub {{ check(graph: $graph, id: $id) {{ {CHECK_FIELDS} }} }}
}}
"""
_STATUS = "query Status($graph: ID!, $id: ID!) { hub { check(graph: $graph, id: $id) { status } } }"

TIMEOUT_VARIABLE = "APOLLO_CHECKS_TIMEOUT_SECONDS"
_POLL_SECONDS = 0.5


def add_check_parameters(parser: argparse.ArgumentParser) -> None:
    """Add Rover's flags for what counts as being in use."""
    parser.add_argument(
        "--validation-period",
        metavar="PERIOD",
        help="how far back operations count, such as 2w, 3d or 12h",
    )
    parser.add_argument(
        "--query-count-threshold",
        metavar="N",
        type=int,
        help="an operation counts when it was asked at least so often",
    )
    parser.add_argument(
        "--query-percentage-threshold",
        metavar="P",
        type=float,
        help="an operation counts when it is at least so many percent of all requests",
    )


def check_parameters(args: argparse.Namespace) -> dict[str, Any]:
    """Return the flags as `HubCheckParameters`. Raises `CommandError`."""
    parameters: dict[str, Any] = {}
    if args.validation_period is not None:
        parameters["windowSeconds"] = period_seconds(args.validation_period)
    if args.query_count_threshold is not None:
        parameters["minimumCount"] = args.query_count_threshold
    if (percentage := args.query_percentage_threshold) is not None:
        if not 0 <= percentage <= 100:
            raise CommandError("--query-percentage-threshold is between 0 and 100")
        parameters["minimumShare"] = percentage / 100
    return parameters


def period_seconds(text: str) -> int:
    """Return the seconds of a period as Rover writes them: `2w`, `1d 12h`."""
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
    if not re.fullmatch(r"(\s*\d+\s*[smhdw])+\s*", text) or len(text) > 40:
        raise CommandError(f"{text!r} is not a period; write it as 2w, 3d, 12h or 1d 12h")
    return sum(int(n) * seconds[unit] for n, unit in re.findall(r"(\d+)\s*([smhdw])", text))


def wait_for_check(client: RegistryClient, graph: str, check_id: str) -> dict[str, Any]:
    """Return the check when it is done. Raises `CommandError` after the time Rover waits, too."""
    given = os.environ.get(TIMEOUT_VARIABLE, "300")
    if not given.isdigit():
        raise CommandError(f"{TIMEOUT_VARIABLE} is a number of seconds")
    until = time.monotonic() + int(given)
    variables = {"graph": graph, "id": check_id}
    while client.ask(_STATUS, variables)["hub"]["check"]["status"] == "PENDING":
        if time.monotonic() > until:
            raise CommandError(
                f"check {check_id} is still running after {given} s; {TIMEOUT_VARIABLE} allows more"
            )
        time.sleep(_POLL_SECONDS)
    return fetch_check(client, graph, check_id)


def fetch_check(client: RegistryClient, graph: str, check_id: str) -> dict[str, Any]:
    """Return a check with all its fields."""
    found: dict[str, Any] = client.ask(_CHECK, {"graph": graph, "id": check_id})["hub"]["check"]
    return found


def failure_code(check: dict[str, Any]) -> str:
    """Return Rover's code for a failed check: composition, operations alone, or any task."""
    if check["composition"]["errors"]:
        return "E029"
    others = [check["lint"]["status"], (check["downstream"] or {}).get("status")]
    operations_alone = check["operations"]["status"] == "FAILED" and "FAILED" not in others
    return "E030" if operations_alone else "E043"


def failure_message(check: dict[str, Any]) -> str:
    """Return one line: what failed, and what to do."""
    if check["failure"]:
        return f"the check broke off: {check['failure']}"
    names = {"composition": "composition", "operations": "operations", "lint": "lint"}
    failed = [name for key, name in names.items() if check[key]["status"] == "FAILED"]
    if (check["downstream"] or {}).get("status") == "FAILED":
        failed.append("contracts")
    return (
        f"the check of {', '.join(check['subgraphs'])} in {check['ref']} failed:"
        f" {', '.join(failed)}; mend it, or have it approved (check {check['id']})"
    )


def failure_details(check: dict[str, Any]) -> dict[str, Any] | None:
    errors = check["composition"]["errors"]
    return {"build_errors": [build_error(error) for error in errors]} if errors else None


def check_data(check: dict[str, Any]) -> dict[str, Any]:
    """Return the check in the form of Rover's JSON (`json_version` 2)."""
    operations, lint = check["operations"], check["lint"]
    tasks: dict[str, Any] = {}
    if operations["status"] in ("PASSED", "FAILED"):
        tasks["operations"] = {
            "task_status": operations["status"],
            "target_url": None,
            "operation_check_count": operations["checkedOperations"],
            "changes": [_change(change) for change in operations["changes"]],
            "failure_count": sum(c["severity"] == "FAILURE" for c in operations["changes"]),
        }
    if lint["status"] in ("PASSED", "FAILED"):
        tasks["lint"] = {
            "task_status": lint["status"],
            "target_url": None,
            "diagnostics": [lint_diagnostic(each) for each in lint["diagnostics"]],
            "errors_count": lint["errorsCount"],
            "warnings_count": lint["warningsCount"],
        }
    if check["downstream"] is not None:
        tasks["downstream"] = {
            "task_status": check["downstream"]["status"],
            "target_url": None,
            "blocking_variants": [
                result["contract"]
                for result in check["downstream"]["results"]
                if result["status"] == "FAILED"
            ],
        }
    modified = check["composition"]["coreSchemaModified"]
    return {"check_id": check["id"], "tasks": tasks, "core_schema_modified": modified}


def _change(change: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": change["code"],
        "description": change["description"],
        "severity": "FAIL" if change["severity"] == "FAILURE" else "PASS",
    }


def lint_diagnostic(found: dict[str, Any]) -> dict[str, Any]:
    """Return a finding of the linter in Rover's JSON."""
    return {
        "level": found["level"],
        "message": found["message"],
        "coordinate": found["coordinate"],
        "rule": found["rule"],
        "start_line": found["start"]["line"],
        "start_byte_offset": found["start"]["byteOffset"],
        "end_byte_offset": found["end"]["byteOffset"],
    }


def print_check(check: dict[str, Any]) -> None:
    """Print a check for people."""
    composition, operations, lint = check["composition"], check["operations"], check["lint"]
    print(f"check {check['id']}: {check['status']}")
    print(f"composition: {composition['status']}")
    for error in composition["errors"]:
        print(f"  {error['code']}  {', '.join(error['subgraphs'])}: {error['message']}")
    print(f"operations: {operations['status']} ({operations['checkedOperations']} compared)")
    if operations["note"]:
        print(f"  {operations['note']}")
    for change in operations["changes"]:
        approved = " (approved)" if change["approvalId"] else ""
        print(f"  {change['severity']}  {change['code']}  {change['description']}{approved}")
        for operation in change["operations"]:
            what = "stored document" if operation["documentId"] else f"{operation['requests']}x"
            by = ", ".join(operation["clients"])
            print(f"      {operation['name'] or operation['signature'][:12]}: {what} {by}".rstrip())
    print(
        f"lint: {lint['status']} ({lint['errorsCount']} errors, {lint['warningsCount']} warnings)"
    )
    for found in lint["diagnostics"]:
        print_lint(found)
    if check["downstream"] is not None:
        print(f"contracts: {check['downstream']['status']}")
        for result in check["downstream"]["results"]:
            print(f"  {result['contract']}: {result['status']} {result['message']}".rstrip())


def print_lint(found: dict[str, Any]) -> None:
    """Print a finding of the linter."""
    place = f"{found['coordinate']} (line {found['start']['line']})"
    print(f"  {found['level']}  {found['rule']}  {place}: {found['message']}")
