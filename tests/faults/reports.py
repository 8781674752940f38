"""bin/test reports: real SIGKILL at random moments of the report job; each client has each report once all the same.

Three clients whose period is over: drafted, sent on the agreed day or by hand, printed, mailed, reminded of.
"""

import sys

from tests.faults import shooting

FILES = (
    "delivery/reports/report_run.py",
    "delivery/reports/draft.py",
    "delivery/reports/send.py",
    "delivery/reports/report_pdf.py",
    "delivery/reports/report_reminders.py",
    "delivery/reports/report_emails.py",
    "delivery/reports/read_facts.py",
    "core/outbox/emails.py",
    "core/audit.py",
    "core/documents/store.py",
)

if __name__ == "__main__":
    sys.exit(shooting.command("reports", __doc__, "tests.faults.reports_world", FILES))
