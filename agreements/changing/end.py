"""Notice and the end of agreements, within minimum term and notice period (rule 6)."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.changing import renew
from agreements.models import Agreement
from agreements.rules.errors import NotOpen, TooSoon
from agreements.rules.intervals import Interval
from agreements.rules.schedule import index_before
from agreements.rules.states import AGREEMENT, RUNNING_STATES, AgreementState
from agreements.rules.terms import Renews
from agreements.running.periods import period_spans
from clients import portal_links
from clients.models import Contact
from core import audit, formats, links
from core.audit import UNSEEN, Origin
from core.database.state_moves import move
from core.dates import add_months, local_day
from core.jobs import batches
from core.jobs.set_aside import Step
from core.outbox import emails

FINISH = Step(
    "finish_ended",
    "agreements.tasks.seal_signed",
    gettext_lazy("End the agreement"),
    Agreement,
    title="client__name",
    page=("agreement", "pk"),
)


def can_end(agreement: Agreement) -> bool:
    """Whether notice can be given: the agreement runs, and has no end or would renew at its end."""
    return agreement.state in RUNNING_STATES and (
        agreement.ends_on is None or agreement.renews != Renews.NO
    )


def earliest_end(agreement: Agreement, today: date) -> date:
    """The earliest end (exclusive) that minimum term, notice period and fixed term allow.

    It is always the end of a period. With a fixed term it is the end of the term, or that of the
    next term where the notice period is too long for this one.
    """
    if agreement.ends_on:
        in_time = today + timedelta(days=agreement.notice_days) <= agreement.ends_on
        return agreement.ends_on if in_time else renew.next_term_end(agreement)
    not_before = max(
        today + timedelta(days=agreement.notice_days),
        add_months(agreement.starts_on, agreement.minimum_months),
    )
    horizon = not_before + timedelta(days=370)
    # One that ends on the very day may come before those that `index_before` finds.
    first = max(0, index_before(agreement.starts_on, Interval(agreement.interval), not_before) - 1)
    spans = period_spans(agreement, until=horizon, first=first)
    return next(span.end for span in spans if span.end >= not_before)


def give_notice(
    *,
    agreement: Agreement,
    ends_on: date,
    actor: Contact | str,
    now: datetime,
    reason: str = "",
    origin: Origin = UNSEEN,
) -> Agreement:
    """Give notice: the agreement ends with the first period that ends on or after `ends_on`.

    `ends_on` is exclusive. A Contact as `actor` gives notice for the client, a name for the
    business. The client is emailed, and the owner too where the client gives notice. Raises TooSoon
    and NotOpen.
    """
    if not can_end(agreement):
        raise NotOpen(_("This agreement has an end already."))
    first = earliest_end(agreement, local_day(now, agreement.time_zone))
    if ends_on < first:
        facts = {"day": formats.day(first)}
        raise TooSoon(
            _("The agreement's term and notice allow %(day)s at the earliest.") % facts,
            field="ends_on",
        )
    end = first if agreement.ends_on else _period_end(agreement, ends_on)
    with transaction.atomic():
        # A conditional update: it changes nothing where someone else has just ended or renewed it.
        own = Agreement.objects.filter(
            pk=agreement.pk, state__in=RUNNING_STATES, ends_on=agreement.ends_on
        )
        if not own.filter(ends_on__isnull=True).update(ends_on=end) and not (
            own.exclude(renews=Renews.NO).update(ends_on=end, renews=Renews.NO)
        ):
            raise NotOpen(_("This agreement has an end already."))
        audit.record(
            business=agreement.business,
            chain_id=agreement.id,
            event="notice",
            actor=f"{actor.name} <{actor.email}>" if isinstance(actor, Contact) else actor,
            now=now,
            origin=origin,
            data={"ends_on": end.isoformat(), **({"reason": reason[:500]} if reason else {})},
        )
        _email_client(agreement, end, now)
        if isinstance(actor, Contact):
            _email_owner(agreement, actor, end, reason, now)
    agreement.refresh_from_db()
    return agreement


def _period_end(agreement: Agreement, ends_on: date) -> date:
    """The end of the first period that ends on or after `ends_on`."""
    return next(
        span.end
        for span in period_spans(agreement, until=ends_on + timedelta(days=370))
        if span.end >= ends_on
    )


def _email_client(agreement: Agreement, end: date, now: datetime) -> None:
    link = portal_links.portal_link(
        contact=agreement.reader, now=now, target=f"agreement:{agreement.id}"
    )
    emails.write(
        kind="notice",
        ref=str(agreement.id),
        to=agreement.reader.email,
        template="notice",
        context={
            "agreement": agreement,
            "contact": agreement.reader,
            "last_day": end - timedelta(days=1),
            "link": links.placeholder("link", link.id),
        },
        language=agreement.reader_language,
        business=agreement.business,
        now=now,
    )


def _email_owner(
    agreement: Agreement, contact: Contact, end: date, reason: str, now: datetime
) -> None:
    owner, language = agreement.business.owner, agreement.business.language
    with translation.override(language):
        facts = {
            "name": contact.name,
            "title": agreement.title,
            "day": formats.day(end - timedelta(days=1)),
        }
        paragraphs = [
            _("%(name)s has given notice for “%(title)s”. Its last day is %(day)s.") % facts
        ]
        paragraphs += [_("The reason given: “%(reason)s”") % {"reason": reason}] if reason else []
        subject, button = _("Notice given: %(title)s") % facts, _("Open the agreement")
    emails.write(
        kind="notice_given",
        ref=f"{agreement.id}:{end}",
        to=owner.email,
        template="note",
        context={
            "subject": subject,
            "name": owner.get_full_name(),
            "paragraphs": paragraphs,
            "button": button,
            "link": links.absolute_url("dashboard:agreement", agreement.pk),
        },
        language=language,
        business=agreement.business,
        now=now,
    )


def finish_ended(*, now: datetime) -> int:
    """End the agreements whose last day is over in the client's time zone; returns how many."""
    running = Agreement.objects.filter(state__in=RUNNING_STATES, ends_on__isnull=False)
    rows = running.select_related("business").order_by("pk")
    return batches.run_rows(FINISH, rows, lambda row: _finish(row, now), now=now)


def _finish(agreement: Agreement, now: datetime) -> int:
    """End an agreement whose last day is over; 1 if it was."""
    if not agreement.ends_on or local_day(now, agreement.time_zone) < agreement.ends_on:
        return 0
    with transaction.atomic():
        move(agreement, AgreementState.ENDED, AGREEMENT, sets={"ended_at": now})
        audit.record(
            business=agreement.business,
            chain_id=agreement.id,
            event="ended",
            actor="Retainer Hub",
            now=now,
        )
    return 1
