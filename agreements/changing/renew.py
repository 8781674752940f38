"""Renews agreements at the end of their term, automatically or by a new signature.

Both sides are emailed before the last day on which they can give notice.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.changing import amend
from agreements.contract import exclusivity
from agreements.models import Agreement
from agreements.models.amendment import AmendmentKind
from agreements.rules.intervals import Interval, completed
from agreements.rules.states import RUNNING_STATES
from agreements.rules.terms import Renews
from agreements.running.periods import next_opening
from clients import portal_links
from core import audit, formats, links
from core.dates import add_months, local_day
from core.errors import RuleError
from core.jobs import batches
from core.jobs.set_aside import Step
from core.outbox import emails

RENEW = Step(
    "renew_agreements",
    "agreements.tasks.seal_signed",
    gettext_lazy("Renew the agreement"),
    Agreement,
    title="client__name",
    page=("agreement", "pk"),
)
ASK_AHEAD = timedelta(days=30)  # before the last day on which notice can be given


def deadline(agreement: Agreement) -> date | None:
    """The last day on which either side can prevent the renewal; None where nothing renews."""
    if agreement.ends_on is None or agreement.renews == Renews.NO:
        return None
    return agreement.ends_on - timedelta(days=agreement.notice_days)


def next_term_end(agreement: Agreement) -> date:
    """The end (exclusive) of the next term; a term of unknown length renews for a year."""
    assert agreement.ends_on
    return term_end_after(agreement, agreement.ends_on)


def term_end_after(agreement: Agreement, ends_on: date) -> date:
    """The end (exclusive) of the term that follows one that ends on `ends_on`."""
    end = add_months(ends_on, agreement.term_months or 12, agreement.anchor_day)
    return completed(agreement.starts_on, Interval(agreement.interval), end)


def renew_due(*, now: datetime) -> int:
    """Announce, offer or carry out the renewals that are due, each once for each term.

    Returns how many agreements were renewed or offered for signature.
    """
    renewing = Agreement.objects.filter(
        state__in=RUNNING_STATES, ends_on__isnull=False, renews__in=(Renews.ALONE, Renews.SIGNED)
    )
    # A step is due 30 days and the notice period before the end; this covers a notice of a year.
    soon = renewing.filter(ends_on__lte=(now + timedelta(days=400)).date())
    rows = soon.select_related("business__owner", "client", "contact").order_by("pk")
    return batches.run_rows(RENEW, rows, lambda row: _process(row, now), now=now)


def _process(agreement: Agreement, now: datetime) -> int:
    """Take the next step of one renewal; 1 where the agreement was renewed or offered, else 0."""
    last_day, today = deadline(agreement), local_day(now, agreement.time_zone)
    if last_day is None or today < last_day - ASK_AHEAD:
        return 0
    if agreement.renews == Renews.SIGNED:
        return _offer(agreement, now)
    if today > last_day:
        return _renew(agreement, now)
    with transaction.atomic():
        _email_both(agreement, "renewal_ahead", last_day, now)
    return 0


def _offer(agreement: Agreement, now: datetime) -> int:
    """Offer an amendment with the same terms for another term, for the client to sign."""
    assert agreement.ends_on
    if agreement.amendments.filter(
        kind=AmendmentKind.RENEWAL, effective_on=agreement.ends_on
    ).exists():
        return 0
    change = amend.Change(
        AmendmentKind.RENEWAL, agreement.ends_on, ends_on=next_term_end(agreement)
    )
    try:
        amend.offer_amendment(
            agreement=agreement, change=change, actor="Retainer Hub", now=now, was_agreed=True
        )
    except RuleError:
        return 0  # another change waits for a signature; the next run after it tries again
    return 1


def _renew(agreement: Agreement, now: datetime) -> int:
    """Extend the agreement by a term, unless someone has given notice in the meantime."""
    with transaction.atomic():
        rows = Agreement.objects.select_for_update(of=("self",)).select_related(
            "business__owner", "contact"
        )
        locked = rows.get(pk=agreement.pk)
        if (
            locked.ends_on != agreement.ends_on
            or locked.renews != Renews.ALONE
            or locked.state not in RUNNING_STATES
        ):
            return 0
        locked.ends_on = next_term_end(locked)
        locked.opens_at = next_opening(locked, now)
        locked.save(update_fields=["ends_on", "opens_at"])
        audit.record(
            business=locked.business,
            chain_id=locked.id,
            event="renewed",
            actor="Retainer Hub",
            now=now,
            data={"ends_on": locked.ends_on.isoformat()},
        )
        _email_both(locked, "renewed", locked.ends_on, now)
    return 1


def _email_both(agreement: Agreement, kind: str, day: date, now: datetime) -> None:
    """Email both sides, each in its own language and once for each term."""
    portal_link = portal_links.portal_link(
        contact=agreement.reader, now=now, target=f"agreement:{agreement.id}"
    )
    sides = {
        "client": (
            agreement.reader.email,
            agreement.reader_language,
            links.placeholder("link", portal_link.id),
        ),
        "owner": (
            agreement.business.owner.email,
            agreement.business.language,
            links.absolute_url("dashboard:agreement", agreement.pk),
        ),
    }
    for side, (to, language, link) in sides.items():
        with translation.override(language):
            text = _email_text(agreement, kind, day, side)
            if (kind, side) == ("renewal_ahead", "owner"):
                text += _excluded(agreement)
            button = _("See the agreement")
        emails.write(
            kind=kind,
            ref=f"{agreement.id}:{agreement.ends_on}:{side}",
            to=to,
            template="note",
            context={
                "subject": text[0],
                "name": agreement.reader.name if side == "client" else "",
                "paragraphs": text[1:],
                "button": button,
                "link": link,
            },
            language=language,
            business=agreement.business,
            now=now,
        )


def _email_text(agreement: Agreement, kind: str, day: date, side: str) -> list[str]:
    """The subject and then the paragraphs of the email to the "owner" or the "client".

    `day` is the last day to give notice.
    """
    facts = {
        "title": agreement.title,
        "day": formats.day(day),
        "end": formats.day(formats.last_day(agreement.ends_on)),
    }
    if kind == "renewed":
        return [
            _("Renewed: %(title)s") % facts,
            _(
                "“%(title)s” has renewed automatically, on the same terms. It now runs until "
                "%(end)s."
            )
            % facts,
        ]
    return [
        _("“%(title)s” renews soon") % facts,
        _("The term of “%(title)s” runs until %(end)s and renews automatically, on the same terms.")
        % facts,
        (
            _("If you do not want that, please give notice by %(day)s on the agreement's page.")
            if side == "owner"
            else _("If you do not want that, please give notice by %(day)s.")
        )
        % facts,
    ]


def _excluded(agreement: Agreement) -> list[str]:
    """What the owner is told, and the client never: who excludes another term (rule 57)."""
    sentence = _(
        "Your agreement “%(title)s” with %(client)s excludes further work for %(excluded)s. "
        "Please give notice in time, unless %(client)s has agreed."
    )
    found = exclusivity.without_consent(agreement.client, audit.chain(agreement.proposal_id))
    who = {"excluded": agreement.client.name}
    return [
        sentence % {"title": row.agreement.title, "client": row.agreement.client.name, **who}
        for row in found
    ]
