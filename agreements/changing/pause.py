"""Pauses, skips and resumes agreements (rule 6).

The periods that start during a pause have no fee and no hours. The agreement's anchor day and end
do not move.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Agreement, Pause
from agreements.rules.errors import NotOpen, TooSoon
from agreements.rules.schedule import PeriodSpan
from agreements.rules.states import AGREEMENT, AgreementState
from agreements.running.periods import next_spans
from clients import portal_links
from core import audit, formats, links
from core.audit import UNSEEN, Origin
from core.database.state_moves import move
from core.dates import local_day
from core.jobs import batches
from core.jobs.set_aside import Step
from core.outbox import emails

RESUME = Step(
    "resume_paused",
    "agreements.tasks.seal_signed",
    gettext_lazy("Resume the agreement"),
    Agreement,
    title="client__name",
    page=("agreement", "pk"),
)


def next_billed_period(agreement: Agreement, now: datetime) -> PeriodSpan | None:
    """The next period after today that would be billed; a pause or a skip starts with it."""
    return next_spans([agreement], local_day(now, agreement.time_zone)).get(agreement.pk)


def pause_agreement(
    *,
    agreement: Agreement,
    resumes_on: date | None,
    reason: str,
    actor: str,
    now: datetime,
    origin: Origin = UNSEEN,
) -> Pause:
    """Pause an agreement from its next period on, until `resumes_on` or until it is resumed.

    The present period is still served, and unpaid invoices stay unpaid. The client is emailed.
    Raises NotOpen and TooSoon.
    """
    with transaction.atomic():
        agreement = _lock(agreement)
        span = _next_billed(agreement, now)
        if resumes_on and resumes_on <= span.start:
            facts = {"day": formats.day(span.start)}
            raise TooSoon(
                _("The pause begins with the next period, on %(day)s: it must end later.") % facts,
                field="resumes_on",
            )
        move(agreement, AgreementState.PAUSED, AGREEMENT)
        row = _add(agreement, span.start, resumes_on, reason, now, is_skip=False)
        _record_and_email(agreement, row, "paused", actor, now, origin)
    return row


def skip_next_period(
    *, agreement: Agreement, reason: str, actor: str, now: datetime, origin: Origin = UNSEEN
) -> Pause:
    """Skip the next period: it is not billed, the one after it is. The client is emailed.

    Raises NotOpen.
    """
    with transaction.atomic():
        agreement = _lock(agreement)
        span = _next_billed(agreement, now)
        row = _add(agreement, span.start, span.end, reason, now, is_skip=True)
        _record_and_email(agreement, row, "skipped", actor, now, origin)
    return row


def take_up_skipped(
    *, skip: Pause, actor: str, now: datetime, origin: Origin = UNSEEN
) -> Agreement:
    """Take a skipped period up again before it starts: it is billed after all.

    The client is emailed. Raises NotOpen, and TooSoon once its first day has come.
    """
    with transaction.atomic():
        agreement = _lock(skip.agreement)
        row = Pause.objects.filter(pk=skip.pk, is_skip=True).first()
        if row is None:
            raise NotOpen(_("This period is not skipped any more."))
        if row.starts_on <= local_day(now, agreement.time_zone):
            raise TooSoon(_("This period has begun, so it stays skipped."))
        Pause.objects.filter(pk=row.pk).delete()
        _record_and_email(agreement, row, "skip_taken_back", actor, now, origin)
    return agreement


def resume_agreement(
    *, agreement: Agreement, actor: str, now: datetime, origin: Origin = UNSEEN
) -> Agreement:
    """Resume a paused agreement: the next period that starts is billed again.

    The periods that have started during the pause stay unbilled. The client is emailed. Raises
    NotOpen where the agreement is not paused.
    """
    with transaction.atomic():
        agreement = _lock(agreement, AgreementState.PAUSED)
        today = local_day(now, agreement.time_zone)
        for row in Pause.objects.filter(agreement=agreement, is_skip=False):
            if row.ends_on is None or row.ends_on > today:
                row.ends_on = max(row.starts_on, today)
                row.save(update_fields=["ends_on"])
        _activate(agreement, actor, now, origin)
    return agreement


def resume_due(*, now: datetime) -> int:
    """Resume the agreements whose pause has ended in the client's time zone; returns how many."""
    # A day more than due, because a day starts earlier in some time zones than in UTC; each
    # agreement is checked in its own time zone below.
    latest = (now + timedelta(days=1)).date()
    over = Pause.objects.filter(is_skip=False, ends_on__lte=latest)
    paused = Agreement.objects.filter(state=AgreementState.PAUSED, pk__in=over.values("agreement"))
    return batches.run_rows(RESUME, paused.order_by("pk"), lambda row: _resume(row, now), now=now)


