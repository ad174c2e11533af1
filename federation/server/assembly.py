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
    csrf = settings.csrf
    errors = settings.include_subgraph_errors
    planning = settings.supergraph.query_planning
    proxies = Proxies(settings.proxies)
    preparation = Preparation(
        limits=settings.limits,
        timeout=planning.timeout / 2,
        introspection=settings.supergraph.introspection is not False,
        tracing=lasting.tracing,
        directives=settings.authorization.directives,
        figures=lasting.observability.cold,
        tells_facts=lasting.observability.tells_facts,
        demand=settings.demand_control,
        suggests=settings.supergraph.introspection is True,
    )
    authorization = Authorization(settings.authorization, outside.decide_policies)
    response_headers = _response_headers(settings.headers)
    identities = IdentityRules(
        HeaderPropagation(settings.headers),
        authenticator,
        outside.identifier,
        outside.api_keys,
        CertificateRules(settings.tls.supergraph.client_authentication),
        proxies,
        lasting.failures,
    )
    return Pipeline(
        settings=settings,
        live=lasting.live,
        views=ViewRules(settings.views, outside.key_holder),
        documents=Documents(
            preparation,
            lasting.cold,
            OverrideLabelRules(outside.decide_labels),
            planning,
            authorization,
            IntrospectionRules(settings.supergraph.introspection),
            lasting.observability.cold,
        ),
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
            settings.rate_limits,
            settings.traffic_shaping.router.global_rate_limit,
            proxies,
            lasting.counters,
        ),
        csrf_headers=None
        if csrf.unsafe_disabled
        else tuple(name.lower().encode("latin-1") for name in csrf.required_headers),
        subscriptions=lasting.subscriptions,
        sharing=OperationSharing(settings.traffic_shaping.router.deduplicate_query),
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
        demand=StaticDemandControl(
            settings.demand_control, shows=settings.plugins.expose_query_plan
        )
        if settings.demand_control.enabled
        else None,
    )


def _trace_header(section: ResponseTraceId) -> bytes | None:
    return section.header_name.lower().encode() if section.enabled else None


def _propagation(section: Extensions) -> Propagation | None:
    names = tuple(dict.fromkeys(section.propagate))
    return Propagation(names, section.max_bytes) if names else None


def _response_headers(section: Headers) -> ResponseHeaderPropagation | None:
    rules = ResponseHeaderPropagation(section)
    return None if rules.empty else rules
