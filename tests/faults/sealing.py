"""bin/test sealing: SIGKILL at random moments of the sealing job; one file and one email each.

The installation has no key yet, and documents wait for their seal.
"""

import sys

from tests.faults import shooting

FILES = (
    "agreements/signing/seal.py",
    "agreements/signing/signers.py",
    "core/documents/seal.py",
    "core/documents/pades.py",
    "core/documents/store.py",
    "core/storage/folder.py",
    "core/documents/certificate.py",
    "core/audit.py",
    "core/outbox/emails.py",
)

if __name__ == "__main__":
    sys.exit(shooting.command("sealing", __doc__, "tests.faults.sealing_world", FILES))
