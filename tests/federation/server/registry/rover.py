"""What Rover sends, and what its typed client demands of the answers.

Rover (MIT licence, crates/rover-client/src/operations) is not copied here: these documents are
written anew and select the same fields with the same arguments, aliases and variables, since that
is its protocol. Where releases of Rover differ, there is a document for each. The records stand for
the types that Rover's client generates: a field that is not optional there is not optional here,
so decoding an answer fails where Rover would.
"""

from __future__ import annotations

import msgspec


class Record(msgspec.Struct, rename="camel"):
    """Like Rover's own, these ignore fields they do not know."""


def decode(text: bytes, kind: type[msgspec.Struct]) -> msgspec.Struct:
    """Return the answer as Rover reads it. Any error makes `data` None, and Rover stop."""
    answer = msgspec.json.decode(text)
    assert answer.get("errors") is None, answer
    return msgspec.convert(answer["data"], kind, strict=True)


# rover subgraph publish asks first whether the variant exists and is federated.

VARIANTS = "query VariantListQuery($graph_id: ID!) { frontendUrlRoot, graph(id: $graph_id) { variants { name } } }"  # noqa: E501


class Named(Record):
    name: str


class VariantsGraph(Record):
    variants: list[Named]


class Variants(Record):
    frontend_url_root: str
    graph: VariantsGraph | None


IS_FEDERATED = """
query IsFederatedGraph($graph_id: ID!, $variant: String!) {
  graph(id: $graph_id) { variant(name: $variant) { subgraphs { name } } }
}
"""


class FederatedVariant(Record):
    subgraphs: list[Named] | None


class FederatedGraph(Record):
    variant: FederatedVariant | None


class IsFederated(Record):
    graph: FederatedGraph | None


ROUTING_URL = """
query SubgraphRoutingUrlQuery($graph_ref: ID!, $subgraph_name: ID!) {
  variant(ref: $graph_ref) {
    __typename
    ... on GraphVariant { subgraph(name: $subgraph_name) { url } }
  }
}
"""

PUBLISH = """
mutation SubgraphPublishMutation(
  $graph_id: ID! $variant: String! $subgraph: String! $url: String $revision: String!
  $schema: PartialSchemaInput! $git_context: GitContextInput!
) {
  graph(id: $graph_id) {
    publishSubgraph(
      name: $subgraph url: $url revision: $revision activePartialSchema: $schema
      graphVariant: $variant gitContext: $git_context
    ) {
      compositionConfig { schemaHash }
      errors { message code }
      didUpdateGateway: updatedGateway
      serviceWasCreated: wasCreated
      serviceWasUpdated: wasUpdated
      launchCliCopy
      launchUrl
    }
  }
}
"""
# Rover 0.30 and later wait for the launch.
PUBLISH_AND_LAUNCH = PUBLISH.replace(
    "gitContext: $git_context", "gitContext: $git_context downstreamLaunchInitiation: SYNC"
).replace("launchCliCopy", "launch { id } launchCliCopy")


class CompositionConfig(Record):
    schema_hash: str


class SchemaError(Record):
    message: str
    code: str | None


class Id(Record):
    id: str


class Publication(Record):
    errors: list[SchemaError | None]
    did_update_gateway: bool
    service_was_created: bool
    service_was_updated: bool
    composition_config: CompositionConfig | None
    launch_cli_copy: str | None
    launch_url: str | None
    launch: Id | None = None


class PublishGraph(Record):
    publish_subgraph: Publication | None


class Publish(Record):
    graph: PublishGraph | None


LAUNCH_STATUS = """
query SubgraphPublishLaunchStatusQuery($graph_id: ID!, $variant: String!, $launch_id: ID!) {
  graph(id: $graph_id) {
    variant(name: $variant) {
      launch(id: $launch_id) {
        id graphId graphVariant status
        downstreamLaunches { id graphId graphVariant status }
      }
    }
  }
}
"""


class LaunchState(Record):
    id: str
    graph_id: str
    graph_variant: str
    status: str


class WaitedLaunch(LaunchState):
    downstream_launches: list[LaunchState]


LIST = """
query SubgraphListQuery($graph_id: ID!, $variant: String!) {
  frontendUrlRoot
  graph(id: $graph_id) { variant(name: $variant) { subgraphs { name url updatedAt } } }
}
"""


class ListedSubgraph(Record):
    name: str
    url: str | None
    updated_at: str


class ListVariant(Record):
    subgraphs: list[ListedSubgraph] | None


