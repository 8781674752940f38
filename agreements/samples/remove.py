"""Removes the sample clients of a business, with everything that was made for them (rule 59)."""

from django.db import transaction

from agreements.models import Proposal, Tier
from clients.models import Call, Client, FitCheck, Objection
from core.models import Business

#: The models about a client of which a sample client may have rows; `remove_samples` deletes them.
REMOVED = frozenset(
    [
        "agreements.Proposal",
        "clients.Call",
        "clients.Contact",
        "clients.FitCheck",
        "clients.Objection",
    ]
)
#: Those of which it never has any: they follow from what was sent, signed or charged, which is kept
#: for ever. If there were one, the database would refuse to delete the client.
NEVER_MADE = frozenset(
    [
        "agreements.Agreement",
        "agreements.Amendment",
        "billing.CreditNote",
        "billing.Dispute",
        "billing.GatewayFee",
        "billing.Invoice",
        "billing.JournalEntry",
        "billing.Payment",
        "billing.PaymentMethod",
        "billing.PaymentReversal",
        "billing.Refund",
        "billing.WithholdingCertificate",
        "delivery.EarlyWarning",
        "delivery.MutedItem",
        "delivery.Overage",
        "delivery.QuarterlyReview",
        "delivery.Report",
        "delivery.ReportCorrection",
        "delivery.Request",
        "exports.Export",
    ]
)


def remove_samples(*, business: Business) -> int:
    """Delete the sample clients with their people, calls, notes and drafts; returns how many."""
    with transaction.atomic():
        samples = Client.objects.select_for_update().filter(business=business, is_sample=True)
        ids = [row.pk for row in samples]
        drafts = Proposal.objects.filter(client__in=ids)
        Tier.objects.filter(proposal__in=drafts).delete()
        drafts.delete()
        for model in (Objection, FitCheck, Call):
            model._default_manager.filter(client__in=ids).delete()
        Client.objects.filter(pk__in=ids).delete()  # and its contacts with it
    return len(ids)
