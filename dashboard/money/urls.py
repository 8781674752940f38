"""URLs of invoices, payments, bank statements and billing runs."""

from django.urls import path

from dashboard.money.views import bank, billing_runs, invoice_actions, invoices, totals

urlpatterns = [
    path("agreements/<uuid:pk>/park/", invoice_actions.Park.as_view(), name="park"),
    path("charges/", invoices.Charges.as_view(), name="charges"),
    path("charges/run/", billing_runs.Run.as_view(), name="run"),
    path("charges/run/progress/", billing_runs.Progress.as_view(), name="run_progress"),
    path("charges/run/allow/", billing_runs.Allow.as_view(), name="run_allow"),
    path("charges/unknown/", billing_runs.Unknown.as_view(), name="unknown"),
    path("charges/totals/", totals.Totals.as_view(), name="totals"),
    path("certificates/", invoice_actions.Certificates.as_view(), name="certificates"),
    path("certificates/<uuid:pk>/", invoice_actions.CertificateCame.as_view(), name="certificate"),
    path("bank/", bank.Bank.as_view(), name="bank"),
    path("bank/<uuid:pk>/", bank.BankLine.as_view(), name="bank_line"),
    path("charges/<uuid:pk>/refund/", invoice_actions.Refund.as_view(), name="charge_refund"),
    path("charges/<uuid:pk>/cancel/", invoice_actions.Cancel.as_view(), name="charge_cancel"),
    path("charges/<uuid:pk>/transfer/", invoice_actions.Transfer.as_view(), name="charge_transfer"),
    path(
        "credit-notes/<uuid:pk>/pdf/",
        invoice_actions.CreditNotePdf.as_view(),
        name="credit_note_pdf",
    ),
    path("charges/<uuid:pk>/", invoices.ChargePage.as_view(), name="charge"),
    path("charges/<uuid:pk>/retry/", invoices.Retry.as_view(), name="charge_retry"),
    path("charges/<uuid:pk>/wait/", invoices.Wait.as_view(), name="charge_wait"),
    path("charges/<uuid:pk>/pdf/", invoices.InvoicePdf.as_view(), name="charge_pdf"),
    path("receipts/<uuid:pk>/pdf/", invoices.ReceiptPdf.as_view(), name="receipt_pdf"),
]
