"""URLs of invoices, payments, bank statements and billing runs."""

from django.urls import path

from dashboard.money.views import (
    bank_statements,
    billing_runs,
    invoice_actions,
    invoices,
    monthly_totals,
)

urlpatterns = [
    path("agreements/<uuid:pk>/park/", invoice_actions.HoldBilling.as_view(), name="park"),
    path("charges/", invoices.Invoices.as_view(), name="charges"),
    path("charges/run/", billing_runs.BillingRunPage.as_view(), name="run"),
    path("charges/run/progress/", billing_runs.RunProgress.as_view(), name="run_progress"),
    path("charges/run/allow/", billing_runs.ConfirmClock.as_view(), name="run_allow"),
    path("charges/unknown/", billing_runs.UnknownCharges.as_view(), name="unknown"),
    path("charges/totals/", monthly_totals.Totals.as_view(), name="totals"),
    path("certificates/", invoice_actions.Certificates.as_view(), name="certificates"),
    path(
        "certificates/<uuid:pk>/", invoice_actions.UpdateCertificate.as_view(), name="certificate"
    ),
    path("bank/", bank_statements.BankStatements.as_view(), name="bank"),
    path("bank/<uuid:pk>/", bank_statements.MatchBankLine.as_view(), name="bank_line"),
    path(
        "charges/<uuid:pk>/refund/", invoice_actions.RefundInvoice.as_view(), name="charge_refund"
    ),
    path(
        "charges/<uuid:pk>/reduce/", invoice_actions.ReduceInvoice.as_view(), name="charge_reduce"
    ),
    path(
        "charges/<uuid:pk>/pay-out/", invoice_actions.PayOutCredit.as_view(), name="credit_pay_out"
    ),
    path("charges/<uuid:pk>/cancel/", invoice_actions.VoidInvoice.as_view(), name="charge_cancel"),
    path(
        "charges/<uuid:pk>/transfer/",
        invoice_actions.RecordTransfer.as_view(),
        name="charge_transfer",
    ),
    path(
        "credit-notes/<uuid:pk>/pdf/",
        invoice_actions.CreditNotePdf.as_view(),
        name="credit_note_pdf",
    ),
    path("charges/<uuid:pk>/", invoices.InvoicePage.as_view(), name="charge"),
    path("charges/<uuid:pk>/retry/", invoices.RetryCharge.as_view(), name="charge_retry"),
    path("charges/<uuid:pk>/wait/", invoices.PostponeCharge.as_view(), name="charge_wait"),
    path("charges/<uuid:pk>/pdf/", invoices.InvoicePdf.as_view(), name="charge_pdf"),
    path("receipts/<uuid:pk>/pdf/", invoices.ReceiptPdf.as_view(), name="receipt_pdf"),
]
