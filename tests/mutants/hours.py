"""Mistakes with included hours: what rolls over, what expires, what is billed beyond."""

from tests.mutants import Mutant

ALLOWANCE = "delivery/rules/allowance.py"
LEFT = "delivery/hours/hours_left.py"
OVERAGE = "delivery/hours/overage.py"
TESTS_OF_ALLOWANCE = "delivery/tests/test_allowance.py"
HOURS = "delivery/tests/test_hours.py"
MERGED = "delivery/rules/timers/merged_time.py"
RUNS = "delivery/hours/offline/runs.py"
TESTS_OF_MERGING = "delivery/tests/test_merged_time.py"
DEVICES = "delivery/tests/test_devices.py"
MUTANTS = [
    Mutant(
        "Hours roll over although the agreement lets none roll over",
        ALLOWANCE,
        "        return total, []\n",
        "        return 0, lots\n",
        (TESTS_OF_ALLOWANCE,),
    ),
    Mutant(
        "Hours that have rolled over as often as agreed roll over once more",
        ALLOWANCE,
        "keep = min(left, allowed) if periods_left else 0",
        "keep = min(left, allowed)",
        (TESTS_OF_ALLOWANCE,),
    ),
    Mutant(
        "The cap is a share of what is left, not of what the period granted",
        ALLOWANCE,
        "allowed = flow.granted * policy.cap_percent // 100",
        "allowed = total * policy.cap_percent // 100",
        (TESTS_OF_ALLOWANCE,),
    ),
    Mutant(
        "Where the cap cuts, the newest hours are dropped",
        ALLOWANCE,
        "in reversed(lots):\n        keep",
        "in lots:\n        keep",
        (TESTS_OF_ALLOWANCE,),
    ),
    Mutant(
        "The hours that expire last are used first",
        ALLOWANCE,
        "    for left, periods_left in lots:\n        taken",
        "    for left, periods_left in lots[::-1]:\n        taken",
        (TESTS_OF_ALLOWANCE,),
    ),
    Mutant(
        "Saved hours expire during a pause",
        ALLOWANCE,
        "    if flow.paused:\n        return 0, [lot for lot in lots if lot[0]]\n",
        "",
        (TESTS_OF_ALLOWANCE,),
    ),
    Mutant(
        "A deficit is forgiven",
        ALLOWANCE,
        "if policy.rollover == Rollover.BOTH else 0",
        "if policy.rollover == Rollover.NONE else 0",
        (TESTS_OF_ALLOWANCE,),
    ),
    Mutant(
        "Hours that were approved and billed are a deficit as well",
        ALLOWANCE,
        "deficit = max(0, overdrawn - flow.approved)",
        "deficit = max(0, overdrawn)",
        (TESTS_OF_ALLOWANCE,),
    ),
    Mutant(
        "A skipped period includes hours",
        "agreements/running/periods.py",
        "minutes=0 if pause else prorate(",
        "minutes=prorate(",
        (HOURS,),
    ),
    Mutant(
        "Time that was deleted is still used",
        LEFT,
        "        else entries.filter(voided_at=None)\n",
        "        else entries\n",
        (HOURS,),
    ),
    Mutant(
        "Time that is not to be counted uses the allowance",
        LEFT,
        '_not_after("created_at", at), consumes=True)',
        '_not_after("created_at", at))',
        (HOURS,),
    ),
    Mutant(
        "What the terms permit beyond the allowance counts twice",
        LEFT,
        "state=OverageState.APPROVED, by_terms=False",
        "state=OverageState.APPROVED",
        (HOURS,),
    ),
    Mutant(
        "Hours beyond the allowance are billed before the period is over",
        OVERAGE,
        "        period.ends_on > local_day(now, agreement.time_zone)\n        or agreement",
        "        period.ends_on > local_day(now, agreement.time_zone) + timedelta(days=1)\n        or agreement",
        (HOURS,),
    ),
    Mutant(
        "Hours beyond the allowance miss the invoice of the next day",
        OVERAGE,
        "        period.ends_on > local_day(now, agreement.time_zone)\n        or agreement",
        "        period.ends_on >= local_day(now, agreement.time_zone)\n        or agreement",
        (HOURS,),
    ),
    Mutant(
        "Hours beyond the allowance are billed though the client said no",
        OVERAGE,
        "Overage.objects.filter(period=period, state=OverageState.APPROVED)",
        "Overage.objects.filter(period=period)",
        (HOURS,),
    ),
    Mutant(
        "Hours that were billed before are on the next invoice again",
        OVERAGE,
        "prorate(budget.rate, minutes, 60) - prorate(budget.rate, budget.billed, 60)",
        "prorate(budget.rate, minutes, 60)",
        (
            "delivery/tests/test_hours.py::test_overage_used_later_is_billed_later_and_never_beyond_the_approval",
            HOURS,
        ),
    ),
    Mutant(
        "The client's approval is used up before what the terms permit",
        OVERAGE,
        'order_by("-by_terms", "decided_at", "id")',
        'order_by("by_terms", "decided_at", "id")',
        (HOURS,),
    ),
    Mutant(
        "The warning waits until more than 80 % of the hours are used",
        "delivery/hours/usage_warnings.py",
        "if period_statement.used * 100 >= period_statement.available * mark",
        "if period_statement.used * 100 > period_statement.available * mark",
        (
            "delivery/tests/test_hours.py::test_usage_warnings_at_80_and_100_percent_are_sent_once_to_whom_the_agreement_says",
            HOURS,
        ),
    ),
    Mutant(
        "A day has 24 hours for each client",
        "delivery/hours/period_for_day.py",
        "if worked + work.minutes > MINUTES_PER_DAY:",
        "if work.minutes > MINUTES_PER_DAY:",
        (HOURS,),
    ),
    Mutant(
        "An entry is corrected once in each tab",
        "delivery/hours/time_log.py",
        "    if not TimeEntry.objects.filter(pk=entry.pk).update(",
        "    if not TimeEntry.history.filter(pk=entry.pk).update(",
        (HOURS,),
    ),
    Mutant(
        "Time that the client was told about in a report can be deleted",
        "delivery/hours/time_log.py",
        "    if is_closed(entry.period):",
        "    if not entry.period:",
        (
            "delivery/tests/test_hours.py::test_time_that_the_client_was_told_about_is_not_deleted",
            HOURS,
            "delivery/tests/test_reports.py",
        ),
    ),
    Mutant(
        "Of two timers of devices that ran at once the one started first has the overlap",
        MERGED,
        "ranked = sorted(runs, key=rank, reverse=True)",
        "ranked = sorted(runs, key=rank)",
        (TESTS_OF_MERGING,),
    ),
    Mutant(
        "Of two ends of a device's timer the last counts",
        MERGED,
        "(event for event in events if event.kind in (Kind.STOP, Kind.DISCARD))",
        "(event for event in events[::-1] if event.kind in (Kind.STOP, Kind.DISCARD))",
        (TESTS_OF_MERGING,),
    ),
    Mutant(
        "A wrong clock of a device is not corrected",
        MERGED,
        "at = clock if abs(error) <= UNNOTICED else clock + error",
        "at = clock",
        (TESTS_OF_MERGING,),
    ),
    Mutant(
        "A late event of a device overwrites what a person corrected",
        RUNS,
        "        if on in edited:",
        "        if on is None:",
        (DEVICES,),
    ),
    Mutant(
        "Time that a sent report counts is given to another timer as well",
        RUNS,
        "runs = merge(facts, _reported(business, rows))",
        "runs = merge(facts)",
        (DEVICES,),
    ),
]
