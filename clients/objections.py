"""Logs objections and the replies that were used, and saves the freelancer's own replies."""

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
    """The kind of the objection, or the reply to it, is missing or not possible."""


def hear(
    *,
    client: Client,
    kind: str,
    now: datetime,
    offer: UUID | None = None,
    tier: str = "",
    words: str = "",
) -> Objection:
    """Log an objection.

    `kind` is one of the standard kinds or a text of the freelancer's own. `offer` is the id of the
    proposal and `tier` the name of the tier that it was about. `words` is what the client said.
    Raises BadObjection if `kind` is empty.
    """
    return Objection.objects.create(
        business=client.business,
        client=client,
        kind=_normalised_kind(kind),
        offer=offer,
        tier=tier,
        words=words[:300],
        created_at=now,
    )


def answer(
    *, objection: Objection, play: str = "", reply: Reply | None = None, **noted: str
) -> Objection:
    """Note which reply was used: a `play` of the playbook, by its key, or an own `reply`.

    `noted` may hold new values for `words` and `tier`. Raises BadObjection if the reply does not
    exist or belongs to another kind of objection.
    """
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
    """Note that a reply in the freelancer's own words was used, and save it for the next time."""
    with transaction.atomic():
        reply = keep(business=objection.business, kind=objection.kind, words=own, now=now)
        return answer(objection=objection, reply=reply, **noted)


def keep(*, business: Business, kind: str, words: str, now: datetime) -> Reply:
    """Save an own reply for reuse; the same words are saved once, and offered again if archived.

    Raises BadObjection if `kind` or `words` is empty.
    """
    kind, words = _normalised_kind(kind), words.strip()[:600]
    if not words:
        raise BadObjection(_("Write what you said."), field="own")
    reply = Reply.objects.filter(business=business, kind=kind, words=words).first()
    if reply is None:
        return Reply.objects.create(business=business, kind=kind, words=words, created_at=now)
    return _set_offered(reply, True)


def put_away(reply: Reply) -> Reply:
    """Stop offering an own reply. Objections that were answered with it keep it."""
    return _set_offered(reply, False)


def own_kinds(business: Business) -> list[str]:
    """The freelancer's own kinds of objections, the most frequent of the last 300 first."""
    own = Objection.objects.filter(business=business).exclude(kind__in=KINDS)
    kinds = list(own.order_by("-created_at").values_list("kind", flat=True)[:300])
    return sorted(dict.fromkeys(kinds), key=lambda kind: -kinds.count(kind))


def _set_offered(reply: Reply, kept: bool) -> Reply:
    reply.is_kept = kept
    reply.save(update_fields=["is_kept"])
    return reply


def _normalised_kind(text: str) -> str:
    """The standard kind with this key or label (in the active language); otherwise the text."""
    kind = " ".join(text.split())[:KIND_LONGEST].strip()
    if not kind:
        raise BadObjection(_("Say what the objection is about."), field="kind")
    standard = {str(label).casefold(): key for key, label in KINDS.items()}
    standard |= {key: key for key in KINDS}
    return standard.get(kind.casefold(), kind)
