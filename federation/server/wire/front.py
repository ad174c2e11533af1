"""One HTTP request on the GraphQL path: what is done before the pipeline and after it.

Before: whether it is one operation, several, or part of the single connection protocol; its body,
read and decompressed; its files. After: headers of what was refused here, entity tags, compression.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import Receive, Send

from federation.errors import RequestError
from federation.server.errors import request_error
from federation.server.listener.http_cycle import QuickCycle
from federation.server.listener.work import Work
from federation.server.pipeline import Pipeline
from federation.server.settings.engine import EngineSettings
from federation.server.wire.batching import Batches
from federation.server.wire.bodies import BodyRules, too_large
from federation.server.wire.delivery import Delivery, build_delivery, send_whole
from federation.server.wire.disconnect import Clients
from federation.server.wire.request import HttpRequest, check_csrf, is_array
from federation.server.wire.response import HttpResponse, MediaType, refusal
from federation.server.wire.single_connections import SingleConnections
from federation.server.wire.streaming import StreamReply
from federation.server.wire.uploads import Uploads, build_uploads, is_form

# What uvloop says when the client has gone and nobody was told yet; it has no class of its own.
_CLOSED = "the handler is closed"


@dataclass(frozen=True, slots=True)
class Front:
    """`batches` is None when several operations in one request are not taken, `uploads` when forms
    with files are not. `work`: how much the process has and takes on.
    """

    bodies: BodyRules
    batches: Batches | None
    streams: SingleConnections
    delivery: Delivery
    work: Work
    uploads: Uploads | None = None

    async def serve(
        self,
        http: HttpRequest,
        pipeline: Pipeline,
        clients: Clients,
        receive: Receive,
        send: Send,
    ) -> None:
        """Answer one request. A client that goes away ends its work."""
        work = self.work
        if work.is_full:
            # Before the body is read: whoever is refused must cost next to nothing.
            refused = self._refused(work.refuse(), http, pipeline)
            await self.delivery.send(http, refused, receive, send)
            return
        work.running += 1
        try:
            reply = await self._reply(http, pipeline, clients, receive)
        except RequestError as error:
            reply = self._refused(error, http, pipeline)
        finally:
            work.running -= 1
        if reply is not None:
            if work.draining:
                reply.headers.append((b"connection", b"close"))
            try:
                await self.delivery.send(http, reply, receive, send)
            except RuntimeError as error:
                if _CLOSED not in str(error):
                    raise

    async def serve_whole(
        self, http: HttpRequest, pipeline: Pipeline, clients: Clients, cycle: QuickCycle
    ) -> None:
        """Answer one POST whose body is in `http`, as `serve` does. Cancelled when the client goes
        away.
        """
        work = self.work
        if work.is_full or not self._is_one_operation(http):
            cycle.keep_running()
            await self.serve(http, pipeline, clients, *cycle.asgi())
            return
        work.running += 1
        reply: HttpResponse | StreamReply
        try:
            if len(http.query_string) > self.bodies.max_bytes:
                raise too_large(self.bodies.max_bytes)
            reply = await pipeline.answer(http)
        except RequestError as error:
            reply = self._refused(error, http, pipeline)
        finally:
            work.running -= 1
        if work.draining:
            reply.headers.append((b"connection", b"close"))
        cycle.keep_running()
        try:
            if isinstance(reply, StreamReply):
                await self.delivery.send(http, reply, *cycle.asgi())
                return
            accept = http.header(b"accept-encoding")
            if accept is not None and self.delivery.encodings:
                await self.delivery.compress(reply, accept)
            if not cycle.reply(reply.status, reply.headers, reply.body):
                await send_whole(cycle.asgi()[1], reply)
        except RuntimeError as error:
            if _CLOSED not in str(error):
                raise

    def _is_one_operation(self, http: HttpRequest) -> bool:
        """Whether the body is that of one operation, as it is, and of no other protocol."""
        if http.header(b"content-encoding") is not None or len(http.body) > self.bodies.max_bytes:
            return False
        if self.uploads is not None and is_form(http):
            return False
        if self.batches is not None and is_array(http.body):
            return False
        return not self.streams.concerns(http)

    async def _reply(
        self, http: HttpRequest, pipeline: Pipeline, clients: Clients, receive: Receive
    ) -> HttpResponse | StreamReply | None:
        if http.method == "OPTIONS":
            return pipeline.cors.answer_preflight(http)
        if len(http.query_string) > self.bodies.max_bytes:
            raise too_large(self.bodies.max_bytes)
        if http.method == "POST":
            if self.uploads is not None and is_form(http):
                return await self._with_files(self.uploads, http, pipeline, clients, receive)
            if not await self.bodies.read(http, receive):
                return None  # the client has gone
        if self.streams.concerns(http):
            work = self.streams.answer(http, pipeline)
            reply = await clients.while_connected(receive, work)
            if reply is not None and pipeline.cors.enabled:
                reply.headers += pipeline.cors.headers(http)
            return reply
        if self.batches is not None and http.method == "POST" and is_array(http.body):
            if pipeline.csrf_headers is not None:
                check_csrf(http, pipeline.csrf_headers)
            return await clients.while_connected(
                receive, self.batches.answer(http, pipeline.answer)
            )
        return await clients.while_connected(receive, pipeline.answer(http))

    async def _with_files(
        self,
        uploads: Uploads,
        http: HttpRequest,
        pipeline: Pipeline,
        clients: Clients,
        receive: Receive,
    ) -> HttpResponse | StreamReply | None:
        # Before a byte is read: any page could make a browser send such a form.
        if pipeline.csrf_headers is not None:
            check_csrf(http, pipeline.csrf_headers)
        if not await uploads.read(http, receive):
            return None
        try:
            return await clients.while_connected(receive, pipeline.answer(http))
        finally:
            if http.files is not None:
                http.files.close()

    def _refused(self, error: RequestError, http: HttpRequest, pipeline: Pipeline) -> HttpResponse:
        self.work.refusals.tell(http, error.http_status, error.code)
        reply = refuse(error)
        if pipeline.cors.enabled:
            reply.headers += pipeline.cors.headers(http)
        return reply


def refuse(error: RequestError) -> HttpResponse:
    """Return the reply to a request that never reached the pipeline."""
    extra: tuple[tuple[bytes, bytes], ...] = ()
    if error.http_status in (413, 415):
        # What is left of the body is not read, so the connection cannot be used again.
        extra = ((b"connection", b"close"),)
    elif error.retry_after is not None:
        extra = ((b"retry-after", b"%d" % error.retry_after),)
    elif error.http_status == 503:
        extra = ((b"retry-after", b"1"),)
    elif error.http_status == 405:
        extra = ((b"allow", b"GET, POST, PUT, DELETE"),)
    return refusal([request_error(error)], MediaType.JSON, error.http_status, *extra)


def build_front(settings: EngineSettings, streams: SingleConnections, work: Work) -> Front:
    """Return what the settings ask for."""
    compression = settings.compression
    max_bytes = settings.limits.http_max_request_bytes
    batching = settings.batching
    timeout = settings.traffic_shaping.router.timeout
    return Front(
        bodies=BodyRules(max_bytes, compression.requests),
        batches=Batches(batching, timeout, work.batches) if batching.enabled else None,
        streams=streams,
        delivery=build_delivery(compression, etags=settings.etag.enabled),
        work=work,
        uploads=build_uploads(settings.preview_file_uploads, max_bytes),
    )
