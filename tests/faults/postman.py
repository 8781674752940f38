"""The mail server of `bin/test soak`: real SMTP in a moody process, which keeps what it accepted as files."""

import random
import sys
import time
import uuid
from pathlib import Path

from tests.mail_server import (
    CUTS,
    CUTS_AFTER,
    GREYLISTS,
    HUNG,
    QUICK,
    REJECTS,
    SILENT,
    SLOW,
    MailServer,
)

MOODS = (QUICK, QUICK, QUICK, SLOW, HUNG, CUTS, GREYLISTS)
LASTS = (3.0, 12.0)  # seconds of a mood
CALM = "calm"  # a file of the soak's folder: while it is there the server is good


def manner(_to: str, _tries: int) -> str:
    return random.choices(
        (QUICK, SLOW, CUTS, CUTS_AFTER, GREYLISTS, REJECTS, SILENT), (20, 3, 1, 1, 1, 1, 0.3)
    )[0]


def main() -> None:
    """`python -m tests.faults.postman FOLDER PORT`."""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    mail = folder / "mail"
    mail.mkdir(exist_ok=True)

    def keep(raw: bytes) -> None:
        name = uuid.uuid4().hex
        (mail / f".{name}").write_bytes(raw)
        (mail / f".{name}").rename(mail / name)

    with MailServer(port=port) as server:
        server.on_accepted = keep
        while True:
            server.becomes(QUICK)
            if not (folder / CALM).exists():
                server.becomes(random.choice(MOODS))
                if server.greeting == QUICK:
                    server.manner = manner
            time.sleep(0.5 if (folder / CALM).exists() else random.uniform(*LASTS))


if __name__ == "__main__":
    main()
