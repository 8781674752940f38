"""What the emails of the log are about, as the groups in which it can be filtered."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy


@dataclass(frozen=True)
class Subject:
    """A group of emails: what it is called, and the kinds that belong to it."""

    label: Promise
    kinds: frozenset[str]


def _subject(label: Promise, kinds: str) -> Subject:
    return Subject(label, frozenset(kinds.split()))


SUBJECTS: Mapping[str, Subject] = {
    "sales": _subject(
        gettext_lazy("Proposals and leads"),
        "answer call_booked call_cancelled call_moved declined enquiry expired offer_opened picked"
        " proposal proposal_extended proposal_forward proposal_forwarded proposal_reminder"
        " proposal_trial question room waits",
    ),
    "signing": _subject(
        gettext_lazy("Agreements and signatures"),
        "held_back held_back_over notice notice_given paused renewal_ahead renewed resumed"
        " seal_waits sign_code sign_declined sign_invitation sign_reminder sign_void signed"
        " signed_one signer_change signer_changed skip_taken_back skipped trial_decision"
        " value_add_taken_back value_added",
    ),
    "money": _subject(
        gettext_lazy("Invoices and payments"),
        "card_expires card_needed card_removed certificate_owed charge_ahead charge_failed"
        " confirm_charge credit_note disputed first_payment invoice overdue_client overdue_owner"
        " paid_not_cancelled part_paid payment payment_returned receipt refund_elsewhere"
        " refund_stuck refunded still_unknown unpaid_client unpaid_owner unpaid_paid",
    ),
    "reports": _subject(
        gettext_lazy("Reports and early warnings"),
        "early_note early_warnings quarterly_review report report_answered report_corrected"
        " report_nudge reports_drafted reports_held reports_waiting",
    ),
    "work": _subject(
        gettext_lazy("Requests, work and hours"),
        "hours_used overage overage_answer request request_answer request_due request_end"
        " timer_forgotten work_approval_taken_back work_approved",
    ),
    "access": _subject(
        gettext_lazy("Access and accounts"),
        "account confirm_code invited person_invited person_removed portal_code"
        " portal_invitation portal_link security team_invitation team_joined",
    ),
    "system": _subject(
        gettext_lazy("System and tests"),
        "audit export health owner_notes seal_ends set_aside set_aside_today wording_test",
    ),
}
