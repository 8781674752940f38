"""The decision that a paid trial was made for: reminded of, recorded, and never a retainer by itself (rule 35)."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Agreement, Proposal
from agreements.proposals import propose
from agreements.rules.cumulative_tiers import TierDraft
from agreements.rules.errors import NotOpen
from agreements.rules.schedule import Interval
from agreements.rules.states import RUNS
from clients import portal_links
from core import audit, formats, links
from core.audit import UNSEEN, Origin
from core.dates import local_day
from core.outbox import emails

DECIDED = "trial_decided"
SOON = timedelta(days=7)
REMIND_BEFORE = timedelta(days=3)
KEPT = (
    "currency",
    "language",
    "collect_by",
    "in_order",
    "countersigns",
    "is_bilingual",
    "service",
    "governing_law",
    "kpis",
    "expectations",
    "competitors",
    "overage_amount",
    "overage_minutes",
    "report_days",
    "report_unreviewed",
)


def is_decided(agreement: Agreement) -> bool:
    """Whether somebody wrote down how it went."""
    return any(event.event == DECIDED for event in audit.chain(agreement.id))


def is_due(agreement: Agreement, today: date) -> bool:
    """Whether its decision day is near or over, and nobody has decided."""
    if not agreement.is_trial or agreement.signed_at is None or agreement.ends_on is None:
        return False
    return agreement.ends_on - SOON <= today and not is_decided(agreement)


def decide(
    *,
    agreement: Agreement,
    succeeded: bool,
    words: str,
    actor: str,
    now: datetime,
    origin: Origin = UNSEEN,
) -> Proposal | None:
    """Write down whether it met its measure. What follows is a proposal that the client signs, or nothing.

    The draft of that proposal is returned where a tier was agreed for after it. Raises NotOpen where it is no trial
    that was signed, and the second time.
    """
    with transaction.atomic():
        held = Agreement.objects.select_for_update().get(pk=agreement.pk)
        if not held.is_trial or held.signed_at is None or is_decided(held):
            raise NotOpen(_("There is no trial to decide about, or it is decided."))
        audit.record(
            business=held.business,
            chain_id=held.id,
            event=DECIDED,
            actor=actor,
            now=now,
            origin=origin,
            data={"succeeded": "yes" if succeeded else "no", "words": words[:500]},
        )
        return _follow(held, now) if succeeded and held.terms.get("next_tier") else None


def _follow(trial: Agreement, now: datetime) -> Proposal:
    """The tier that was agreed with the trial, as a draft: one look, and it can be sent."""
    before, tier = trial.proposal, trial.terms["next_tier"]
    with translation.override(before.language):
        words = {
            "title": _("Retainer for %(client)s") % {"client": before.client.name},
            "intro": _(
                "Thank you for the trial. Here is the retainer that we agreed on for after it: “{{tier}}” for "
                "{{fee}} a month.\n\n{{me}}"
            ),
        }
    starts = max(trial.ends_on or date.min, local_day(now, trial.time_zone))
    return propose.draft(
        business=before.business,
        client=before.client,
        contact=trial.contact,
        tiers=[TierDraft(**tier)],
        now=now,
        interval=Interval.MONTHLY,
        starts_on=starts,
        expires_on=starts + timedelta(days=30),
        after_trial=trial,
        **words,
        **{name: getattr(before, name) for name in KEPT},
    )


def remind_due(*, now: datetime) -> int:
    """Tell both sides, three days before and once, that a trial waits for their decision; the number of trials."""
    latest = (now + REMIND_BEFORE + timedelta(days=1)).date()
    trials = Agreement.objects.filter(
        interval=Interval.ONCE, state__in=RUNS, ends_on__lte=latest, signed_at__isnull=False
    )
    waiting = trials.exclude(proposal__trial_measure="").select_related(
        "business__owner", "client", "contact"
    )
    return sum(_remind(row, now) for row in waiting)


def _remind(trial: Agreement, now: datetime) -> int:
    today = local_day(now, trial.time_zone)
    if (
        not trial.is_trial
        or not trial.ends_on
        or today < trial.ends_on - REMIND_BEFORE
        or is_decided(trial)
    ):
        return 0
    with transaction.atomic():
        _to_owner(trial, now)
        _to_client(trial, now)
    return 1


def _to_owner(trial: Agreement, now: datetime) -> None:
    owner = trial.business.owner
    with translation.override(trial.business.language):
        said = [
            *_said(trial),
            _("Write down how it went on the agreement's page; nothing converts by itself."),
        ]
        subject = _("Decide about the trial: %(title)s") % {"title": trial.title}
    _letter(trial, "owner", owner.email, trial.business.language, subject, said, now)


def _to_client(trial: Agreement, now: datetime) -> None:
    link = portal_links.portal_link(contact=trial.contact, now=now, target=f"agreement:{trial.id}")
    with translation.override(trial.language):
        said = [
            *_said(trial),
            _("We will talk about how it went. Nothing goes on unless you sign it."),
        ]
        subject = _("The trial's day of decision is near: %(title)s") % {"title": trial.title}
        button = _("See the agreement")
    to, door = trial.contact.email, links.placeholder("link", link.id)
    _letter(
        trial,
        "client",
        to,
        trial.language,
        subject,
        said,
        now,
        name=trial.contact.name,
        button=button,
        link=door,
    )


def _said(trial: Agreement) -> list[str]:
    assert trial.ends_on
    facts = {
        "title": trial.title,
        "day": formats.day(trial.ends_on),
        "measure": trial.terms["trial_measure"],
    }
    return [
        _("Both sides decide about “%(title)s” by %(day)s.") % facts,
        _("It succeeds when: %(measure)s") % facts,
    ]


def _letter(
    trial: Agreement,
    side: str,
    to: str,
    language: str,
    subject: str,
    said: list[str],
    now: datetime,
    **more: str,
) -> None:
    emails.write(
        kind="trial_decision",
        ref=f"{trial.id}:{side}",
        to=to,
        template="note",
        context={
            "subject": subject,
            "name": "",
            "paragraphs": said,
            "button": "",
            "link": "",
            **more,
        },
        language=language,
        business=trial.business,
        now=now,
    )
