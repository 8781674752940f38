"""URLs of invoices, payments, bank statements and billing runs."""

from django.urls import path

from dashboard.money.views import (
    bank_statements,
    billing_runs,
    exchange_rates,
    extra_lines,
    income,
    income_month,
    invoice_list,
    invoices,
    monthly_totals,
    net_to_me,
    one_off,
    unpaid_rules,
)
from dashboard.money.views.invoice_actions import certificates, money_back, not_collected, received

urlpatterns = [
    path(
        "agreements/<uuid:pk>/hold-billing/",
        not_collected.HoldBilling.as_view(),
        name="hold_billing",
    ),
    path("agreements/<uuid:pk>/extra-line/", extra_lines.NewExtraLine.as_view(), name="extra_line"),
    path(
        "agreements/<uuid:pk>/bill-lines/",
        extra_lines.BillWaitingLines.as_view(),
        name="bill_lines",
    ),
    path(
        "extra-lines/<uuid:pk>/receipt/",
        extra_lines.ExtraLineReceipt.as_view(),
        name="extra_line_receipt",
    ),
    path(
        "extra-lines/<uuid:pk>/remove/",
        extra_lines.RemoveExtraLine.as_view(),
        name="extra_line_remove",
    ),
    path("income/", income.IncomePage.as_view(), name="income"),
    path("invoices/", invoice_list.Invoices.as_view(), name="invoices"),
    path("invoices/new/", one_off.NewOneOff.as_view(), name="one_off"),
    path("invoices/unpaid/", unpaid_rules.BusinessUnpaidRule.as_view(), name="unpaid_rule"),
    path(
        "agreements/<uuid:pk>/unpaid/",
        unpaid_rules.AgreementUnpaidRule.as_view(),
        name="agreement_unpaid_rule",
    ),
    path("invoices/csv/", invoice_list.InvoicesCsv.as_view(), name="invoices_csv"),
    path("invoices/aging/", invoice_list.Aging.as_view(), name="aging"),
    path("income/month/", income_month.IncomeMonth.as_view(), name="income_month"),
    path("income/net/", net_to_me.NetToMe.as_view(), name="net_to_me"),
    path("income/net/month/", net_to_me.NetMonth.as_view(), name="net_month"),
    path("income/rates/", exchange_rates.ExchangeRates.as_view(), name="exchange_rates"),
    path("income/rates/remove/", exchange_rates.RemoveRate.as_view(), name="rate_remove"),
    path(
        "income/rates/reference/", exchange_rates.ReferenceRates.as_view(), name="reference_rates"
    ),
    path("invoices/billing-run/", billing_runs.BillingRunPage.as_view(), name="billing_run"),
    path(
        "invoices/billing-run/progress/",
        billing_runs.RunProgress.as_view(),
        name="billing_run_progress",
    ),
    path(
        "invoices/billing-run/confirm-clock/",
        billing_runs.ConfirmClock.as_view(),
        name="confirm_clock",
    ),
    path(
        "invoices/unknown-charges/", billing_runs.UnknownCharges.as_view(), name="unknown_charges"
    ),
    path("invoices/totals/", monthly_totals.Totals.as_view(), name="monthly_totals"),
    path("certificates/", certificates.Certificates.as_view(), name="certificates"),
    path("certificates/<uuid:pk>/", certificates.UpdateCertificate.as_view(), name="certificate"),
    path("bank/", bank_statements.BankStatements.as_view(), name="bank"),
    path("bank/<uuid:pk>/", bank_statements.MatchBankLine.as_view(), name="bank_line"),
    path("invoices/<uuid:pk>/refund/", money_back.RefundInvoice.as_view(), name="invoice_refund"),
    path(
        "invoices/<uuid:pk>/reduce/", not_collected.ReduceInvoice.as_view(), name="invoice_reduce"
    ),
    path("invoices/<uuid:pk>/pay-out/", money_back.PayOutCredit.as_view(), name="credit_pay_out"),
    path("invoices/<uuid:pk>/cancel/", not_collected.VoidInvoice.as_view(), name="invoice_cancel"),
    path(
        "invoices/<uuid:pk>/transfer/",
        received.RecordTransfer.as_view(),
        name="invoice_transfer",
    ),
    path(
        "payments/<uuid:pk>/take-back/",
        received.TakeBackPayment.as_view(),
        name="payment_take_back",
    ),
    path(
        "invoices/<uuid:pk>/apply-credit/",
        received.ApplyCredit.as_view(),
        name="credit_apply",
    ),
    path(
        "credit-notes/<uuid:pk>/pdf/",
        money_back.CreditNotePdf.as_view(),
        name="credit_note_pdf",
    ),
    path("invoices/<uuid:pk>/", invoices.InvoicePage.as_view(), name="invoice"),
    path("invoices/<uuid:pk>/retry/", invoices.RetryCharge.as_view(), name="invoice_retry"),
    path(
        "invoices/<uuid:pk>/postpone/", invoices.PostponeCharge.as_view(), name="invoice_postpone"
    ),
    path("invoices/<uuid:pk>/pdf/", invoices.InvoicePdf.as_view(), name="invoice_pdf"),
    path("receipts/<uuid:pk>/pdf/", invoices.ReceiptPdf.as_view(), name="receipt_pdf"),
]
