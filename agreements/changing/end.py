"""Notice and the end of an agreement: minimum term and notice period hold in every door (rule 6)."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.changing import renew
from agreements.models import Agreement
from agreements.models.proposal import Renews
from agreements.rules.errors import NotOpen, TooSoon
from agreements.rules.states import AGREEMENT, RUNS, AgreementState
from agreements.running.periods import spans
from clients import portal_links
from clients.models import Contact
from core import audit, formats, links
from core.audit import UNSEEN, Origin
from core.database.state_moves import move
from core.dates import add_months, local_day
from core.outbox import emails


def can_end(agreement: Agreement) -> bool:
    """Whether it runs and nobody has given notice: without an end, or with one at which it would renew."""
    return agreement.state in RUNS and (agreement.ends_on is None or agreement.renews != Renews.NO)


def earliest_end(agreement: Agreement, today: date) -> date:
    """The first period boundary (exclusive end) that the minimum term, the notice and a fixed term allow."""
    if agreement.ends_on:
        in_time = today + timedelta(days=agreement.notice_days) <= agreement.ends_on
        return agreement.ends_on if in_time else renew.next_end(agreement)
    floor = max(
        today + timedelta(days=agreement.notice_days),
        add_months(agreement.starts_on, agreement.minimum_months),
    )
    horizon = floor + timedelta(days=370)
    return next(span.end for span in spans(agreement, until=horizon) if span.end >= floor)


def give_notice(
    *,
    agreement: Agreement,
    ends_on: date,
    actor: Contact | str,
    now: datetime,
    reason: str = "",
    origin: Origin = UNSEEN,
) -> Agreement:
    """End it at the period boundary on or after `ends_on` (exclusive); a contact gives it for the client.

    Raises TooSoon and NotOpen.
    """
    if not can_end(agreement):
        raise NotOpen(_("This agreement has an end already."))
    first = earliest_end(agreement, local_day(now, agreement.time_zone))
    if ends_on < first:
        words = {"day": formats.day(first)}
        raise TooSoon(
            _("The agreement's term and notice allow %(day)s at the earliest.") % words,
            field="ends_on",
        )
    boundary = first if agreement.ends_on else _boundary(agreement, ends_on)
    with transaction.atomic():
        mine = Agreement.objects.filter(pk=agreement.pk, state__in=RUNS, ends_on=agreement.ends_on)
        if not mine.filter(ends_on__isnull=True).update(ends_on=boundary) and not (
            mine.exclude(renews=Renews.NO).update(ends_on=boundary, renews=Renews.NO)
        ):
            raise NotOpen(_("This agreement has an end already."))
        audit.record(
            business=agreement.business,
            chain_id=agreement.id,
            event="notice",
            actor=f"{actor.name} <{actor.email}>" if isinstance(actor, Contact) else actor,
            now=now,
            origin=origin,
            data={"ends_on": boundary.isoformat(), **({"reason": reason[:500]} if reason else {})},
        )
        _mail(agreement, boundary, now)
        if isinstance(actor, Contact):
            _tell_owner(agreement, actor, boundary, reason, now)
    agreement.refresh_from_db()
    return agreement


def _boundary(agreement: Agreement, ends_on: date) -> date:
    return next(
        span.end
        for span in spans(agreement, until=ends_on + timedelta(days=370))
        if span.end >= ends_on
    )


def _mail(agreement: Agreement, boundary: date, now: datetime) -> None:
    link = portal_links.portal_link(
        contact=agreement.contact, now=now, target=f"agreement:{agreement.id}"
    )
    emails.write(
        kind="notice",
        ref=str(agreement.id),
        to=agreement.contact.email,
        template="notice",
        context={
            "agreement": agreement,
            "contact": agreement.contact,
            "last_day": boundary - timedelta(days=1),
            "link": links.placeholder("link", link.id),
        },
        language=agreement.language,
        business=agreement.business,
        now=now,
    )


def _tell_owner(
    agreement: Agreement, contact: Contact, boundary: date, reason: str, now: datetime
) -> None:
    owner, language = agreement.business.owner, agreement.business.language
    with translation.override(language):
        what = {
            "name": contact.name,
            "title": agreement.title,
            "day": formats.day(boundary - timedelta(days=1)),
        }
        said = [_("%(name)s has given notice for “%(title)s”. Its last day is %(day)s.") % what]
        said += [_("The reason given: “%(reason)s”") % {"reason": reason}] if reason else []
    emails.write(
        kind="notice_given",
        ref=f"{agreement.id}:{boundary}",
        to=owner.email,
        template="note",
        context={
            "subject": agreement.title,
            "name": owner.get_full_name(),
            "paragraphs": said,
            "button": "",
            "link": "",
        },
        language=language,
        business=agreement.business,
        now=now,
    )


def finish_ended(*, now: datetime) -> int:
    """Close the agreements whose last day is over; the number closed."""
    closed = 0
    for agreement in Agreement.objects.filter(state__in=RUNS, ends_on__isnull=False):
        if agreement.ends_on and local_day(now, agreement.time_zone) >= agreement.ends_on:
            with transaction.atomic():
                move(agreement, AgreementState.ENDED, AGREEMENT, sets={"ended_at": now})
                audit.record(
                    business=agreement.business,
                    chain_id=agreement.id,
                    event="ended",
                    actor="Retainer Hub",
                    now=now,
                )
            closed += 1
    return closed
