"""Several tabs act at the same time: one outcome, an intact audit chain, a clear error elsewhere.

On PostgreSQL the tabs really run in parallel. SQLite allows one writer at a time, so they run one
after the other there.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import repeat
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections

from agreements.models import Agreement, Proposal, Signature
from agreements.proposals import lifecycle
from agreements.rules.errors import HeldBack, NotOpen, WrongCode
from agreements.signing import sign
from core import audit, links, nudge
from core.models import OutboxEmail
from tests.at_once import PATIENCE
from tests.world import HERE, NOW, World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def quiet_world(transactional_db: None) -> World:
    """A business whose background tasks are not enqueued."""
    return World()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """The result of each act, or the error that it raised; any other exception fails the test."""
    in_parallel = connection.vendor != "sqlite"
    start = Barrier(len(acts) if in_parallel else 1)

    def tab(act: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=PATIENCE)
            with nudge.muted():
                return act()
        except (HeldBack, NotOpen, WrongCode) as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts) if in_parallel else 1) as pool:
        return list(pool.map(tab, acts))


def waiting(world: World) -> Agreement:
    with nudge.muted():
        return world.picked()


def begin(agreement: Agreement, name: str = "Ploy Srisuk") -> Signature:
    with nudge.muted():
        row = Agreement.objects.get(pk=agreement.pk)
        return sign.request_code(
            paper=row, contact=row.contact, name=name, consented=True, now=NOW, origin=HERE
        )


def confirm(agreement: Agreement, code: str) -> Agreement:
    row = Agreement.objects.get(pk=agreement.pk)
    return sign.sign_with_code(paper=row, contact=row.contact, code=code, now=NOW, origin=HERE)


def test_tiers_picked_at_the_same_time_make_one_agreement(quiet_world: World) -> None:
    with nudge.muted():
        proposal = quiet_world.proposal()
    picks = [
        lambda tier=index: quiet_world.picked(Proposal.objects.get(pk=proposal.pk), tier=tier)
        for index in (0, 1, 2, 0)
    ]
    results = at_once(*picks)
    only = Agreement.objects.get()
    assert {row.pk for row in results if isinstance(row, Agreement)} == {only.pk}
    assert [event.event for event in audit.chain(only.pk)] == ["accepted"]


def test_picking_and_withdrawing_at_the_same_time_leaves_one_of_the_two(quiet_world: World) -> None:
    for _ in range(5):
        with nudge.muted():
            proposal = quiet_world.proposal(quiet_world.client())
        at_once(
            lambda pk=proposal.pk: quiet_world.picked(Proposal.objects.get(pk=pk)),
            lambda pk=proposal.pk: lifecycle.withdraw_proposal(
                proposal=Proposal.objects.get(pk=pk), actor="Nan", now=NOW
            ),
        )
        proposal.refresh_from_db()
        assert (proposal.state == "sent") == lifecycle.is_picked(proposal)


def test_names_sent_at_the_same_time_are_one_signature_and_one_code(quiet_world: World) -> None:
    agreement = waiting(quiet_world)
    results = at_once(*[lambda: begin(agreement)] * 4)
    assert {row.pk for row in results} == {Signature.objects.get(contact__isnull=False).pk}
    assert OutboxEmail.objects.filter(kind="sign_code").count() == 1
    assert [event.event for event in audit.chain(agreement.pk)] == ["accepted", "consented"]


def test_codes_confirmed_at_the_same_time_sign_once_and_every_tab_is_told_so(
    quiet_world: World,
) -> None:
    agreement = waiting(quiet_world)
    code = links.code(begin(agreement).code_row)
    results = at_once(*[lambda: confirm(agreement, code)] * 4)
    assert [row.state for row in results] == ["active"] * 4
    events = Counter(event.event for event in audit.chain(agreement.pk))
    assert (events["signed"], events["code_confirmed"]) == (1, 1)
    assert audit.is_whole(audit.chain(agreement.pk))


def test_of_two_clients_who_exclude_each_other_one_signs(quiet_world: World) -> None:
    for _ in range(5):
        with nudge.muted():
            both = [
                quiet_world.picked(
                    quiet_world.proposal(quiet_world.client(name), competitors=[other])
                )
                for name, other in (("Backhaus", "Konditor"), ("Konditor", "Backhaus"))
            ]
        codes = [links.code(begin(row).code_row) for row in both]
        results = at_once(*map(partial, repeat(confirm), both, codes))
        assert sorted(type(row) is HeldBack for row in results) == [False, True]
        states = [Agreement.objects.get(pk=row.pk).state for row in both]
        assert sorted(states) == ["active", "sent"]
        Agreement.objects.filter(state="active").update(state="ended")


def test_wrong_codes_at_the_same_time_are_five_recorded_tries(quiet_world: World) -> None:
    agreement = waiting(quiet_world)
    right = links.code(begin(agreement).code_row)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    results = at_once(*[lambda: confirm(agreement, wrong)] * 8)
    assert all(isinstance(result, WrongCode) for result in results)
    assert [event.event for event in audit.chain(agreement.pk)].count(
        "code_wrong"
    ) == sign.CODE_TRIES
    assert audit.is_whole(audit.chain(agreement.pk))
    with pytest.raises(WrongCode):
        confirm(agreement, right)
