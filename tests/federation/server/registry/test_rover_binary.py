"""Stock Rover itself, where there is one: `ROVER` names it, or it is found on the path."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from tests.federation.server.registry.site import LISTINGS, PATENTS, RegistrySite
from tests.federation.server.registry.test_commands import served

ROVER = os.environ.get("ROVER") or shutil.which("rover")


@pytest.mark.skipif(ROVER is None, reason="no rover on the path; ROVER names one")
async def test_rover_drives_the_registry(site: RegistrySite, tmp_path: Path) -> None:
    assert ROVER is not None
    (tmp_path / "patents.graphql").write_text(PATENTS, encoding="utf-8")
    (tmp_path / "listings.graphql").write_text(LISTINGS, encoding="utf-8")
    async with served(site.app) as url:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "APOLLO_CONFIG_HOME": str(tmp_path / "rover"),
            "APOLLO_REGISTRY_URL": f"{url}/registry/graphql",
            "APOLLO_KEY": site.admin,
            "APOLLO_TELEMETRY_DISABLED": "true",
        }

        async def rover(*arguments: str) -> str:
            process = await asyncio.create_subprocess_exec(
                ROVER,
                *arguments,
                "--skip-update-check",
                cwd=tmp_path,
                env=environment,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            out, err = await asyncio.wait_for(process.communicate(), 120)
            assert process.returncode == 0, err.decode()
            return out.decode()

        for name in ("patents", "listings"):
            await rover(
                "subgraph", "publish", "hub@current", "--name", name, "--schema",
                f"{name}.graphql", "--routing-url", f"https://{name}.example/graphql",
            )  # fmt: skip
        assert "listings.example" in await rover("subgraph", "list", "hub@current")
        fetched = await rover("subgraph", "fetch", "hub@current", "--name", "patents")
        assert fetched.strip() == PATENTS.strip()
        await rover(
            "subgraph", "check", "hub@current", "--name", "patents", "--schema", "patents.graphql"
        )
        assert "join__Graph" in await rover("supergraph", "fetch", "hub@current")
        await rover("subgraph", "delete", "hub@current", "--name", "listings", "--confirm")
