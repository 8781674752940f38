"""Moves prospects through the stages of the sales pipeline; every move is in the audit trail.

A prospect is won by signing an agreement, never by hand.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clients.models import Client
from clients.models.client import Lost
from clients.rules.pipeline import MOVES, ODDS, Stage
from core import audit
from core.audit import UNSEEN, Origin
from core.database.state_moves import move
from core.errors import RuleError

MOVED = "stage"  # the name of the audit event


class NotByHand(RuleError):
    """The stage cannot be chosen by hand, or the reason for losing the prospect is missing."""


def put(
    *,
    client: Client,
    to: Stage,
    actor: str,
    now: datetime,
    because: str = "",
    words: str = "",
    origin: Origin = UNSEEN,
) -> Client:
    """Move a prospect to the stage that the freelancer chose. Its present stage is no move.

    `because` (a value of Lost) and `words` are the reason for losing it. Raises NotByHand and
    NotAllowedNow.
    """
    if to == Stage.WON:
        raise NotByHand(_("A prospect becomes a client by signing an agreement, not by hand."))
    if to == Stage.LOST and because not in Lost.values:
        raise NotByHand(_("Say why it was lost."), field="because")
    if client.state == to:
        return client
    lost = {"lost_because": because, "lost_words": words[:300]} if to == Stage.LOST else {}
    return _move(client, to, actor, now, origin, lost)


def reach(*, client: Client, to: Stage, actor: str, now: datetime) -> None:
    """Move a prospect forward to a stage because of an event, such as a booked call.

    A prospect that is already at this stage or beyond it stays where it is.
    """
    client.refresh_from_db(fields=["state"])
    order = [Stage.LOST, *ODDS, Stage.WON]
    if order.index(Stage(client.state)) < order.index(to):
        _move(client, to, actor, now, UNSEEN, {})


def decline(*, client: Client, actor: str, words: str, now: datetime) -> None:
    """Move a prospect whose proposal was declined to "lost", with the client's own words.

    A client on trial, or one who has signed, stays where it is.
    """
    client.refresh_from_db(fields=["state"])
    if Stage(client.state) in (Stage.LEAD, Stage.CALL_BOOKED, Stage.PROPOSAL_SENT):
        lost = {"lost_because": Lost.DECLINED.value, "lost_words": words[:300]}
        _move(client, Stage.LOST, actor, now, UNSEEN, lost)


def _move(
    client: Client, to: Stage, actor: str, now: datetime, origin: Origin, lost: dict[str, str]
) -> Client:
    previous = client.state
    fields = {"stage_at": now, "lost_because": "", "lost_words": ""} | lost
    with transaction.atomic():
        move(client, to, MOVES, sets=fields)
        if client.is_sample:
            return client  # evidence is kept for ever, and a sample leaves no trace
        audit.record(
            business=client.business,
            chain_id=client.id,
            event=MOVED,
            actor=actor,
            now=now,
            origin=origin,
            data={"from": previous, "to": to.value} | lost,
        )
    return client
