"""Mistakes with money that came, went back or was credited: transfers, refunds, credit notes, tax."""

from tests.mutants import Mutant

TRANSFERS = "billing/bank_transfer/transfers.py"
REFUND = "billing/charging/refund.py"
TESTS_OF_TRANSFERS = "billing/tests/test_transfers.py"
TESTS_OF_REFUNDS = "billing/tests/test_refunds.py"
TAXES = "billing/tests/test_taxes.py"
PARTS = "billing/tests/test_paid_parts.py"
NET = "billing/tests/test_net_to_me.py"
TAKING_BACK = "billing/tests/test_taking_back.py"
MUTANTS = [
    Mutant(
        "A transfer whose reference another business has used is refused",
        TRANSFERS,
        'base = f"{invoice.business_id}:{reference}"[:110]',
        "base = reference[:110]",
        (
            "billing/tests/test_transfers.py::test_the_same_reference_at_another_business_is_another_transfer",
            TESTS_OF_TRANSFERS,
        ),
    ),
    Mutant(
        "The same transfer is recorded again while the first waits for its card to be cancelled",
        TRANSFERS,
        "        or waiting.exists()\n",
        "",
        (
            "billing/tests/test_transfers.py::test_a_second_transfer_is_refused_until_the_first_is_booked",
            TESTS_OF_TRANSFERS,
        ),
    ),
    Mutant(
        "A transfer in another currency pays the invoice",
        "billing/bank_transfer/statement_lines.py",
        "    if line.currency != invoice.currency:",
        "    if not line.currency:",
        (
            "billing/tests/test_transfers.py::test_a_line_in_another_currency_pays_nothing",
            TESTS_OF_TRANSFERS,
        ),
    ),
    Mutant(
        "A line of a statement that was ignored can be matched",
        TRANSFERS,
        "BankStatementLine.objects.filter(pk=line.pk, state=BankLineState.OPEN)\n            if not",
        "BankStatementLine.objects.filter(pk=line.pk)\n            if not",
        (
            "billing/tests/test_transfers.py::test_an_ignored_line_cannot_be_matched_and_a_matched_line_cannot_be_ignored",
            TESTS_OF_TRANSFERS,
        ),
    ),
    Mutant(
        "Each missed reminder is made up by an email of its own",
        TRANSFERS,
        "sent)) and following <= today:",
        "sent)) and following < collection.invoice.due_on:",
        (TESTS_OF_TRANSFERS,),
    ),
    Mutant(
        "One satang less than what may be withheld counts as paid",
        "billing/books/received_payments.py",
        "if not 0 < left <= expected:",
        "if not 0 < left <= expected + 1:",
        (
            "billing/tests/test_taxes.py::test_two_transfers_that_leave_only_the_withheld_tax_make_the_certificate_owed",
            TAXES,
        ),
    ),
    Mutant(
        "A withholding certificate is booked each time it is received",
        TRANSFERS,
        "            pk=certificate.pk, state=CertificateState.OWED\n",
        "            pk=certificate.pk\n",
        (
            "billing/tests/test_taxes.py::test_a_certificate_is_booked_once",
            TAXES,
        ),
    ),
    Mutant(
        "A reduced invoice still lets the whole tax be withheld",
        "billing/books/owing.py",
        "prorate(invoice.withholding, invoice.total - credited, invoice.total)",
        "invoice.withholding",
        (
            "billing/tests/test_taxes.py::test_less_tax_is_withheld_from_an_invoice_that_was_reduced",
            TAXES,
        ),
    ),
    Mutant(
        "A payment recorded late is booked on the day it was recorded",
        "billing/books/received_payments.py",
        "on = local_day(received.received_at, businesses",
        "on = local_day(now, businesses",
        (
            "billing/tests/test_paid_parts.py::test_a_payment_recorded_late_counts_on_the_day_it_arrived",
            PARTS,
        ),
    ),
    Mutant(
        "More than the invoice becomes part of it",
        "billing/books/paid_parts.py",
        "gross = max(0, min(gross, invoice.total - before.gross))",
        "gross = max(0, gross)",
        (PARTS,),
    ),
    Mutant(
        "The tax of what is written off falls due",
        "billing/books/paid_parts.py",
        "    if part.by == SettledBy.WRITE_OFF:\n        accounts = (Account.DEFERRED, Account.LOSS)\n",
        "",
        (
            "billing/tests/test_paid_parts.py::test_the_tax_of_what_is_written_off_never_falls_due",
            PARTS,
        ),
    ),
    Mutant(
        "A payment is taken back though its credit was spent",
        "billing/invoices/reverse_payment.py",
        "if beyond > ledger.client_credit(payment.client_id, payment.currency):",
        "if beyond > payment.amount:",
        (TAKING_BACK,),
    ),
    Mutant(
        "A payment that was refunded can be taken back as well",
        "billing/bank_transfer/take_back.py",
        "        and refund.refundable_amount(payment) == payment.amount\n",
        "",
        (TAKING_BACK,),
    ),
    Mutant(
        "Client credit pays the newest invoice first",
        "billing/bank_transfer/apply_credit.py",
        'waiting.order_by("issued_on", "seq")',
        'waiting.order_by("-issued_on", "-seq")',
        ("dashboard/tests/test_payments_received.py",),
    ),
    Mutant(
        "Client credit pays the tax that the client withholds",
        "billing/bank_transfer/apply_credit.py",
        "amount = min(credit, max(0, left - withheld))",
        "amount = min(credit, max(0, left))",
        (TAXES,),
    ),
    Mutant(
        "More is credited than is left of the invoice",
        "billing/invoices/credit_note.py",
        "if not 0 < amount <= invoice.total - before:",
        "if not 0 < amount <= invoice.total:",
        (
            "billing/tests/test_refunds.py::test_partial_refunds_never_exceed_what_was_paid",
            TESTS_OF_REFUNDS,
        ),
    ),
    Mutant(
        "Each credit note rounds its tax by itself, so that together they miss the invoice's",
        "billing/invoices/credit_note.py",
        'part = min(due["amount"] - sum(note[place]["amount"] for note in notes), left)',
        'part = min(taxes.split_credit_note(amount, invoice.total, invoice.taxes).taxes[place]["amount"], left)',
        (
            "billing/tests/test_refunds.py::test_partial_credit_notes_add_up_exactly_to_the_total_and_to_each_tax",
            TESTS_OF_REFUNDS,
        ),
    ),
    Mutant(
        "More is refunded than was paid",
        REFUND,
        "not 0 < amount <= refundable_amount(payment)",
        "not 0 < amount",
        (
            "billing/tests/test_refunds.py::test_only_what_was_paid_by_card_is_refunded_to_the_card",
            TESTS_OF_REFUNDS,
            "billing/tests/test_disputes.py",
        ),
    ),
    Mutant(
        "What the bank has withdrawn in a dispute can be refunded as well",
        REFUND,
        "payment.amount - refunded - disputed)",
        "payment.amount - refunded)",
        (
            "billing/tests/test_disputes.py::test_a_part_of_a_payment_can_be_disputed",
            "billing/tests/test_disputes.py",
        ),
    ),
    Mutant(
        "A refund is sent again after the gateway has forgotten its key",
        REFUND,
        "    if fetched is None and now < _key_is_known_until(gateway, refund):",
        "    if fetched is None:",
        (
            "billing/tests/test_refunds.py::test_after_twenty_three_hours_a_refund_is_not_sent_again_and_the_owner_is_told",
            TESTS_OF_REFUNDS,
        ),
    ),
    Mutant(
        "Two workers carry out the same refund",
        REFUND,
        "Refund.objects.filter(pk=ids[0], next_at=claim.next_at)",
        "Refund.objects.filter(pk=ids[0])",
        (
            f"{TESTS_OF_REFUNDS}::test_a_refund_that_another_worker_has_claimed_is_left_to_it",
            TESTS_OF_REFUNDS,
        ),
    ),
    Mutant(
        "A refund made in the gateway's dashboard is booked at every look",
        "billing/charging/elsewhere/refunds.py",
        "by_key or [row for row in rows if row.handle == theirs.handle]",
        "by_key",
        ("billing/tests/test_made_elsewhere.py",),
    ),
    Mutant(
        "A lost dispute is booked as if the money had come back",
        "billing/charging/elsewhere/disputes.py",
        "target = Account.LOSS if state == DisputeState.LOST else Account.CASH",
        "target = Account.CASH",
        ("billing/tests/test_disputes.py",),
    ),
    Mutant(
        "An inquiry that takes no money is booked as money lost",
        "billing/charging/elsewhere/disputes.py",
        "if row.state == DisputeState.INQUIRY and state not in _OF_AN_INQUIRY:",
        "if row.state == DisputeState.INQUIRY:",
        (
            "billing/tests/test_made_elsewhere.py::test_an_inquiry_takes_no_money_and_its_owner_is_told",
            "billing/tests/test_disputes.py",
            "billing/tests/test_made_elsewhere.py",
        ),
    ),
    Mutant(
        "The reconciliation asks for the amount alone, not for the currency",
        "billing/charging/reconcile.py",
        "(payment.amount, payment.currency) != (theirs.amount, theirs.currency)",
        "payment.amount != theirs.amount",
        ("billing/tests/test_reconcile.py",),
    ),
    Mutant(
        "What a gateway took is converted the wrong way round",
        "billing/rules/net.py",
        "Fraction(moved, settled)",
        "Fraction(settled, moved)",
        (
            f"{NET}::test_a_fee_in_another_currency_counts_at_the_rate_at_which_the_gateway_paid_out",
        ),
    ),
    Mutant(
        "A fee that is not known counts as none",
        "billing/rules/net.py",
        "self.unknown += line.is_waiting or line.is_silent",
        "self.unknown += line.is_silent",
        (f"{NET}::test_a_fee_that_is_not_known_is_none_and_counted_by_month",),
    ),
    Mutant(
        "A credit note takes back tax that nobody had paid",
        "billing/income/net_to_me.py",
        "if tax := note.tax - settled.get(note.pk, 0):",
        "if tax := note.tax:",
        (f"{NET}::test_a_credit_note_over_what_was_not_paid_takes_no_tax_back",),
    ),
    Mutant(
        "A fee is asked for no more after a refund or a dispute",
        "billing/charging/elsewhere/fees.py",
        '        Q(pk__in=disputes.values("payment")),\n',
        "",
        ("billing/tests/test_gateway_fees.py",),
    ),
    Mutant(
        "Lines that the next invoice takes are billed before it",
        "billing/invoices/extra_line.py",
        "        if not has_next_invoice(line.agreement):\n            found",
        "        if line.agreement:\n            found",
        ("billing/tests/test_extra_line.py",),
    ),
    Mutant(
        "What was received earlier is shown at today's rate",
        "billing/income/overall.py",
        "history.in_own(income.currency, income.received_by_day) if rate else None",
        "exchange.convert(income.received, rate) if rate else None",
        ("billing/tests/test_rate_history.py",),
    ),
]