class ListGraph(Record):
    variant: ListVariant | None


class SubgraphList(Record):
    frontend_url_root: str
    graph: ListGraph | None


FETCH = """
query SubgraphFetchQuery($graph_ref: ID!, $subgraph_name: ID!) {
  variant(ref: $graph_ref) {
    __typename
    ... on GraphVariant {
      subgraph(name: $subgraph_name) { url, activePartialSchema { sdl } }
      subgraphs { name }
    }
  }
}
"""

FETCH_ALL = """
query SubgraphFetchAllQuery($graph_ref: ID!) {
  variant(ref: $graph_ref) {
    __typename
    ... on GraphVariant {
      subgraphs { name url activePartialSchema { sdl } }
      latestLaunch { buildInput { __typename ... on CompositionBuildInput { version } } }
      sourceVariant {
        subgraphs { name url activePartialSchema { sdl } }
        latestLaunch { buildInput { __typename ... on CompositionBuildInput { version } } }
      }
    }
  }
}
"""

DELETE = """
mutation SubgraphDeleteMutation(
  $graph_id: ID! $variant: String! $subgraph: String! $dry_run: Boolean!
) {
  graph(id: $graph_id) {
    removeImplementingServiceAndTriggerComposition(
      graphVariant: $variant name: $subgraph dryRun: $dry_run
    ) { errors { message code } updatedGateway }
  }
}
"""


class Removal(Record):
    errors: list[SchemaError | None]
    updated_gateway: bool


class DeleteGraph(Record):
    remove_implementing_service_and_trigger_composition: Removal


class Delete(Record):
    graph: DeleteGraph | None


SUPERGRAPH = """
query SupergraphFetchQuery($graph_id: ID!, $variant: String!) {
  frontendUrlRoot
  graph(id: $graph_id) {
    variants { name }
    variant(name: $variant) {
      latestApprovedLaunch {
        build {
          result {
            __typename
            ... on BuildFailure { errorMessages { message code } }
            ... on BuildSuccess { coreSchema { coreDocument } }
          }
        }
      }
    }
  }
}
"""
# Earlier releases.
SUPERGRAPH_LATEST = SUPERGRAPH.replace("latestApprovedLaunch", "latestLaunch")

CHECK = """
mutation SubgraphCheckMutation($input: SubgraphCheckAsyncInput!, $name: String!, $graph_id: ID!) {
  graph(id: $graph_id) {
    variant(name: $name) {
      submitSubgraphCheckAsync(input: $input) {
        __typename
        ... on CheckRequestSuccess { targetURL workflowID }
        ... on InvalidInputError { message }
        ... on PermissionError { message }
        ... on PlanError { message }
      }
    }
  }
}
"""

WORKFLOW_STATUS = """
query SubgraphCheckWorkflowStatusQuery($workflowId: ID!, $graphId: ID!) {
  graph(id: $graphId) {
    checkWorkflow(id: $workflowId) { status tasks { __typename targetURL } }
  }
}
"""

WORKFLOW = """
query SubgraphCheckWorkflowQuery($workflowId: ID!, $graphId: ID!) {
  graph(id: $graphId) {
    checkWorkflow(id: $workflowId) {
      status
      tasks {
        __typename
        status
        targetURL
        ... on CompositionCheckTask {
          coreSchemaModified
          result { __typename errors { message locations { line column } code } }
        }
        ... on OperationsCheckTask {
          result {
            __typename checkSeverity numberOfCheckedOperations
            changes { severity code description }
          }
        }
        ... on LintCheckTask {
          result {
            __typename
            diagnostics {
              level message coordinate rule
              sourceLocations {
                start { byteOffset column line }
                end { byteOffset column line }
              }
            }
            stats { errorsCount warningsCount }
          }
        }
        ... on CustomCheckTask {
          result {
            violations {
              coordinate level message rule
              sourceLocations {
                start { byteOffset column line }
                end { byteOffset column line }
                subgraphName
              }
            }
          }
        }
        ... on ProposalsCheckTask {
          didOverrideProposalsCheckTask
          proposalCoverage
          relatedProposalResults { statusAtCheck proposal { displayName } }
          severityLevel
        }
        ... on DownstreamCheckTask {
          results {
            __typename blocking downstreamVariantName
            downstreamWorkflow { status }
            failsUpstreamWorkflow
          }
        }
      }
    }
  }
}
"""


class Task(Record, tag_field="__typename"):
    status: str


