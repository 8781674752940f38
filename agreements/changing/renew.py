"""What happens when a term ends: it renews by itself, by a new signature, or it ends, and both sides know in time."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.changing import amend
from agreements.models import Agreement
from agreements.models.amendment import AmendmentKind
from agreements.models.proposal import Renews
from agreements.rules.states import RUNS
from agreements.running.periods import next_opening
from clients import portal_links
from core import audit, formats, links
from core.dates import add_months, local_day
from core.errors import RuleError
from core.outbox import emails

ASK_AHEAD = timedelta(days=30)  # before the day on which notice is due


def deadline(agreement: Agreement) -> date | None:
    """The last day on which either side can say that it does not renew; None where nothing renews."""
    if agreement.ends_on is None or agreement.renews == Renews.NO:
        return None
    return agreement.ends_on - timedelta(days=agreement.notice_days)


def next_end(agreement: Agreement) -> date:
    """The end (exclusive) of the term after this one."""
    assert agreement.ends_on
    return add_months(agreement.ends_on, agreement.term_months or 12, agreement.anchor_day)


def renew_due(*, now: datetime) -> int:
    """Remind, ask or renew, each once for each term; how many terms went on or were asked for."""
    found = Agreement.objects.filter(
        state__in=RUNS, ends_on__isnull=False, renews__in=(Renews.ALONE, Renews.SIGNED)
    )
    soon = found.filter(ends_on__lte=(now + timedelta(days=400)).date())
    return sum(
        _one(row, now) for row in soon.select_related("business__owner", "client", "contact")
    )


def _one(agreement: Agreement, now: datetime) -> int:
    last, today = deadline(agreement), local_day(now, agreement.time_zone)
    if last is None or today < last - ASK_AHEAD:
        return 0
    if agreement.renews == Renews.SIGNED:
        return _ask(agreement, now)
    if today > last:
        return _renew(agreement, now)
    with transaction.atomic():
        _tell(agreement, "renewal_ahead", last, now)
    return 0


def _ask(agreement: Agreement, now: datetime) -> int:
    """An amendment that the client signs: the same terms for one more term."""
    assert agreement.ends_on
    if agreement.amendments.filter(
        kind=AmendmentKind.RENEWAL, effective_on=agreement.ends_on
    ).exists():
        return 0
    change = amend.Change(AmendmentKind.RENEWAL, agreement.ends_on, ends_on=next_end(agreement))
    try:
        amend.offer(agreement=agreement, change=change, actor="Retainer Hub", now=now)
    except RuleError:
        return 0  # another change waits; it is asked for again when that one is decided
    return 1


def _renew(agreement: Agreement, now: datetime) -> int:
    with transaction.atomic():
        row = Agreement.objects.select_for_update(of=("self",)).select_related(
            "business__owner", "contact"
        )
        held = row.get(pk=agreement.pk)
        if (
            held.ends_on != agreement.ends_on
            or held.renews != Renews.ALONE
            or held.state not in RUNS
        ):
            return 0
        held.ends_on = next_end(held)
        held.opens_at = next_opening(held, now)
        held.save(update_fields=["ends_on", "opens_at"])
        audit.record(
            business=held.business,
            chain_id=held.id,
            event="renewed",
            actor="Retainer Hub",
            now=now,
            data={"ends_on": held.ends_on.isoformat()},
        )
        _tell(held, "renewed", held.ends_on, now)
    return 1


def _tell(agreement: Agreement, kind: str, day: date, now: datetime) -> None:
    """Both sides, each in its own language, once for each term."""
    door = portal_links.portal_link(
        contact=agreement.contact, now=now, target=f"agreement:{agreement.id}"
    )
    sides = {
        "client": (agreement.contact.email, agreement.language, links.placeholder("link", door.id)),
        "owner": (agreement.business.owner.email, agreement.business.language, ""),
    }
    for side, (to, language, link) in sides.items():
        with translation.override(language):
            said = _words(agreement, kind, day)
            button = _("See the agreement") if link else ""
        emails.write(
            kind=kind,
            ref=f"{agreement.id}:{agreement.ends_on}:{side}",
            to=to,
            template="note",
            context={
                "subject": said[0],
                "name": "",
                "paragraphs": said[1:],
                "button": button,
                "link": link,
            },
            language=language,
            business=agreement.business,
            now=now,
        )


def _words(agreement: Agreement, kind: str, day: date) -> list[str]:
    what = {
        "title": agreement.title,
        "day": formats.day(day),
        "end": formats.day(formats.last_day(agreement.ends_on)),
    }
    if kind == "renewed":
        return [
            _("Renewed: %(title)s") % what,
            _("“%(title)s” has renewed by itself, on the same terms. It now runs until %(end)s.")
            % what,
        ]
    return [
        _("“%(title)s” renews soon") % what,
        _("The term of “%(title)s” runs until %(end)s and renews by itself, on the same terms.")
        % what,
        _("Whoever does not want that says so by %(day)s.") % what,
    ]
