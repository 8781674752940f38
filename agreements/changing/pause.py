"""Pause, skip and resume: the next periods bring no fee and no hours; anchor and end stay as they are (rule 6)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

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
from core.outbox import emails


def first_free(agreement: Agreement, now: datetime) -> PeriodSpan | None:
    """The next period that begins after today and is billed as things stand: what a pause or a skip starts with."""
    return next_spans([agreement], local_day(now, agreement.time_zone)).get(agreement.pk)


def pause(
    *,
    agreement: Agreement,
    resumes_on: date | None,
    reason: str,
    actor: str,
    now: datetime,
    origin: Origin = UNSEEN,
) -> Pause:
    """From the next period on nothing is billed, until `resumes_on` or until it is resumed.

    What is paid for is still served, and what is owed stays owed. Raises NotOpen and TooSoon.
    """
    with transaction.atomic():
        agreement = _held(agreement)
        span = _next(agreement, now)
        if resumes_on and resumes_on <= span.start:
            words = {"day": formats.day(span.start)}
            raise TooSoon(
                _("The pause begins with the next period, on %(day)s: it must end later.") % words,
                field="resumes_on",
            )
        move(agreement, AgreementState.PAUSED, AGREEMENT)
        made = _add(agreement, span.start, resumes_on, reason, now, is_skip=False)
        _tell(agreement, made, "paused", actor, now, origin)
    return made


def skip(
    *, agreement: Agreement, reason: str, actor: str, now: datetime, origin: Origin = UNSEEN
) -> Pause:
    """The next period is not billed; the one after it is. Raises NotOpen."""
    with transaction.atomic():
        agreement = _held(agreement)
        span = _next(agreement, now)
        made = _add(agreement, span.start, span.end, reason, now, is_skip=True)
        _tell(agreement, made, "skipped", actor, now, origin)
    return made


def resume(
    *, agreement: Agreement, actor: str, now: datetime, origin: Origin = UNSEEN
) -> Agreement:
    """The next period that begins is billed again; those of the pause stay unbilled. Raises NotAllowedNow."""
    with transaction.atomic():
        agreement = _held(agreement, AgreementState.PAUSED)
        today = local_day(now, agreement.time_zone)
        for each in Pause.objects.filter(agreement=agreement, is_skip=False):
            if each.ends_on is None or each.ends_on > today:
                each.ends_on = max(each.starts_on, today)
                each.save(update_fields=["ends_on"])
        _resumed(agreement, actor, now, origin)
    return agreement


def resume_due(*, now: datetime) -> int:
    """Resume what was paused until a day that has come; how many."""
    latest = (now + timedelta(days=1)).date()
    over = Pause.objects.filter(
        agreement__state=AgreementState.PAUSED, is_skip=False, ends_on__lte=latest
    )
    done = 0
    for pk in over.order_by().values_list("agreement", flat=True).distinct():
        with transaction.atomic():
            agreement = (
                Agreement.objects.select_for_update(of=("self",))
                .select_related("contact")
                .get(pk=pk)
            )
            today = local_day(now, agreement.time_zone)
            pauses = Pause.objects.filter(agreement=agreement, is_skip=False)
            goes_on = pauses.exclude(ends_on__lte=today).exists()
            if agreement.state == AgreementState.PAUSED and not goes_on:
                _resumed(agreement, "Retainer Hub", now, UNSEEN)
                done += 1
    return done


def _held(agreement: Agreement, state: AgreementState = AgreementState.ACTIVE) -> Agreement:
    related = Agreement.objects.select_for_update(of=("self",)).select_related(
        "contact", "business"
    )
    row = related.get(pk=agreement.pk)
    if row.state != state:
        raise NotOpen(
            _("This agreement is not running.")
            if state == AgreementState.ACTIVE
            else _("It is not paused.")
        )
    return row


def _next(agreement: Agreement, now: datetime) -> PeriodSpan:
    span = first_free(agreement, now)
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


def _resumed(agreement: Agreement, actor: str, now: datetime, origin: Origin) -> None:
    move(agreement, AgreementState.ACTIVE, AGREEMENT)
    _tell(agreement, None, "resumed", actor, now, origin)


def _tell(
    agreement: Agreement, made: Pause | None, event: str, actor: str, now: datetime, origin: Origin
) -> None:
    """The record and the client's letter, in the transaction of the fact."""
    data = {"starts_on": made.starts_on.isoformat(), "reason": made.reason} if made else {}
    if made and made.ends_on:
        data["ends_on"] = made.ends_on.isoformat()
    audit.record(
        business=agreement.business,
        chain_id=agreement.id,
        event=event,
        actor=actor,
        now=now,
        origin=origin,
        data=data,
    )
    with translation.override(agreement.language):
        subject, paragraphs = _words(agreement, made, event, now)
        door = portal_links.portal_link(
            contact=agreement.contact, now=now, target=f"agreement:{agreement.id}"
        )
        emails.write(
            kind=event,
            ref=f"{agreement.id}:{now.isoformat()}",
            to=agreement.contact.email,
            template="note",
            context={
                "subject": subject,
                "name": agreement.contact.name,
                "paragraphs": paragraphs,
                "button": _("See the agreement"),
                "link": links.placeholder("link", door.id),
            },
            language=agreement.language,
            business=agreement.business,
            now=now,
        )


def _words(
    agreement: Agreement, made: Pause | None, event: str, now: datetime
) -> tuple[str, Sequence[str]]:
    after = first_free(agreement, now)
    what = {
        "title": agreement.title,
        "day": formats.day(made.starts_on) if made else "",
        "next": formats.day(after.start) if after else "",
    }
    goes_on = [_("The next charge is on %(next)s.") % what] if after else []
    if event == "resumed":
        return _("“%(title)s” goes on") % what, [
            _("“%(title)s” is no longer paused.") % what,
            *goes_on,
        ]
    stays = _(
        "What is paid for is still served. The end of the agreement and the day of its charges do not move."
    )
    if event == "skipped":
        words = (
            _("the period of “%(title)s” that begins on %(day)s is skipped: no fee, and no hours.")
            % what
        )
        return _("One period is skipped: %(title)s") % what, [words, stays, *goes_on]
    words = (
        _(
            "“%(title)s” is paused from %(day)s: from then on there is no fee, and there are no hours."
        )
        % what
    )
    return _("Paused: %(title)s") % what, [words, stays, *goes_on]