class Location(Record):
    line: int
    column: int


class CompositionError(Record):
    message: str
    code: str | None
    locations: list[Location | None]


class CompositionResult(Record):
    errors: list[CompositionError]


class CompositionTask(Task, tag="CompositionCheckTask"):
    core_schema_modified: bool
    result: CompositionResult | None


class Change(Record):
    severity: str
    code: str
    description: str


class OperationsResult(Record):
    check_severity: str
    number_of_checked_operations: int
    changes: list[Change]


class OperationsTask(Task, tag="OperationsCheckTask"):
    result: OperationsResult | None


class Position(Record):
    byte_offset: int
    column: int
    line: int


class Range(Record):
    start: Position | None
    end: Position | None


class LintDiagnostic(Record):
    level: str
    message: str
    coordinate: str
    rule: str
    source_locations: list[Range]


class LintStats(Record):
    errors_count: int
    warnings_count: int


class LintResult(Record):
    diagnostics: list[LintDiagnostic]
    stats: LintStats


class LintTask(Task, tag="LintCheckTask"):
    result: LintResult | None


class DownstreamWorkflow(Record):
    status: str


class Downstream(Record):
    blocking: bool
    downstream_variant_name: str
    downstream_workflow: DownstreamWorkflow
    fails_upstream_workflow: bool | None


class DownstreamTask(Task, tag="DownstreamCheckTask"):
    results: list[Downstream] | None


class CheckWorkflow(Record):
    status: str
    tasks: list[CompositionTask | OperationsTask | LintTask | DownstreamTask]


class WorkflowGraph(Record):
    check_workflow: CheckWorkflow | None


class Workflow(Record):
    graph: WorkflowGraph | None


LINT = """
mutation LintSubgraphMutation($sdl: String!, $graphId: ID!, $baseSdl: String) {
  graph(id: $graphId) {
    lintSchema(sdl: $sdl, baseSdl: $baseSdl) {
      diagnostics {
        coordinate level message rule
        sourceLocations {
          start { byteOffset column line }
          end { byteOffset column line }
        }
      }
      stats { errorsCount }
    }
  }
}
"""

WHO_AM_I = (
    "query ConfigWhoAmIQuery { me { __typename ... on Service { title } id asActor { type } } }"
)

RESOLVE_DOCUMENTS = """
query ResolvePersistedQueryListQuery($graphId: ID!, $variant: String!) {
  frontendUrlRoot
  graph(id: $graphId) {
    variant(name: $variant) { persistedQueryList { id name } }
    variants { name }
  }
}
"""

PUBLISH_DOCUMENTS = """
mutation PublishOperationsMutation(
  $graphId: ID! $listId: ID! $operationManifest: [PersistedQueryInput!]
) {
  graph(id: $graphId) {
    persistedQueryList(id: $listId) {
      publishOperations(operations: $operationManifest) {
        __typename
        ... on PermissionError { message }
        ... on CannotModifyOperationBodyError { message }
        ... on PublishOperationsResult {
          build {
            revision
            publish { operationCounts { added identical updated unaffected removed } }
            list { name }
          }
          unchanged
        }
      }
    }
  }
}
"""

GIT = {"branch": "main", "commit": "abc", "committer": None, "message": None, "remoteUrl": None}


def publish_variables(
    name: str,
    sdl: str,
    url: str | None = "http://patents.example/graphql",
    variant: str = "current",
) -> dict[str, object]:
    """Return the variables of `PUBLISH` as Rover fills them."""
    return {
        "graph_id": "hub",
        "variant": variant,
        "subgraph": name,
        "url": url,
        "revision": "",
        "schema": {"sdl": sdl, "hash": None},
        "git_context": GIT,
    }


def check_variables(
    name: str, sdl: str, config: dict[str, object] | None = None
) -> dict[str, object]:
    """Return the variables of `CHECK` as Rover fills them."""
    unset = {
        "queryCountThreshold": None,
        "queryCountThresholdPercentage": None,
        "from": None,
        "to": None,
        "excludedClients": None,
        "excludedOperationNames": None,
        "ignoredOperations": None,
        "includedVariants": None,
    }
    return {
        "graph_id": "hub",
        "name": "current",
        "input": {
            "graphRef": "hub@current",
            "proposedSchema": sdl,
            "gitContext": GIT,
            "config": {**unset, **(config or {})},
            "subgraphName": name,
            "isSandbox": False,
            "introspectionEndpoint": None,
            "isProposal": False,
        },
    }
