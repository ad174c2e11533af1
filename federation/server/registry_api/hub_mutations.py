"""`hub` of `Mutation`: what can be done with this registry beyond what Rover does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from federation.registry.checks.result import CheckResult
from federation.registry.model import (
    Approval,
    ChangeSet,
    GraphRef,
    IssuedToken,
    Publication,
    Role,
    Token,
)
from federation.registry.usage import DocumentsReport
from federation.server.registry_api.context import Context
from federation.server.registry_api.hub_queries import launch_of
from federation.server.registry_api.inputs import (
    invalid,
    moment,
    read_check_parameters,
    read_document,
    read_proposal,
)

Given = Mapping[str, Any]


class HubMutation:
    """`HubMutation`."""

    def __init__(self, context: Context) -> None:
        self._registry = context.registry
        self._caller = context.caller

    # Publishing

    async def publish(
        self, ref: str, proposal: Given, check: bool = False, parameters: Given | None = None
    ) -> Publication:
        return await self._registry.publish(
            self._caller,
            GraphRef.parse(ref),
            read_proposal(proposal),
            check=check,
            parameters=read_check_parameters(parameters),
        )

    async def delete(self, ref: str, name: str, dry_run: bool = False) -> Publication:
        return await self._registry.delete(self._caller, GraphRef.parse(ref), name, dry_run=dry_run)

    async def roll_back(self, ref: str, launch: str, reason: str) -> Publication:
        number_or_id = launch_of(launch)
        assert number_or_id is not None
        return await self._registry.roll_back(
            self._caller, GraphRef.parse(ref), number_or_id, reason=reason
        )

    # Checks

    async def start_check(
        self, ref: str, proposals: Sequence[Given], parameters: Given | None = None
    ) -> CheckResult:
        if not proposals:
            raise invalid("a check needs at least one schema")
        return await self._registry.start_check(
            self._caller,
            GraphRef.parse(ref),
            [read_proposal(each) for each in proposals],
            parameters=read_check_parameters(parameters),
        )

    async def approve_changes(
        self,
        graph: str,
        check: str,
        reason: str,
        expires_at: object,
        coordinates: Sequence[str] | None = None,
    ) -> Sequence[Approval]:
        return await self._registry.approve_changes(
            self._caller,
            graph,
            check,
            reason=reason,
            expires_at=moment(expires_at),
            coordinates=coordinates,
        )

    # Change sets

    async def open_change_set(self, ref: str, title: str) -> ChangeSet:
        return await self._registry.open_change_set(self._caller, GraphRef.parse(ref), title)

    async def add_to_change_set(self, ref: str, id: str, proposal: Given) -> ChangeSet:
        return await self._registry.add_to_change_set(
            self._caller, GraphRef.parse(ref), id, read_proposal(proposal)
        )

    async def delete_in_change_set(self, ref: str, id: str, name: str) -> ChangeSet:
        return await self._registry.delete_in_change_set(
            self._caller, GraphRef.parse(ref), id, name
        )

    async def remove_from_change_set(self, ref: str, id: str, name: str) -> ChangeSet:
        return await self._registry.remove_from_change_set(
            self._caller, GraphRef.parse(ref), id, name
        )

    async def check_change_set(
        self, ref: str, id: str, parameters: Given | None = None
    ) -> CheckResult:
        return await self._registry.check_change_set(
            self._caller,
            GraphRef.parse(ref),
            id,
            parameters=read_check_parameters(parameters),
        )

    async def approve_change_set(self, ref: str, id: str, reason: str) -> ChangeSet:
        return await self._registry.approve_change_set(
            self._caller, GraphRef.parse(ref), id, reason=reason
        )

    async def publish_change_set(self, ref: str, id: str) -> Publication:
        return await self._registry.publish_change_set(self._caller, GraphRef.parse(ref), id)

    async def withdraw_change_set(self, ref: str, id: str, reason: str) -> ChangeSet:
        return await self._registry.withdraw_change_set(
            self._caller, GraphRef.parse(ref), id, reason=reason
        )

    async def roll_back_change_set(self, ref: str, id: str, reason: str) -> Publication:
        return await self._registry.roll_back_change_set(
            self._caller, GraphRef.parse(ref), id, reason=reason
        )

    # Tokens and documents

    async def create_token(self, input: Given) -> IssuedToken:
        expires_at = input.get("expiresAt")
        return await self._registry.create_token(
            self._caller,
            input["name"],
            input.get("graph"),
            [Role[name] for name in input["roles"]],
            subgraphs=input.get("subgraphs") or (),
            variants=input.get("variants") or (),
            expires_at=None if expires_at is None else moment(expires_at),
        )

    async def revoke_token(self, id: str) -> Token:
        return await self._registry.revoke_token(self._caller, id)

    async def publish_documents(self, graph: str, documents: Sequence[Given]) -> DocumentsReport:
        manifest = [read_document(each) for each in documents]
        return await self._registry.put_documents(self._caller, graph, manifest)
