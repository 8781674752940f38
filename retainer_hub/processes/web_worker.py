"""The web server's worker: a thread is given to a request that has arrived, not to one on its way.

gunicorn's own worker gives a thread to each connection and lets it read. A few clients that send
half a request, and wait, would hold all threads, and nobody else would be answered.
"""

import enum
import re
import struct
import time
from collections import deque
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from socket import SHUT_RD, SO_SNDTIMEO, SOL_SOCKET, socket
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

SMALL = 65_536  # bytes; a request up to this size is read whole before a thread gets it
UPLOAD_TIMES = 4  # an upload may take so many times as long as any other request

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,18})[ \t]*\r\n", re.IGNORECASE)
_ASKS_FIRST = re.compile(rb"\r\n(transfer-encoding|expect):", re.IGNORECASE)


class Arrival(enum.Enum):
    """How much of a request is there."""

    PART = enum.auto()
    WHOLE = enum.auto()
    UPLOAD = enum.auto()  # a part, of a request that is large or does not say its size


def arrival(received: bytes) -> Arrival:
    """How much of a request these first bytes are. Whether it is valid is gunicorn's question."""
    head, end, body = received.partition(b"\r\n\r\n")
    if not end:
        return Arrival.PART if len(received) <= SMALL else Arrival.UPLOAD
    head += b"\r\n"
    if _ASKS_FIRST.search(head):
        return Arrival.UPLOAD
    length = _LENGTH.search(head)
    if length is None or int(length[1]) <= len(body):
        return Arrival.WHOLE
    return Arrival.PART if int(length[1]) <= SMALL else Arrival.UPLOAD


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's worker with threads, which reads small requests before a thread gets them.

    Larger ones are read by their threads, of which they hold half at most; the others wait. A
    request that has not arrived after gunicorn's `timeout` is dropped, an upload after four times
    as long. Where there are too many connections, the one that has been sending longest is dropped.
    All methods run in the main thread.
    """

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.received: dict[TConn, bytes] = {}  # what connections in `pending_conns` have sent
        self.uploads: dict[TConn, float] = {}  # those that a thread reads, and until when it may
        self.waiting: deque[TConn] = deque()  # those that wait for such a thread

    def accept(self, listener: socket) -> None:
        """Accept a connection; if it is one too many, drop the one that has sent for longest."""
        super().accept(listener)
        if self.nr_conns < self.worker_connections:
            return
        # Each is sorted; a timeout is counted from when the connection began to send.
        first = [each[0] for each in (self.pending_conns, self.waiting) if each]
        longest = min(first, key=lambda conn: conn.timeout, default=None)
        if longest in self.waiting:
            self._close(self.waiting.popleft())
        elif longest:
            self._drop(longest)

    def enqueue_req(self, conn: TConn) -> None:
        """Read a connection's next request; gunicorn calls this where it wants a thread for it."""
        if self.cfg.is_ssl:
            super().enqueue_req(conn)
            return
        conn.init()
        conn.data_ready = True
        # A thread that writes to a client who does not read is given back after this time.
        conn.sock.setsockopt(SOL_SOCKET, SO_SNDTIMEO, struct.pack("ll", self.cfg.timeout, 0))
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + self.cfg.timeout
        self.received[conn] = conn.parser.unreader.take_buffered()
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self._read, conn))
        self._read(conn, conn.sock)

    def _read(self, conn: TConn, sock: socket) -> None:
        """Take what has arrived, and pass the request on if it is whole, large, or cut off."""
        try:
            data = sock.recv(SMALL)
        except BlockingIOError:
            data = None
        except OSError:
            data = b""
        received = self.received[conn] = self.received[conn] + (data or b"")
        state = arrival(received)
        if state is Arrival.PART and data != b"":
            return
        self._forget(conn)
        conn.parser.unreader.unread(received)
        if state is Arrival.UPLOAD:
            self.waiting.append(conn)
            self._begin_uploads()
        else:
            super().enqueue_req(conn)

    def _begin_uploads(self) -> None:
        """Give threads to the uploads that wait, as far as they may have them."""
        while self.waiting and len(self.uploads) < max(1, self.cfg.threads // 2):
            conn = self.waiting.popleft()
            self.uploads[conn] = time.monotonic() + UPLOAD_TIMES * self.cfg.timeout
            super().enqueue_req(conn)

    def finish_request(self, conn: TConn, fs: Any) -> None:
        """Go on with a connection whose thread is done."""
        if self.uploads.pop(conn, None):
            self._begin_uploads()
        super().finish_request(conn, fs)

    def murder_pending(self) -> None:
        """Drop what has not arrived in time; gunicorn calls this at least once a second."""
        now = time.monotonic()
        while self.pending_conns and self.pending_conns[0].timeout <= now:
            self._drop(self.pending_conns[0])
        for conn, until in self.uploads.items():
            if until <= now:
                self.uploads[conn] = float("inf")
                with suppress(OSError):  # the client was faster
                    conn.sock.shutdown(SHUT_RD)  # its thread reads the end of the request

    def _drop(self, conn: TConn) -> None:
        self._forget(conn)
        self._close(conn)

    def _close(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()

    def _forget(self, conn: TConn) -> None:
        self.poller.unregister(conn.sock)
        self.pending_conns.remove(conn)
        self.received.pop(conn, None)
