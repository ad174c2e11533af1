"""Certificates and keys for calls over TLS, read again when their files change.

A source is the PEM text itself or the path of a file with it. Only files can change. What cannot
be read, or does not fit together, while files are being replaced leaves the last good state in
place, and it is looked at again a little later: a certificate and its key are two files, and
nobody can replace both at once.
"""

from __future__ import annotations

import logging
import os
import ssl
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Generic, TypeVar

logger = logging.getLogger(__name__)

T = TypeVar("T")

_BEGIN = "-----BEGIN "
# How often files are looked at, in seconds.
_INTERVAL = 1.0

Stamp = tuple[tuple[int, int, int], ...]


class CertificateError(ValueError):
    """A certificate or key cannot be used. Says which file and why, never what is in it."""


@dataclass(frozen=True, slots=True, repr=False)
class TlsOptions:
    """Whom to trust besides the authorities of the system, and who we are towards the subgraph.

    Each is PEM text or a path. `certificate_chain` and `key` belong together: our certificate
    first, then those above it.
    """

    certificate_authorities: str | None = None
    certificate_chain: str | None = None
    key: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether nothing is set, so that the client's own defaults hold."""
        return self.certificate_authorities is None and self.certificate_chain is None

    @property
    def files(self) -> tuple[Path, ...]:
        """The sources that are files."""
        sources = (self.certificate_authorities, self.certificate_chain, self.key)
        return tuple(Path(one) for one in sources if one is not None and not _is_text(one))


NO_TLS_OPTIONS = TlsOptions()


def read_pem(source: str) -> bytes:
    """Return the PEM text of a source. Raises `CertificateError`."""
    if _is_text(source):
        return source.encode()
    try:
        content = Path(source).read_bytes()
    except OSError as error:
        raise CertificateError(f"cannot read {source}: {error.strerror or error}") from None
    if _BEGIN.encode() not in content:
        raise CertificateError(f"{source} is not a PEM file: it has no line '{_BEGIN}…'")
    return content


def ssl_context(options: TlsOptions) -> ssl.SSLContext:
    """Return the options as Python's own TLS takes them. Raises `CertificateError`."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        if options.certificate_authorities is not None:
            context.load_verify_locations(cadata=read_pem(options.certificate_authorities).decode())
        if options.certificate_chain is not None and options.key is not None:
            load_identity(context, options.certificate_chain, options.key)
    except (ssl.SSLError, UnicodeDecodeError) as error:
        reason = getattr(error, "reason", None) or "not readable"
        raise CertificateError(f"{_names(options)} cannot be used together: {reason}") from None
    return context


def load_identity(context: ssl.SSLContext, chain: str, key: str) -> None:
    """Make `chain` and `key`, sources both, who the context is. Raises `ssl.SSLError`."""
    # Python's TLS reads a key from a file only; this one nobody else can open, and it goes at once.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "identity.pem"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(read_pem(key) + b"\n" + read_pem(chain))
        # Without the empty password Python would ask for one on the terminal.
        context.load_cert_chain(path, password="")


class Reloaded(Generic[T]):
    """What is made of `options`, made anew when their files have changed.

    `make` raises `CertificateError`. The first time, that reaches the caller.
    """

    def __init__(self, options: TlsOptions, make: Callable[[TlsOptions], T]) -> None:
        self._options = options
        self._make = make
        self._files = options.files
        self._stamp = _stamp(self._files)
        self._next = monotonic() + _INTERVAL
        self._complained = False
        self.current = make(options)
        self.reloads = 0

    def look(self) -> T | None:
        """Return what was replaced, when it was; `current` is then the new one."""
        if not self._files:
            return None
        now = monotonic()
        if now < self._next:
            return None
        self._next = now + _INTERVAL
        stamp = _stamp(self._files)
        if stamp == self._stamp:
            return None
        try:
            fresh = self._make(self._options)
        except CertificateError as error:
            if not self._complained:
                logger.warning("changed certificates are not used: %s; the last ones stay", error)
            self._complained = True
            return None
        self._stamp, self._complained = stamp, False
        replaced, self.current = self.current, fresh
        self.reloads += 1
        logger.info("certificates were read again: %s", _names(self._options))
        return replaced


class ClientTls:
    """The TLS of new connections to `url` for clients that use Python's own.

    Raises `CertificateError`.
    """

    def __init__(self, url: str, options: TlsOptions) -> None:
        self._contexts: Reloaded[ssl.SSLContext] | None = None
        if url.startswith(("https:", "wss:")) and not options.is_plain:
            self._contexts = Reloaded(options, ssl_context)

    def context(self) -> ssl.SSLContext | bool:
        """Return what to connect with; connections that are open keep theirs."""
        if self._contexts is None:
            return True
        self._contexts.look()
        return self._contexts.current


def _is_text(source: str) -> bool:
    return source.lstrip().startswith(_BEGIN)


def _names(options: TlsOptions) -> str:
    return ", ".join(str(file) for file in options.files) or "the certificates in the settings"


def _stamp(files: tuple[Path, ...]) -> Stamp:
    """Return what tells that a file was replaced or written to; a missing one has none."""
    found = []
    for file in files:
        try:
            status = file.stat()
        except OSError:
            found.append((0, 0, 0))
        else:
            found.append((status.st_mtime_ns, status.st_ino, status.st_size))
    return tuple(found)