def _resume(agreement: Agreement, now: datetime) -> int:
    """Resume an agreement unless a pause lasts; 1 if it was resumed."""
    with transaction.atomic():
        rows = Agreement.objects.select_for_update(of=("self",)).select_related("contact")
        locked = rows.get(pk=agreement.pk)
        today = local_day(now, locked.time_zone)
        pauses = Pause.objects.filter(agreement=locked, is_skip=False)
        if locked.state != AgreementState.PAUSED or pauses.exclude(ends_on__lte=today).exists():
            return 0
        _activate(locked, "Retainer Hub", now, UNSEEN)
    return 1


def _lock(agreement: Agreement, state: AgreementState = AgreementState.ACTIVE) -> Agreement:
    """Lock the agreement until the transaction ends. Raises NotOpen unless it is in this state."""
    rows = Agreement.objects.select_for_update(of=("self",)).select_related("contact", "business")
    row = rows.get(pk=agreement.pk)
    if row.state != state:
        raise NotOpen(
            _("This agreement is not running.")
            if state == AgreementState.ACTIVE
            else _("It is not paused.")
        )
    return row


def _next_billed(agreement: Agreement, now: datetime) -> PeriodSpan:
    """The next period that is billed. Raises NotOpen where none follows."""
    span = next_billed_period(agreement, now)
    if span is None:
        raise NotOpen(_("No period follows the one that runs now."))
    return span


def _add(
    agreement: Agreement,
    starts_on: date,
    ends_on: date | None,
    reason: str,
    now: datetime,
    *,
    is_skip: bool,
) -> Pause:
    return Pause.objects.create(
        business_id=agreement.business_id,
        agreement=agreement,
        starts_on=starts_on,
        ends_on=ends_on,
        is_skip=is_skip,
        reason=reason[:300],
        created_at=now,
    )


def _activate(agreement: Agreement, actor: str, now: datetime, origin: Origin) -> None:
    move(agreement, AgreementState.ACTIVE, AGREEMENT)
    _record_and_email(agreement, None, "resumed", actor, now, origin)


def _record_and_email(
    agreement: Agreement, row: Pause | None, event: str, actor: str, now: datetime, origin: Origin
) -> None:
    """Write the audit event and email the client, in the caller's transaction.

    `row` is the pause that was added; None where the agreement was resumed.
    """
    data = {"starts_on": row.starts_on.isoformat(), "reason": row.reason} if row else {}
    if row and row.ends_on:
        data["ends_on"] = row.ends_on.isoformat()
    audit.record(
        business=agreement.business,
        chain_id=agreement.id,
        event=event,
        actor=actor,
        now=now,
        origin=origin,
        data=data,
    )
    with translation.override(agreement.reader_language):
        subject, paragraphs = _email_text(agreement, row, event, now)
        link = portal_links.portal_link(
            contact=agreement.reader, now=now, target=f"agreement:{agreement.id}"
        )
        emails.write(
            kind=event,
            ref=f"{agreement.id}:{now.isoformat()}",
            to=agreement.reader.email,
            template="note",
            context={
                "subject": subject,
                "name": agreement.reader.name,
                "paragraphs": paragraphs,
                "button": _("See the agreement"),
                "link": links.placeholder("link", link.id),
            },
            language=agreement.reader_language,
            business=agreement.business,
            now=now,
        )


def _email_text(
    agreement: Agreement, row: Pause | None, event: str, now: datetime
) -> tuple[str, Sequence[str]]:
    """The subject and the paragraphs of the email to the client."""
    next_span = next_billed_period(agreement, now)
    facts = {
        "title": agreement.title,
        "day": formats.day(row.starts_on) if row else "",
        "next": formats.day(next_span.start) if next_span else "",
    }
    next_charge = [_("The next charge is on %(next)s.") % facts] if next_span else []
    if event == "resumed":
        return _("“%(title)s” has resumed") % facts, [
            _("“%(title)s” is no longer paused.") % facts,
            *next_charge,
        ]
    if event == "skip_taken_back":
        sentence = _(
            "The period of “%(title)s” that begins on %(day)s is not skipped after all: it runs "
            "and is charged as usual."
        )
        return _("No period is skipped: %(title)s") % facts, [sentence % facts, *next_charge]
    unchanged = _(
        "Everything already paid for is still delivered. The end of the agreement and its "
        "billing day do not change."
    )
    if event == "skipped":
        sentence = (
            _("The period of “%(title)s” that begins on %(day)s is skipped: no fee, and no hours.")
            % facts
        )
        return _("One period is skipped: %(title)s") % facts, [sentence, unchanged, *next_charge]
    sentence = (
        _(
            "“%(title)s” is paused from %(day)s: from then on there is no fee, and there are no "
            "hours."
        )
        % facts
    )
    return _("Paused: %(title)s") % facts, [sentence, unchanged, *next_charge]
