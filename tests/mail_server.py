"""A mail server that a test can make slow, silent, cutting or refusing: SMTP on this machine.

It keeps every email that it accepted, in the order of arrival, as (Message-ID, recipient).
"""

import socket
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from typing import Any, Self

#: What it can do, by name. `quick` is what a good server does.
QUICK = "quick"
SLOW = "slow"  # each answer takes `slow` seconds
HUNG = "hung"  # it never greets
SILENT = "silent"  # it never answers to DATA
REFUSES = "refuses"  # 550: no such recipient
GREYLISTS = "greylists"  # 451: come again
REJECTS = "rejects"  # 554 after the text
CLOSES = "closes"  # 421 to MAIL
CUTS = "cuts"  # it hangs up at MAIL
CUTS_AFTER = "cuts after"  # it accepts the email and hangs up without saying so
BREAKS_TLS = "breaks tls"  # it hangs up in the middle of the handshake

Manner = Callable[[str, int], str]  # of a recipient, and how often it was tried before


class MailServer:
    """SMTP on a port of 127.0.0.1, by default a free one.

    `manner` decides for each email, from its recipient and how often that was tried before.
    """

    def __init__(self, manner: str | Manner = QUICK, *, slow: float = 0.2, port: int = 0) -> None:
        self.manner: Manner = manner if callable(manner) else (lambda _to, _tries: str(manner))
        self.greeting = manner if isinstance(manner, str) else QUICK
        self.slow = slow
        self.accepted: list[tuple[str, str]] = []
        self.unsaid: Counter[str] = Counter()  # accepted, and the sender was not told
        self.tries: Counter[str] = Counter()
        self.connections = 0
        self.stopped = threading.Event()
        self.on_accepted: Callable[[bytes], None] = lambda raw: None
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                outer.connections += 1
                with suppress(OSError):
                    Talk(outer, self).run()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True
            request_queue_size = 50

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def becomes(self, manner: str) -> None:
        """Change for the emails to come."""
        self.manner, self.greeting = (lambda _to, _tries: manner), manner

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of Django that use this server."""
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": self.port,
            "EMAIL_USE_TLS": False,
            "EMAIL_HOST_USER": "",
            "EMAIL_HOST_PASSWORD": "",
        }

    def times(self) -> Counter[str]:
        """How often each Message-ID was accepted."""
        return Counter(message_id for message_id, _to in self.accepted)


class Talk:
    """One connection."""

    def __init__(self, server: MailServer, handler: socketserver.StreamRequestHandler) -> None:
        self.server, self.handler = server, handler
        self.manner, self.to = QUICK, ""

    def say(self, line: str) -> None:
        if self.manner == SLOW or self.server.greeting == SLOW:
            self.server.stopped.wait(self.server.slow)
        self.handler.wfile.write(f"{line}\r\n".encode())

    def wait(self) -> None:
        """Say nothing until the client has gone or the server is stopped."""
        self.handler.connection.settimeout(0.05)
        while not self.server.stopped.is_set():
            with suppress(TimeoutError):
                if not self.handler.connection.recv(4096):
                    return

    def hang_up(self) -> None:
        with suppress(OSError):
            self.handler.connection.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        if self.server.greeting == HUNG:
            return self.wait()
        self.say("220 test ESMTP")
        while line := self.handler.rfile.readline():
            verb = line.decode("latin-1").strip()
            word = verb.split(" ")[0].upper()
            if word == "QUIT":
                return self.say("221 bye")
            if word == "STARTTLS":
                self.say("220 go ahead")
                time.sleep(0.01)
                return self.hang_up()
            if word == "EHLO":
                tls = "250-STARTTLS\r\n" if self.server.greeting == BREAKS_TLS else ""
                self.say(f"250-test\r\n{tls}250 SIZE 10000000")
            elif word == "MAIL":
                if self.mail() is False:
                    return None
            elif word == "RCPT":
                if self.recipient(verb) is False:
                    return None
            elif word == "DATA":
                if self.data() is False:
                    return None
            else:
                self.say("250 ok")
        return None

    def mail(self) -> bool:
        """The recipient is not known yet: what happens here is the same for all."""
        if self.server.greeting == CUTS:
            self.hang_up()
            return False
        if self.server.greeting == CLOSES:
            self.say("421 too busy")
            return False
        self.say("250 ok")
        return True

    def recipient(self, verb: str) -> bool:
        self.to = verb.partition("<")[2].partition(">")[0]
        self.manner = self.server.manner(self.to, self.server.tries[self.to])
        self.server.tries[self.to] += 1
        if self.manner == CUTS:
            self.hang_up()
            return False
        if self.manner == CLOSES:
            self.say("421 too busy")
            return False
        answers = {REFUSES: "550 5.1.1 no such user", GREYLISTS: "451 4.7.1 come again"}
        self.say(answers.get(self.manner, "250 ok"))
        return True

    def data(self) -> bool:
        if self.manner == SILENT:
            self.wait()
            return False
        self.say("354 go on")
        lines = []
        while (line := self.handler.rfile.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line[1:] if line.startswith(b"..") else line)
        if self.manner == REJECTS:
            self.say("554 5.7.1 not wanted")
            return True
        raw = b"".join(lines)
        message_id = str(message_from_bytes(raw, policy=policy.default)["Message-ID"])
        self.server.accepted.append((message_id, self.to))
        self.server.on_accepted(raw)
        if self.manner == CUTS_AFTER:
            self.server.unsaid[message_id] += 1
            self.hang_up()
            return False
        self.say("250 accepted")
        return True


@contextmanager
def mail_server(settings: Any, manner: str | Manner = QUICK, **how: Any) -> Iterator[MailServer]:
    """A server that the product sends to, with a time-out that no test waits long for."""
    with MailServer(manner, **how) as server:
        for name, value in server.settings.items():
            setattr(settings, name, value)
        settings.EMAIL_TIMEOUT = 0.5
        yield server


def closed_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
