"""Logs objections, what was answered, and the freelancer's own replies."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clients import playbook
from clients.models import Client, Objection, Reply
from clients.models.sales import KIND_LONGEST, KINDS
from core.errors import RuleError
from core.models import Business


class BadObjection(RuleError):
    """A kind or a reply that cannot be."""


def hear(
    *,
    client: Client,
    kind: str,
    now: datetime,
    offer: UUID | None = None,
    tier: str = "",
    words: str = "",
) -> Objection:
    """Log one; `kind` is one of the three or own words. Raises BadObjection where it is empty."""
    return Objection.objects.create(
        business=client.business,
        client=client,
        kind=_kind(kind),
        offer=offer,
        tier=tier,
        words=words[:300],
        created_at=now,
    )


def answer(
    *, objection: Objection, play: str = "", reply: Reply | None = None, **noted: str
) -> Objection:
    """Note which reply was used, and `words` and `tier` where they are given. Raises BadObjection."""
    if play and play not in playbook.TITLES:
        raise BadObjection(_("There is no such reply."), field="used")
    if reply and (reply.business_id, reply.kind) != (objection.business_id, objection.kind):
        raise BadObjection(_("There is no such reply."), field="used")
    values = {"play": "" if reply else play, "reply": reply, **noted}
    Objection.objects.filter(pk=objection.pk).update(**values)
    objection.refresh_from_db()
    return objection


def answer_in_own_words(
    *, objection: Objection, own: str, now: datetime, **noted: str
) -> Objection:
    """A reply of one's own was used: it is kept for the next time, once."""
    with transaction.atomic():
        reply = keep(business=objection.business, kind=objection.kind, words=own, now=now)
        return answer(objection=objection, reply=reply, **noted)


def keep(*, business: Business, kind: str, words: str, now: datetime) -> Reply:
    """Keep a reply for reuse; the same words again are the same reply. Raises BadObjection where it is empty."""
    kind, words = _kind(kind), words.strip()[:600]
    if not words:
        raise BadObjection(_("Write what you said."), field="own")
    reply = Reply.objects.filter(business=business, kind=kind, words=words).first()
    if reply is None:
        return Reply.objects.create(business=business, kind=kind, words=words, created_at=now)
    return _offer(reply, True)


def put_away(reply: Reply) -> Reply:
    """It is not offered any more; where it was used it stays."""
    return _offer(reply, False)


def own_kinds(business: Business) -> list[str]:
    """The freelancer's own kinds, the most used first."""
    heard = Objection.objects.filter(business=business).exclude(kind__in=KINDS)
    kinds = list(heard.order_by("-created_at").values_list("kind", flat=True)[:300])
    return sorted(dict.fromkeys(kinds), key=lambda kind: -kinds.count(kind))


def _offer(reply: Reply, kept: bool) -> Reply:
    reply.is_kept = kept
    reply.save(update_fields=["is_kept"])
    return reply


def _kind(text: str) -> str:
    """One of the three where the words say so, else the words."""
    words = " ".join(text.split())[:KIND_LONGEST].strip()
    if not words:
        raise BadObjection(_("Say what the objection is about."), field="kind")
    known = {str(label).casefold(): kind for kind, label in KINDS.items()} | {
        kind: kind for kind in KINDS
    }
    return known.get(words.casefold(), words)
