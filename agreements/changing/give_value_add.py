"""Gives a value-add to a running agreement, by a notice to the client (rule 34).

It is a gift and no amendment: fee, terms and signatures stay as they are, and it ends by itself.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.contract import value_add_bank
from agreements.models import Agreement, GivenValueAdd, ValueAdd
from agreements.proposals.drafting import rate_floor
from agreements.rules.cumulative_tiers import TierDraft
from agreements.rules.errors import BadValueAdd, NotOpen
from agreements.rules.states import RUNNING_STATES
from agreements.running import added_for_a_time, effective_terms, email_recipient
from clients import portal_links
from core import audit, formats, links
from core.audit import UNSEEN, Origin
from core.dates import add_months, local_day
from core.outbox import emails

LONGEST = 24  # months


def give(
    *,
    agreement: Agreement,
    title: str,
    minutes: int,
    starts_on: date,
    ends_on: date | None,
    reason: str,
    actor: str,
    now: datetime,
    origin: Origin = UNSEEN,
) -> GivenValueAdd:
    """Add something to a running agreement from `starts_on` to `ends_on`, and tell the client.

    `minutes` are what it costs the freelancer in a period. Cost and last day come from the bank
    where they are 0 and None and the bank has the title. Raises NotOpen, BadValueAdd, and
    BelowRateFloor where the hourly rate then needs a reason. Raises NoRecipient without a contact
    who can be told.
    """
    with transaction.atomic():
        locked = _lock(agreement)
        typed = {"title": title, "minutes": minutes, "ends_on": ends_on}
        bank = {
            row.title.casefold(): row for row in ValueAdd.objects.filter(business=locked.business)
        }
        filled = value_add_bank.filled(typed, bank, starts_on)
        _check_days(locked, starts_on, filled["ends_on"], local_day(now, locked.time_zone))
        _check_floor(locked, filled["minutes"], reason, starts_on)
        row = GivenValueAdd.objects.create(
            business=locked.business,
            agreement=locked,
            title=title,
            minutes=filled["minutes"],
            starts_on=starts_on,
            ends_on=filled["ends_on"],
            reason=reason,
            created_at=now,
        )
        _record(row, "value_added", actor, now, origin)
        _email_given(row, now)
    return row


def take_back(
    *, row: GivenValueAdd, actor: str, now: datetime, origin: Origin = UNSEEN
) -> GivenValueAdd:
    """Take back what was given by mistake, and tell the client. A second call changes nothing."""
    with transaction.atomic():
        mine = GivenValueAdd.objects.filter(pk=row.pk, taken_back_at__isnull=True)
        if mine.update(taken_back_at=now):
            _record(row, "value_add_taken_back", actor, now, origin)
            facts = _facts(row)
            with translation.override(row.agreement.language):
                subject = _("No longer added: %(added)s") % facts
                paragraphs = [
                    _(
                        "We added “%(added)s” to “%(title)s” by mistake, and have taken it back. "
                        "Your fee and your terms stay as they are."
                    )
                    % facts
                ]
            _email(row, "value_add_taken_back", subject, paragraphs, now)
    row.refresh_from_db()
    return row


def _lock(agreement: Agreement) -> Agreement:
    """Lock the agreement until the transaction ends. Raises NotOpen unless it runs."""
    rows = Agreement.objects.select_for_update(of=("self",)).select_related("contact", "business")
    locked = rows.get(pk=agreement.pk)
    if locked.state not in RUNNING_STATES:
        raise NotOpen(_("This agreement is not running."))
    return locked


def _check_days(agreement: Agreement, starts_on: date, ends_on: date | None, today: date) -> None:
    if ends_on is None:
        raise BadValueAdd(_("Say on which last day it ends."), field="ends_on")
    if starts_on < today:
        raise BadValueAdd(_("Something new begins today at the earliest."), field="starts_on")
    if ends_on < starts_on:
        raise BadValueAdd(_("The last day comes before the first."), field="ends_on")
    if ends_on > add_months(starts_on, LONGEST):
        raise BadValueAdd(_("Nothing is added for longer than two years."), field="ends_on")
    if agreement.ends_on and ends_on >= agreement.ends_on:
        raise BadValueAdd(_("The agreement ends before this day."), field="ends_on")


def _check_floor(agreement: Agreement, minutes: int, reason: str, day: date) -> None:
    """Raise BelowRateFloor where all that is given takes the hour below the floor, unexplained."""
    terms = effective_terms.terms_on(agreement, day)
    given = added_for_a_time.given_by_agreement([agreement.pk])[agreement.pk]
    signed = agreement.proposal.value_adds
    costs = [row.minutes for row in given if row.ends_on >= day]
    costs += [one["minutes"] for one in signed if one["ends_on"] >= day.isoformat()]
    rate_floor.require_reason(
        business=agreement.business,
        currency=agreement.currency,
        tiers=[TierDraft(terms.tier["name"], terms.amount, terms.minutes)],
        # What was given before has been explained where it had to be.
        value_adds=[
            *({"minutes": cost, "reason": "-"} for cost in costs),
            {"minutes": minutes, "reason": reason},
        ],
    )


def _record(row: GivenValueAdd, event: str, actor: str, now: datetime, origin: Origin) -> None:
    audit.record(
        business=row.business,
        chain_id=row.agreement_id,
        event=event,
        actor=actor,
        now=now,
        origin=origin,
        data={"added": row.title, "until_on": row.ends_on.isoformat()},
    )


def _facts(row: GivenValueAdd) -> dict[str, str]:
    return {"added": row.title, "title": row.agreement.title}


def _email_given(row: GivenValueAdd, now: datetime) -> None:
    with translation.override(row.agreement.language):
        facts = _facts(row) | {
            "first": formats.day(row.starts_on),
            "last": formats.day(row.ends_on),
        }
        subject = _("Added for you: %(added)s") % facts
        paragraphs = [
            _("We add something to “%(title)s” from %(first)s to %(last)s:") % facts,
            row.title,
            _(
                "Your fee and your terms stay the same. It ends automatically after that day; you "
                "do not need to do or sign anything."
            ),
        ]
    _email(row, "value_added", subject, paragraphs, now)


def _email(
    row: GivenValueAdd, kind: str, subject: str, paragraphs: list[str], now: datetime
) -> None:
    agreement = row.agreement
    contact = email_recipient.require_recipient(agreement)
    link = portal_links.portal_link(contact=contact, now=now)
    with translation.override(agreement.language):
        button = _("Open your portal")
    emails.write(
        kind=kind,
        ref=str(row.pk),
        to=contact.email,
        template="note",
        context={
            "subject": subject,
            "name": contact.name,
            "paragraphs": paragraphs,
            "button": button,
            "link": links.placeholder("link", link.id),
        },
        language=agreement.language,
        business=row.business,
        now=now,
    )
