"""`hub quarantine …`: what it prints, where it writes, with which exit code."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from adapters.demo import SOURCES
from tests.adapters.test_cli import program, run
from tests.support.postgres import TestServer

PATENTS = "registry-patents"


async def test_listed_exported_corrected_and_taken_back(
    postgres_server: TestServer, migrated_template: str, tmp_path: Path
) -> None:
    async with postgres_server.new_database(migrated_template) as url:
        nothing = program(url, "quarantine", "list")
        assert (nothing.returncode, "no row waits" in nothing.stdout) == (0, True)
        assert program(url, "pull", PATENTS).returncode == 0
        listed = program(url, "quarantine", "list", "--source", PATENTS, "--format", "json")
        document = json.loads(listed.stdout)
        [batch] = document["waiting"]
        assert (batch["rows"], batch["feed"], batch["ageDays"]) == (3, "PATENT", 0)
        assert document["totals"]["rows"] == 3
        text = program(url, "quarantine", "list").stdout
        assert batch["batch"] in text
        assert all(code in text for code in batch["codes"])
        assert "3 rows wait in 1 batches" in text
        none = program(url, "quarantine", "list", "--center", "FT-310000-01", "--format", "json")
        assert json.loads(none.stdout)["waiting"] == []

        output = tmp_path / "更正.csv"
        done = program(
            url, "quarantine", "export", batch["batch"], "--output", str(output), "--encoding",
            "gb18030",
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, f"{output}: 3 rows\n")
        with output.open(encoding="gb18030", newline="") as file:
            header, *rows = csv.reader(file)
        whole = program(url, "quarantine", "export", PATENTS, "--output", "-")
        assert whole.stdout.startswith("\ufeff行号,错误代码,错误原因,批次,")
        lines = program(
            url, "quarantine", "export", PATENTS, "--output", "-", "--format", "jsonl"
        ).stdout.splitlines()
        assert [json.loads(line)["行号"] for line in lines] == [int(row[0]) for row in rows]

        idle = program(url, "quarantine", "retry", batch["batch"])
        assert idle.returncode == 1  # still refused
        assert "nothing changed" in idle.stdout
        assert "still refused 3" in idle.stdout
        # the centre puts another row, a good one, in its place
        names, good = _demo_rows()
        assert header[4:] == names
        rows[0][4:] = good
        with output.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, rows[0]])
        dry = program(url, "quarantine", "retry", str(output), "--dry-run", "--format", "json")
        [report] = json.loads(dry.stdout)["retries"]
        assert (report["dryRun"], report["batch"], report["takenIn"]) == (
            True, None, [int(rows[0][0])],
        )  # fmt: skip
        taken = program(url, "quarantine", "retry", str(output))
        assert taken.returncode == 0, taken.stderr
        assert "taken in 1, still refused 0" in taken.stdout
        again = program(url, "quarantine", "retry", str(output), "--format", "json")
        [report] = json.loads(again.stdout)["retries"]
        assert (again.returncode, report["passedOver"]) == (0, [int(rows[0][0])])
        left = program(url, "quarantine", "list", "--format", "json")
        assert json.loads(left.stdout)["totals"]["rows"] == 2

        unknown = program(url, "quarantine", "export", "nothing")
        assert (unknown.returncode, unknown.stdout) == (1, "")
        assert unknown.stderr.startswith("error: BATCH_UNKNOWN: ")
        nowhere = program(
            url, "quarantine", "export", PATENTS, "--output", str(tmp_path / "no" / "x.csv")
        )
        assert nowhere.stderr.startswith("error: EXPORT_FILE: ")
        strange = program(url, "quarantine", "retry", batch["batch"], "--sources", str(tmp_path))
        assert strange.stderr.startswith("error: RETRY_SOURCE_UNKNOWN: ")


def _demo_rows() -> tuple[list[str], list[str]]:
    """Return the header of the demo's patents, and a row that is accepted."""
    with (SOURCES.parent / "files/patents.csv").open(encoding="utf-8-sig", newline="") as file:
        names, row, *_ = csv.reader(file)
    return names, row


def test_what_is_neither_batch_nor_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run("quarantine", "retry", "nothing") == 1
    assert capsys.readouterr().err.startswith("error: RETRY_UNKNOWN: ")
    (tmp_path / "x.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert run("quarantine", "retry", str(tmp_path / "x.csv"), "--format", "json") == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("error: CORRECTION_HEADER: ")
    assert json.loads(captured.out)["error"]["code"] == "CORRECTION_HEADER"
    with pytest.raises(SystemExit) as wrong:
        run("quarantine", "export", "x", "--encoding", "latin-1")
    assert wrong.value.code == 2
