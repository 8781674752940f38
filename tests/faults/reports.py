"""bin/test reports: SIGKILL at random moments of the report job; each report is sent once.

Three clients with an ended period: drafted, sent on the agreed day or by hand, rendered, emailed,
reminded of.
"""

import sys

from tests.faults import shooting

FILES = (
    "delivery/reports/report_run.py",
    "delivery/reports/draft_reports.py",
    "delivery/reports/send_reports.py",
    "delivery/reports/report_pdf.py",
    "delivery/reports/report_reminders.py",
    "delivery/reports/report_emails.py",
    "delivery/reports/report_facts.py",
    "core/outbox/emails.py",
    "core/audit.py",
    "core/documents/store.py",
    "core/storage/folder.py",
)

if __name__ == "__main__":
    sys.exit(shooting.command("reports", __doc__, "tests.faults.reports_world", FILES))
