"""Settings + what lasts + what the program gives → the pipeline of one configuration."""

from __future__ import annotations

from collections.abc import Callable

from federation.execution.context import ErrorPolicy
from federation.execution.propagation import Propagation
from federation.server.authorization.authorization import Authorization
from federation.server.authorization.introspection import IntrospectionRules
from federation.server.callers.authentication import Authenticator
from federation.server.callers.client_certificates import CertificateRules
from federation.server.callers.identity import IdentityRules
from federation.server.callers.peer import Proxies
from federation.server.contexts import Contexts
from federation.server.deadlines import Deadlines
from federation.server.demand.demand_control import StaticDemandControl
from federation.server.documents import Documents
from federation.server.hooks.running import build_hooks
from federation.server.known_requests import KnownRequests
from federation.server.lasting import Lasting
from federation.server.operation_sharing import OperationSharing
from federation.server.outside import Outside
from federation.server.override_labels import OverrideLabelRules
from federation.server.persisted.documents import build_documents
from federation.server.pipeline import Pipeline
from federation.server.preparation import Preparation
from federation.server.rate_limits.admission import build_admission
from federation.server.settings.answers import Extensions
from federation.server.settings.cross_origin import Csrf
from federation.server.settings.engine import EngineSettings
from federation.server.settings.headers import Headers
from federation.server.settings.telemetry import ResponseTraceId
from federation.server.subgraphs.headers import HeaderPropagation
from federation.server.subgraphs.response_headers import ResponseHeaderPropagation
from federation.server.view_rules import ViewRules
from federation.server.wire.cors import CorsRules


def build_pipeline(
    settings: EngineSettings,
    outside: Outside,
    lasting: Lasting,
    authenticator: Authenticator,
    current: Callable[[], Pipeline],
) -> Pipeline:
    """Return the stages as `settings` say. `current` gives the pipeline that is live at any time.

    Raises `FederationError` for what cannot be built: a hook that is not there, say.
    """
    proxies = Proxies(settings.proxies)
    authorization = Authorization(settings.authorization, outside.decide_policies)
    identities = _identities(settings, outside, lasting, authenticator, proxies)
    response_headers = _response_headers(settings.headers)
    errors = settings.include_subgraph_errors
    router = settings.traffic_shaping.router
    return Pipeline(
        settings=settings,
        live=lasting.live,
        views=ViewRules(settings.views, outside.key_holder),
        documents=_documents(settings, outside, lasting, authorization),
        tracing=lasting.tracing,
        cors=CorsRules(settings.cors),
        identities=identities,
        contexts=Contexts(
            identities,
            authorization,
            ErrorPolicy(errors.all, errors.subgraphs),
            _propagation(settings.extensions),
            keep_headers=response_headers is not None,
        ),
        admission=build_admission(
            settings.rate_limits, router.global_rate_limit, proxies, lasting.counters
        ),
        csrf_headers=_csrf_headers(settings.csrf),
        subscriptions=lasting.subscriptions,
        sharing=OperationSharing(router.deduplicate_query),
        deadlines=Deadlines(settings.traffic_shaping),
        hooks=build_hooks(settings.hooks),
        response_headers=response_headers,
        stored=build_documents(
            settings.apq, settings.persisted_queries, lasting.automatic, outside.document_source
        ),
        current=current,
        observers=lasting.observability.observers,
        trace_header=_trace_header(settings.telemetry.exporters.tracing.response_trace_id),
        work=lasting.work,
        known=None if settings.hooks else KnownRequests(),
        demand=_demand(settings),
    )


def _documents(
    settings: EngineSettings, outside: Outside, lasting: Lasting, authorization: Authorization
) -> Documents:
    supergraph, cold = settings.supergraph, lasting.observability.cold
    preparation = Preparation(
        limits=settings.limits,
        timeout=supergraph.query_planning.timeout / 2,
        introspection=supergraph.introspection is not False,
        tracing=lasting.tracing,
        directives=settings.authorization.directives,
        figures=cold,
        tells_facts=lasting.observability.tells_facts,
        demand=settings.demand_control,
        suggests=supergraph.introspection is True,
    )
    return Documents(
        preparation,
        lasting.cold,
        OverrideLabelRules(outside.decide_labels),
        supergraph.query_planning,
        authorization,
        IntrospectionRules(supergraph.introspection),
        cold,
    )


def _identities(
    settings: EngineSettings,
    outside: Outside,
    lasting: Lasting,
    authenticator: Authenticator,
    proxies: Proxies,
) -> IdentityRules:
    return IdentityRules(
        HeaderPropagation(settings.headers),
        authenticator,
        outside.identifier,
        outside.api_keys,
        CertificateRules(settings.tls.supergraph.client_authentication),
        proxies,
        lasting.failures,
    )


def _csrf_headers(section: Csrf) -> tuple[bytes, ...] | None:
    if section.unsafe_disabled:
        return None
    return tuple(name.lower().encode("latin-1") for name in section.required_headers)


def _demand(settings: EngineSettings) -> StaticDemandControl | None:
    section = settings.demand_control
    if not section.enabled:
        return None
    return StaticDemandControl(section, shows=settings.plugins.expose_query_plan)


def _trace_header(section: ResponseTraceId) -> bytes | None:
    return section.header_name.lower().encode() if section.enabled else None


def _propagation(section: Extensions) -> Propagation | None:
    names = tuple(dict.fromkeys(section.propagate))
    return Propagation(names, section.max_bytes) if names else None


def _response_headers(section: Headers) -> ResponseHeaderPropagation | None:
    rules = ResponseHeaderPropagation(section)
    return None if rules.empty else rules
