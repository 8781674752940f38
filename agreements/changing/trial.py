"""The decision at the end of a paid trial: reminding both sides, and recording it (rule 35).

A trial never becomes a retainer without a signature: a success can only lead to a draft proposal.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Agreement, Proposal, field_lists
from agreements.models.reusable import TextKind
from agreements.proposals import lifecycle
from agreements.rules.cumulative_tiers import TierDraft
from agreements.rules.errors import NotOpen
from agreements.rules.intervals import Interval
from agreements.rules.states import RUNNING_STATES
from clients import portal_links
from core import audit, formats, links
from core.audit import UNSEEN, Origin
from core.dates import local_day
from core.jobs import batches
from core.jobs.set_aside import Step
from core.models import AuditEvent
from core.outbox import emails

REMIND = Step(
    "remind_of_trials",
    "agreements.tasks.seal_signed",
    gettext_lazy("Remind of the end of the trial"),
    Agreement,
    title="client__name",
    page=("agreement", "pk"),
)
DECIDED = "trial_decided"  # the audit event of the decision
#: So long before the decision day the freelancer sees that a decision is due.
DECISION_DUE_BEFORE = timedelta(days=7)
REMIND_BEFORE = timedelta(days=3)  # before the decision day: both sides are emailed


def is_decided(agreement: Agreement) -> bool:
    """Whether the outcome of the trial was recorded."""
    return any(event.event == DECIDED for event in audit.chain(agreement.id))


def is_decision_due(agreement: Agreement, today: date) -> bool:
    """Whether the decision day is at most seven days away or over, and no decision was recorded."""
    if not agreement.is_trial or agreement.signed_at is None or agreement.ends_on is None:
        return False
    return agreement.ends_on - DECISION_DUE_BEFORE <= today and not is_decided(agreement)


def decisions_due(
    agreements: QuerySet[Agreement], *, since: date, today: date
) -> QuerySet[Agreement]:
    """The trials that wait for a decision (`is_decision_due`) and ended on `since` or later."""
    decided = AuditEvent.objects.filter(chain_id=OuterRef("pk"), event=DECIDED)
    trials = agreements.filter(
        interval=Interval.ONCE,
        signed_at__isnull=False,
        ends_on__range=(since, today + DECISION_DUE_BEFORE),
    )
    one_time = Q(terms__kind=TextKind.ONCE, terms__has_key="kind")
    return trials.exclude(one_time).exclude(Exists(decided))


def record_decision(
    *,
    agreement: Agreement,
    succeeded: bool,
    words: str,
    actor: str,
    now: datetime,
    origin: Origin = UNSEEN,
) -> Proposal | None:
    """Record whether a trial met its success measure; `words` is the freelancer's note.

    Returns a draft proposal where the trial succeeded and a tier was agreed for after it. Raises
    NotOpen where the agreement is no signed trial, or the decision was recorded already.
    """
    with transaction.atomic():
        locked = Agreement.objects.select_for_update().get(pk=agreement.pk)
        if not locked.is_trial or locked.signed_at is None or is_decided(locked):
            raise NotOpen(_("There is no trial to decide about, or it is decided."))
        audit.record(
            business=locked.business,
            chain_id=locked.id,
            event=DECIDED,
            actor=actor,
            now=now,
            origin=origin,
            data={"succeeded": "yes" if succeeded else "no", "words": words[:500]},
        )
        return _draft_retainer(locked, now) if succeeded and locked.terms.get("next_tier") else None


def _draft_retainer(trial: Agreement, now: datetime) -> Proposal:
    """Draft a proposal of the tier that was agreed on with the trial, ready to be sent."""
    trial_proposal, tier = trial.proposal, trial.terms["next_tier"]
    with translation.override(trial_proposal.language):
        texts = {
            "title": _("Retainer for %(client)s") % {"client": trial_proposal.client.name},
            "intro": _(
                "Thank you for the trial. Here is the retainer that we agreed on for after it: "
                "“{{tier}}” for {{fee}} a month.\n\n{{me}}"
            ),
        }
    starts = max(trial.ends_on or date.min, local_day(now, trial.time_zone))
    return lifecycle.draft_proposal(
        business=trial_proposal.business,
        client=trial_proposal.client,
        contact=trial.contact,
        tiers=[TierDraft(**tier)],
        now=now,
        interval=Interval.MONTHLY,
        starts_on=starts,
        expires_on=starts + timedelta(days=30),
        after_trial=trial,
        **texts,
        **{name: getattr(trial_proposal, name) for name in field_lists.AFTER_TRIAL_COPIED},
    )


def remind_due(*, now: datetime) -> int:
    """Email both sides once, three days before the decision day of a trial.

    Days are those of the client's time zone. Returns the number of trials.
    """
    # A day more than due, because a day starts earlier in some time zones than in UTC; `_remind`
    # checks the client's own day.
    latest = (now + REMIND_BEFORE + timedelta(days=1)).date()
    trials = Agreement.objects.filter(
        interval=Interval.ONCE,
        state__in=RUNNING_STATES,
        ends_on__lte=latest,
        signed_at__isnull=False,
    )
    waiting = trials.exclude(proposal__trial_measure="").select_related(
        "business__owner", "client", "contact"
    )
    return batches.run_rows(REMIND, waiting.order_by("pk"), lambda row: _remind(row, now), now=now)


def _remind(trial: Agreement, now: datetime) -> int:
    """Email both sides if the decision is near; the outbox sends each email only once."""
    today = local_day(now, trial.time_zone)
    if (
        not trial.is_trial
        or not trial.ends_on
        or today < trial.ends_on - REMIND_BEFORE
        or is_decided(trial)
    ):
        return 0
    with transaction.atomic():
        _email_owner(trial, now)
        _email_client(trial, now)
    return 1


def _email_owner(trial: Agreement, now: datetime) -> None:
    owner = trial.business.owner
    with translation.override(trial.business.language):
        paragraphs = [
            *_facts(trial),
            _("Record the result on the agreement's page. Nothing converts automatically."),
        ]
        subject = _("Decide about the trial: %(title)s") % {"title": trial.title}
        button = _("Open the agreement")
    _email(
        trial,
        "owner",
        owner.email,
        trial.business.language,
        subject,
        paragraphs,
        now,
        button=button,
        link=links.absolute_url("dashboard:agreement", trial.pk),
    )


def _email_client(trial: Agreement, now: datetime) -> None:
    link = portal_links.portal_link(contact=trial.reader, now=now, target=f"agreement:{trial.id}")
    with translation.override(trial.reader_language):
        paragraphs = [
            *_facts(trial),
            _("We will talk about the result. Nothing continues unless you sign it."),
        ]
        subject = _("The trial's decision day is near: %(title)s") % {"title": trial.title}
        button = _("See the agreement")
    to, placeholder = trial.reader.email, links.placeholder("link", link.id)
    _email(
        trial,
        "client",
        to,
        trial.reader_language,
        subject,
        paragraphs,
        now,
        name=trial.reader.name,
        button=button,
        link=placeholder,
    )


def _facts(trial: Agreement) -> list[str]:
    """Sentences about the decision day and the success measure, in the active language."""
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


def _email(
    trial: Agreement,
    side: str,
    to: str,
    language: str,
    subject: str,
    paragraphs: list[str],
    now: datetime,
    **more: links.Address,
) -> None:
    emails.write(
        kind="trial_decision",
        ref=f"{trial.id}:{side}",
        to=to,
        template="note",
        context={
            "subject": subject,
            "name": "",
            "paragraphs": paragraphs,
            "button": "",
            "link": "",
            **more,
        },
        language=language,
        business=trial.business,
        now=now,
    )
