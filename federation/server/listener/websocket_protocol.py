"""uvicorn's WebSocket protocol without its stack trace for each client that sends broken text."""

from __future__ import annotations

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

# RFC 6455 §7.4.1: data that is not consistent with the type of the message.
_NOT_TEXT = 1007


class QuietWebSocketProtocol(WebSocketsSansIOProtocol):
    """Closes with 1007, and logs nothing, for text that is not UTF-8. A `ImmediateWriter`."""

    def write_now(self, data: bytes) -> bool:
        """Write whole frames, uncompressed: that is allowed whatever was agreed (RFC 7692 §6)."""
        transport = self.transport
        if not self.writable.is_set() or self.close_sent or transport.is_closing():
            return False
        transport.write(data)
        return True

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not self.close_sent:
            data = b"".join(self.frames)
            self.frames = [data]
            if not data.isascii() and not _is_utf8(data):
                self.frames = []
                self.conn.send_close(_NOT_TEXT)
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
