"""Mistakes in issuing: when an invoice is due, what it is over, and its number."""

from tests.mutants import Mutant

ISSUE = "billing/charging/issue.py"
PERIODS = "agreements/running/periods.py"
CARRIED = "billing/tests/test_carried.py"
CREDIT = "billing/tests/test_refunds.py"
NUMBERS = "billing/tests/test_numbers.py"
MUTANTS = [
    Mutant(
        "An invoice is issued an hour early",
        ISSUE,
        "        due_at__lte=now,\n",
        "        due_at__lte=now + timedelta(hours=1),\n",
        ("tests/test_dunning_notices.py",),
    ),
    Mutant(
        "Every period is billed from midnight on, not from the client's morning",
        PERIODS,
        "hour = agreement.charge_hour if span.index else 0",
        "hour = 0",
        ("tests/test_dunning_notices.py", "billing/tests/test_calendar.py"),
    ),
    Mutant(
        "A period begins on its day in UTC, not in the client's time zone",
        PERIODS,
        "    today = local_day(now, agreement.time_zone)\n    first = agreement.opened",
        "    today = now.date()\n    first = agreement.opened",
        (
            "billing/tests/test_calendar.py::test_ten_years_of_irregular_runs_open_every_period_once_and_none_early",
            "billing/tests/test_calendar.py",
        ),
    ),
    Mutant(
        "A suspended business goes on to issue invoices",
        ISSUE,
        "        business__is_suspended=False,\n",
        "",
        ("billing/tests/test_switches.py",),
    ),
    Mutant(
        "Two missed periods are charged at once, without asking",
        "billing/runs/hold.py",
        ".filter(count__gt=1)",
        ".filter(count__gt=2)",
        (
            "billing/tests/test_charge_protocol.py::test_an_agreement_with_several_missed_periods_is_held_until_the_owner_decides",
            "billing/tests/test_charge_protocol.py",
        ),
    ),
    Mutant(
        "A period that begins during a pause is billed",
        PERIODS,
        "PeriodState.DUE if amount and not pause else",
        "PeriodState.DUE if amount else",
        ("billing/tests/test_pausing.py",),
    ),
    Mutant(
        "A short period costs its days over those of the period, not of its full cycle",
        "agreements/rules/schedule.py",
        "Fraction((finishes - begins).days, (closes - opens).days)",
        "Fraction((finishes - begins).days, (finishes - begins).days)",
        ("agreements/tests/test_schedule.py",),
    ),
    Mutant(
        "The day of an upgrade counts to the old tier",
        "agreements/running/mid_period_upgrade.py",
        "Proration((period.ends_on - today).days, ",
        "Proration((period.ends_on - today).days - 1, ",
        ("billing/tests/test_upgrading.py",),
    ),
    Mutant(
        "A changed fee applies from the day after its first day",
        "agreements/running/effective_terms.py",
        "if amendment.bills_from <= day",
        "if amendment.bills_from < day",
        (
            "billing/tests/test_upgrading.py::test_repeated_runs_bill_the_upgrade_once_and_the_next_period_at_the_new_fee",
            "billing/tests/test_upgrading.py",
            "agreements/tests/test_amending.py",
        ),
    ),
    Mutant(
        "The smallest sum that a card can be charged is carried to the next invoice",
        ISSUE,
        "if draft.figures.total < smallest(batch, period):",
        "if draft.figures.total <= smallest(batch, period):",
        (CARRIED,),
    ),
    Mutant(
        "A line that waited for an invoice is on every invoice from then on",
        ISSUE,
        "        invoice__isnull=True,\n        removed_at__isnull=True,\n    ):",
        "        removed_at__isnull=True,\n    ):",
        (
            "billing/tests/test_carried.py::test_a_small_fee_is_carried_as_often_as_needed_and_billed_once",
            CARRIED,
        ),
    ),
    Mutant(
        "Client credit leaves a rest that is too small to charge",
        "billing/rules/asking.py",
        "min(held, total - smallest)",
        "min(held, total)",
        (
            "billing/tests/test_refunds.py::test_credit_never_leaves_an_amount_too_small_to_charge",
            CREDIT,
        ),
    ),
    Mutant(
        "Client credit is spent on each invoice of a run",
        "billing/charging/issued_rows.py",
        "    batch.credit[invoice.client_id, invoice.currency] -= spent\n",
        "",
        (
            "billing/tests/test_refunds.py::test_credit_is_spent_once_on_two_invoices_of_one_run",
            CREDIT,
        ),
    ),
    Mutant(
        "The fee of a trial that was not paid is credited to the retainer",
        "billing/charging/trial_credit.py",
        "Invoice.objects.filter(agreement__in=trials, state=InvoiceState.PAID)",
        "Invoice.objects.filter(agreement__in=trials)",
        ("billing/tests/test_trial_to_retainer.py",),
    ),
    Mutant(
        "An invoice is dated before the one whose number it follows",
        "billing/books/document_numbers.py",
        "max(days[pk], series.last_on or days[pk])",
        "days[pk]",
        (NUMBERS,),
    ),
    Mutant(
        "The year of a number is that of UTC, not of the business",
        ISSUE,
        "days = {pk: local_day(now, business.time_zone) for pk, business in businesses.items()}",
        "days = dict.fromkeys(businesses, now.date())",
        (NUMBERS,),
    ),
    Mutant(
        "A new pattern may give the number of an older document again",
        "billing/books/document_numbers.py",
        '        if int(match["seq"]) > last.get(counter, 0):',
        '        if int(match["seq"]) > last.get(counter, 0) + 1:',
        (
            "billing/tests/test_numbers.py::test_leading_zeros_do_not_hide_a_repeated_number",
            NUMBERS,
        ),
    ),
    Mutant(
        "Halves of a cent are dropped, not rounded up",
        "core/money.py",
        "whole = (abs(value) * 2 + 1) // 2",
        "whole = -((1 - abs(value) * 2) // 2)",
        ("core/tests/test_money.py",),
    ),
    Mutant(
        "Tax is withheld of the price with tax",
        "billing/rules/taxes.py",
        "money.tax(subtotal, withholding_percent)",
        "money.tax(subtotal + tax, withholding_percent)",
        (
            "billing/tests/test_taxes.py::test_a_thai_client_withholds_three_percent_of_the_price_before_tax",
            "billing/tests/test_taxes.py",
        ),
    ),
]
