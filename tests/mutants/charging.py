"""Mistakes in charging cards: who is charged, when, how often, and what an answer means."""

from tests.mutants import Mutant

COLLECT = "billing/charging/collect.py"
SETTLE = "billing/charging/settle.py"
PROTOCOL = "billing/tests/test_charge_protocol.py"
SWITCHES = "billing/tests/test_switches.py"
WEBHOOK = "billing/tests/test_webhook.py"
MUTANTS = [
    Mutant(
        "Two payment objects share the key of a charge",
        "billing/rules/derived_ids.py",
        'f"charge {handle} {n} {token}"',
        'f"charge {n} {token}"',
        ("billing/tests/test_derived_ids.py::test_nothing_else_has_one_of_them",),
    ),
    Mutant(
        "A direct gateway gets a key again with another card",
        "billing/charging/prepare.py",
        "other_card = self.sent_to not in (None, self.method.pk)",
        "other_card = False",
        (
            "billing/tests/test_direct_gateway.py::test_another_card_waits_until_the_charge_to_the_first_one_cannot_arrive_any_more",
        ),
    ),
    Mutant(
        "A soft decline is tried again every day for ever",
        "billing/rules/dunning.py",
        "if day > declined_on), None)",
        "if day > declined_on), declined_on + timedelta(days=1))",
        (
            "billing/tests/test_deciding.py::test_after_the_last_retry_the_owner_is_asked_and_nothing_else_happens",
            "billing/tests/test_deciding.py",
        ),
    ),
    Mutant(
        "A hard decline is tried again like a soft one",
        SETTLE,
        "again = None if is_hard else dunning",
        "again = dunning",
        (
            "billing/tests/test_charge_protocol.py::test_a_hard_decline_asks_for_a_card_and_is_not_retried",
            PROTOCOL,
        ),
    ),
    Mutant(
        "A soft decline is tried again at midnight, not at the client's hour",
        SETTLE,
        "at = local_instant(again, invoice.hour,",
        "at = local_instant(again, 0,",
        ("billing/tests/test_deciding.py",),
    ),
    Mutant(
        "The day of a decline is that of UTC, not the client's",
        SETTLE,
        "    today = local_day(now, invoice.zone)\n    is_hard",
        "    today = now.date()\n    is_hard",
        ("billing/tests/test_deciding.py",),
    ),
    Mutant(
        "A charge is armed though another worker has claimed the collection since",
        COLLECT,
        "        fence=claim,\n        state=CollectionState.READY,\n        invoice__state",
        "        state=CollectionState.READY,\n        invoice__state",
        (SWITCHES,),
    ),
    Mutant(
        "A suspended business is still charged",
        COLLECT,
        "        business__charging_on=True,\n        business__is_suspended=False,\n    )\n    return",
        "        business__charging_on=True,\n    )\n    return",
        (SWITCHES,),
    ),
    Mutant(
        "An agreement that is put on hold after the claim is charged all the same",
        COLLECT,
        "        NOT_ON_HOLD,\n        pk__in=[work.row.pk for work in works],\n",
        "        pk__in=[work.row.pk for work in works],\n",
        (SWITCHES,),
    ),
    Mutant(
        "A card that the client has just removed is charged",
        COLLECT,
        "saved = PaymentMethod.objects.filter(removed_at__isnull=True).values",
        "saved = PaymentMethod.objects.values",
        (
            "billing/tests/test_switches.py::test_nothing_is_charged_that_must_not_be_any_more_after_the_claim",
            SWITCHES,
        ),
    ),
    Mutant(
        "The sum is charged that was owed when the charge was prepared, not what is owed now",
        COLLECT,
        "        and owed[work.row.invoice_id] == work.row.amount\n",
        "",
        (SWITCHES,),
    ),
    Mutant(
        "A collection is claimed while another worker's lease lasts",
        COLLECT,
        "    return Collection.objects.filter(unleased, state=CollectionState.READY)",
        "    return Collection.objects.filter(state=CollectionState.READY)",
        (
            "billing/tests/test_charge_protocol.py::test_a_collection_claimed_by_a_dead_worker_is_charged_when_the_lease_ends",
            PROTOCOL,
        ),
    ),
    Mutant(
        "A charge without an answer counts as never made, and is sent again",
        COLLECT,
        "still, ChargeState.UNKNOWN, now=now",
        "still, ChargeState.VOID, now=now",
        (
            "billing/tests/test_charge_protocol.py::test_the_database_refuses_a_second_live_charge",
            PROTOCOL,
        ),
    ),
    Mutant(
        "A charge is looked up at once, while its call may still be under way",
        COLLECT,
        "            next_at=now + look_up_after(0),\n        )\n    pairs",
        "            next_at=now,\n        )\n    pairs",
        (
            "billing/tests/test_charge_protocol.py::test_an_invoice_is_not_charged_again_while_a_charge_is_unknown",
            PROTOCOL,
        ),
    ),
    Mutant(
        "A gateway's clock that is behind ours is not noticed",
        "billing/gateways/clocks.py",
        "if abs(time_there - now) > LARGEST_SKEW:",
        "if time_there - now > LARGEST_SKEW:",
        (SWITCHES,),
    ),
    Mutant(
        "A clock of ours that jumped back is not noticed",
        "billing/runs/billing_run.py",
        "abs(now - last_good.started_at) > LARGEST_JUMP",
        "now - last_good.started_at > LARGEST_JUMP",
        (SWITCHES,),
    ),
    Mutant(
        "The outcome of an older object is applied to the collection's new one",
        SETTLE,
        "if row.state != CollectionState.DONE and row.handle == objects[row.pk].handle",
        "if row.state != CollectionState.DONE",
        (WEBHOOK,),
    ),
    Mutant(
        "What is paid is settled once more by a late answer",
        SETTLE,
        "if row.state != CollectionState.DONE and row.handle",
        "if row.handle",
        (
            "billing/tests/test_webhook.py::test_what_is_paid_stays_paid_once_whatever_is_fetched_later",
            WEBHOOK,
            "billing/tests/test_disputes.py",
        ),
    ),
    Mutant(
        "At a direct gateway, a charge that may still arrive is given up while it is cancelled",
        SETTLE,
        "isinstance(fetched, DirectObject) and row.state == CollectionState.VOIDING:\n        return",
        "isinstance(fetched, DirectObject) and row.state == CollectionState.DONE:\n        return",
        ("billing/tests/test_direct_gateway.py",),
    ),
    Mutant(
        "A client's confirmation is given up at the first look",
        "billing/charging/resolve.py",
        "Q(sent_at__lte=now - CONFIRM_WITHIN)",
        "Q(sent_at__lte=now)",
        ("tests/test_dunning_notices.py",),
    ),
    Mutant(
        "An invoice is void here before the gateway has cancelled it",
        "billing/charging/cancel_invoice.py",
        "        if not row.handle:\n            finish_cancelling(row, now=now)",
        "        if plan:\n            finish_cancelling(row, now=now)",
        ("billing/tests/test_corrections.py",),
    ),
    Mutant(
        "A charge that is being confirmed can be tried again",
        "billing/charging/retry.py",
        "Collection.objects.filter(pk=collection.pk, state=CollectionState.READY).update(",
        "Collection.objects.filter(pk=collection.pk).update(",
        (
            "billing/tests/test_charge_protocol.py::test_an_invoice_is_not_charged_again_while_a_charge_is_unknown",
            PROTOCOL,
        ),
    ),
    Mutant(
        "A webhook of another business's account moves my rows",
        "billing/charging/gateway_events.py",
        "    if one.account:\n        rows = rows.filter(business=one.account.business_id)\n",
        "",
        (
            "billing/tests/test_webhook.py::test_a_webhook_of_another_business_moves_nothing_and_asks_nothing",
            WEBHOOK,
        ),
    ),
    Mutant(
        "Webhooks that a silent gateway left undone count as done",
        "billing/charging/gateway_events.py",
        "for handle in first if handle not in silent for pk",
        "for handle in first for pk",
        (
            "billing/tests/test_webhook.py::test_a_webhook_whose_gateway_is_silent_waits_longer_each_time",
            WEBHOOK,
        ),
    ),
    Mutant(
        "After a restore, an object that was never charged counts before one at the bank",
        "billing/charging/elsewhere/found_objects.py",
        "row: (WEIGHT.index(Outcome(row.outcome)), row.made_at or ever)",
        "row: (row.outcome == Outcome.SUCCEEDED, row.made_at or ever)",
        ("billing/tests/test_going_back.py",),
    ),
    Mutant(
        "The rest of an invoice that was charged in part is charged by a second charge",
        "billing/books/owing.py",
        "state=ChargeState.SUCCEEDED)",
        "state=ChargeState.RETURNED)",
        ("billing/tests/test_part_paid.py",),
    ),
    Mutant(
        "A new card takes up the rest of an invoice that was charged in part",
        "billing/charging/saved_cards.py",
        "in held.exclude(charges__state=ChargeState.SUCCEEDED):",
        "in held:",
        ("billing/tests/test_part_paid.py",),
    ),
    Mutant(
        "After a restore, what a direct gateway's bank still works on is not taken over",
        "billing/charging/elsewhere/found_objects.py",
        "return theirs.outcome in TAKES_MONEY",
        "return theirs.outcome == Outcome.SUCCEEDED",
        ("billing/tests/test_going_back.py",),
    ),
    Mutant(
        "After a restore, a known invoice keeps its object while the bank works on another",
        "billing/recovery/compare.py",
        "if row.handle and found.outcome not in found_objects.TAKES_MONEY:",
        "if row.handle and found.outcome != Outcome.SUCCEEDED:",
        ("billing/tests/test_going_back.py",),
    ),
    Mutant(
        "What an invoice took over on its own waits for a person, who could pay it back",
        "billing/recovery/compare.py",
        "rows = unknown_payments.nobodys(not_taken)",
        "rows = not_taken.filter(outcome=Outcome.SUCCEEDED, closed_at__isnull=True)",
        ("billing/tests/test_going_back.py",),
    ),
    Mutant(
        "A payment that is taken over names the card that the client saved last",
        "billing/charging/settle.py",
        "method = used.filter(token__in=(fetched.token, lost)).first()",
        'method = used.order_by("-created_at").first()',
        ("billing/tests/test_going_back.py",),
    ),
]
