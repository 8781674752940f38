"""Where the fields of an invoice come from."""

from core.database.field_lists import FieldLists

#: An invoice; what is copied comes from the agreement, or from what was ordered once.
INVOICE_FIELDS = FieldLists(
    copied=(
        "client",
        "collect_by",
        "tax_mode",
        "tax_note",
        "language",
        "terms_hash",
    ),
    frozen=(
        "business",
        "currency",
        "agreement",
        "period",
        "contact",
        "title",
        "time_zone",
        "charge_hour",
        "one_off",
        "form",
        "upgrade",
        "kind",
        "period_start",
        "series",
        "seq",
        "number",
        "issued_on",
        "due_on",
        "subtotal",
        "tax",
        "total",
        "withholding",
        "tax_on_payment",
        "taxes",
        "seller",
        "buyer",
    ),
    own=("id", "created_at", "state", "document"),
)
