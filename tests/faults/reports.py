"""bin/test reports: real SIGKILL at random moments of the report job; each client has each report once all the same.

Three clients whose period is over: drafted, sent on the agreed day or by hand, printed, mailed, reminded of.
"""

import sys

from tests.faults import shooting

FILES = (
    "delivery/run.py", "delivery/reports/draft.py", "delivery/reports/send.py", "delivery/reports/report_paper.py", "delivery/reports/chase.py",
    "delivery/reports/report_letters.py", "delivery/reports/gather.py", "core/outbox.py", "core/audit.py", "core/documents/store.py",
)  # fmt: skip

if __name__ == "__main__":
    sys.exit(shooting.command("reports", __doc__, "tests.faults.reports_world", FILES))
