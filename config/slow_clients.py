"""A gunicorn worker in which whoever sends slowly waits outside, and takes no thread from others.

gunicorn's own threaded worker gives a connection a thread at its first byte, and lets it wait there for the next for as
long as it likes: eight clients that send one byte each would stop eight threads («slowloris»). Here the worker's loop
gathers each request until its head and its form have come, and has a time limit for that. What is larger than a form
(a patient list) is read by a thread, of which others always keep half, with a limit on each silence and on the whole.
"""

from __future__ import annotations

import errno
import re
import selectors
import socket
import struct
import time
from contextlib import suppress
from functools import partial
from typing import Any

from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn, ThreadWorker

ARRIVAL = 20.0  # seconds for a head and a form; a phone with one bar sends a form in two
SILENCE = 10  # seconds without a byte of a large upload, or of an answer taken
UPLOAD = 300.0  # seconds for a large upload: 200 MB at 5 Mbit/s
HEAD = 32 * 2**10
FORM = 256 * 2**10
READ = 64 * 2**10
DRAINED = 32 * 2**20  # of what nobody wanted to read
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*(?=\r\n)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 30\r\nConnection: close\r\nCache-Control: no-store\r\n"
    b"Content-Length: 0\r\n\r\n"
)


class Arriving(TConn):  # type: ignore[misc]  # gunicorn is untyped
    """A connection, and what has come of its next request."""

    arrived = b""
    large = False


def state(arrived: bytes) -> str:
    """What has come: "part", "whole" (a thread may have it), or "large" (a thread has to read the rest)."""
    head, found, body = arrived.partition(b"\r\n\r\n")
    if not found:
        return "part" if len(arrived) <= HEAD else "whole"  # the parser then refuses it
    lengths = _LENGTH.findall(b"%s\r\n" % head)
    if _CHUNKED.search(head) or any(int(length) > FORM for length in lengths):
        return "large"
    return "part" if lengths and len(body) < int(lengths[0]) else "whole"


class Deadline(SocketUnreader):  # type: ignore[misc]
    """Reads what a thread waits for; gives up when all of it takes too long."""

    ends = 0.0

    def chunk(self, size_hint: int | None = None) -> bytes:
        if self.ends and time.monotonic() > self.ends:
            raise ConnectionResetError(errno.ECONNRESET, "too slow")
        try:
            data: bytes = super().chunk(size_hint)
        except BlockingIOError:
            raise ConnectionResetError(errno.ECONNRESET, "silent") from None
        return data


class Worker(ThreadWorker):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reading = 0  # threads that read something large

    def accept(self, listener: socket.socket) -> None:
        try:
            sock, client = listener.accept()
        except OSError:  # gone again, or taken by another worker
            return
        self.nr_conns += 1
        pause = struct.pack("ll", SILENCE, 0)
        for way in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            sock.setsockopt(socket.SOL_SOCKET, way, pause)
        self.await_request(Arriving(self.cfg, sock, client, listener.getsockname()))

    def await_request(self, conn: Arriving) -> None:
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + ARRIVAL
        self.pending_conns.append(
            conn
        )  # in the order of their time limits: gunicorn closes those whose time is up
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def on_client_socket_readable(self, conn: Arriving, client: socket.socket) -> None:
        """The next request on a kept connection begins."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self.await_request(conn)

    def on_pending_socket_readable(self, conn: Arriving, client: socket.socket) -> None:
        try:
            data = client.recv(READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        conn.arrived += data
        found = state(conn.arrived) if data else "gone"
        if found == "part":
            return
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        if found == "gone":
            self.turn_away(conn)
        elif found == "large" and self.reading >= max(1, self.cfg.threads // 2):
            self.turn_away(conn, _BUSY)
        else:
            conn.large, conn.data_ready = found == "large", True
            self.reading += conn.large
            self.enqueue_req(conn)

    def turn_away(self, conn: Arriving, word: bytes = b"") -> None:
        with suppress(OSError):
            if word:
                conn.sock.send(word)
        self.nr_conns -= 1
        conn.close()

    def handle(self, conn: Arriving) -> Any:
        """In a thread: what has arrived goes to the parser first."""
        conn.sock.setblocking(True)
        conn.init()
        if not isinstance(conn.parser.unreader, Deadline):
            conn.parser.unreader = Deadline(conn.sock)
        conn.parser.unreader.ends = time.monotonic() + (UPLOAD if conn.large else ARRIVAL)
        if conn.arrived:
            rest = conn.parser.unreader.take_buffered()
            conn.parser.unreader.unread(rest + conn.arrived)
            conn.arrived = b""
        answered = super().handle(conn)
        if conn.large and not answered:
            # Hung up on in the middle of sending, a browser shows an error of its own instead of our answer.
            with suppress(OSError):
                conn.parser.finish_body(deadline=time.monotonic() + SILENCE, max_bytes=DRAINED)
        return answered

    def finish_request(self, conn: Arriving, done: Any) -> None:
        self.reading -= conn.large
        conn.large = False
        super().finish_request(conn, done)
