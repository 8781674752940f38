"""Where the fields of proposals and agreements come from, and which of them the terms repeat."""

from core.database.field_lists import FieldLists

#: A version of a proposal; what is copied comes from the version before it.
PROPOSAL_FIELDS = FieldLists(
    copied=(
        "title",
        "intro",
        "currency",
        "language",
        "interval",
        "collect_by",
        "starts_on",
        "ends_on",
        "notice_days",
        "minimum_months",
        "rollover",
        "rollover_percent",
        "rollover_periods",
        "renews",
        "in_order",
        "countersigns",
        "recommended_because",
        "trial_measure",
        "next_tier",
        "credits_trial",
        "after_trial",
        "kind",
        "template",
        "is_bilingual",
        "service",
        "governing_law",
        "kpis",
        "expectations",
        "competitors",
        "value_adds",
        "overage_amount",
        "overage_minutes",
        "report_days",
        "report_unreviewed",
        "shows_openings",
        "business",
        "client",
        "contact",
        "cosigners",
        "testimonials",
        "expires_on",
    ),
    frozen=("version", "revises", "text", "snapshot", "snapshot_hash", "sent_at"),
    own=("id", "created_at", "state", "reminders", "opened_at", "decided_at", "decline_reason"),
)
#: Lists of rows, which are copied after the row itself.
PROPOSAL_SETS = ("cosigners", "testimonials")
#: What is copied and can still change after sending: an offer can be kept open for longer.
PROPOSAL_CHANGES = ("expires_on",)

#: An agreement; what is copied comes from the proposal.
AGREEMENT_FIELDS = FieldLists(
    copied=(
        "business",
        "client",
        "title",
        "language",
        "currency",
        "collect_by",
        "interval",
        "starts_on",
        "ends_on",
        "notice_days",
        "minimum_months",
        "rollover",
        "rollover_percent",
        "rollover_periods",
        "renews",
        "in_order",
    ),
    frozen=(
        "proposal",
        "contact",
        "tier",
        "terms",
        "terms_hash",
        "amount",
        "minutes",
        "tax_mode",
        "taxes",
        "tax_note",
        "withholding_percent",
        "anchor_day",
    ),
    own=(
        "id",
        "created_at",
        "state",
        "time_zone",
        "charge_hour",
        "term_months",
        "opens_at",
        "tells_hours",
        "document",
        "signed_document",
        "sign_by",
        "reminders",
        "opened_at",
        "signed_at",
        "closed_at",
        "closed_because",
        "ended_at",
        "parked_because",
    ),
)
#: What is copied and can still change: the end, by notice and renewal. The database leaves the
#: others free as well; the signed terms hold them.
AGREEMENT_CHANGES = ("ends_on", "renews", "notice_days", "minimum_months", "in_order")

#: Fields of a proposal that the terms of its agreement repeat unchanged.
TERMS_COPIED = (
    "currency",
    "interval",
    "notice_days",
    "minimum_months",
    "trial_measure",
    "collect_by",
    "language",
    "renews",
    "is_bilingual",
    "service",
    "governing_law",
    "kpis",
    "expectations",
    "competitors",
    "overage_amount",
    "overage_minutes",
    "rollover",
    "rollover_percent",
    "rollover_periods",
    "report_days",
    "report_unreviewed",
)
#: Fields of a proposal that the terms hold in another form: as a text, or without a part of them.
TERMS_REWRITTEN = (
    "business",  # the seller
    "client",  # the buyer
    "contact",  # its signer
    "starts_on",
    "ends_on",
    "kind",
    "template",  # gives the kind, and the clauses
    "next_tier",
    "credits_trial",
    "value_adds",
    "sent_at",
    "text",  # the clauses
)
#: Fields of a proposal that the terms leave out: how it is offered, not what is agreed.
TERMS_LEFT_OUT = (
    "id",
    "created_at",
    "state",
    "title",
    "intro",
    "cosigners",
    "in_order",
    "countersigns",
    "recommended_because",
    "expires_on",
    "version",
    "revises",
    "testimonials",
    "shows_openings",
    "after_trial",
    "snapshot",
    "snapshot_hash",
    "reminders",
    "opened_at",
    "decided_at",
    "decline_reason",
)
