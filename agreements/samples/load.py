"""Loads three sample clients, as far as a sale goes before anything is sent (rule 59).

What is sent, signed or charged is evidence that cannot be deleted. So the samples end with drafts.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import translation

from agreements.models import Proposal
from agreements.proposals import call_prefill, lifecycle, opening_message, packages
from agreements.samples import texts
from clients import client_records, fit_check, objections
from clients.calls import booking, call_notes
from clients.models import Call, Client
from clients.rules.fit import Answer, Question
from core.dates import local_day
from core.models import Business
from core.outbox.emails import SAMPLE_DOMAIN

ACTOR = "Retainer Hub"
OPEN_FOR = timedelta(days=14)


def load_samples(*, business: Business, now: datetime) -> list[Client]:
    """Load the sample clients in the language and currency of the business.

    They are returned as they are where they were loaded before.
    """
    with transaction.atomic(), translation.override(business.language):
        Business.objects.select_for_update().get(pk=business.pk)
        loaded = Client.objects.filter(business=business, is_sample=True).order_by("created_at")
        if loaded:
            return list(loaded)
        return [
            _new_lead(business, texts.bakery(), now),
            _after_the_call(business, texts.clinic(), now),
            _ready_to_send(business, texts.tours(), now),
        ]


def _new_lead(business: Business, sample: texts.Sample, now: datetime) -> Client:
    """A lead with a call in two days."""
    client = _client(business, sample, now)
    _call(client, now + timedelta(days=2), now)
    return client


def _after_the_call(business: Business, sample: texts.Sample, now: datetime) -> Client:
    """A prospect with notes of a call, fit check and objection, and a draft made of them."""
    client = _client(business, sample, now)
    call = _call(client, now - timedelta(days=2), now)
    call_notes.write(call=call, typed=dict(sample.notes), revision=0, now=now - timedelta(days=2))
    answers = dict.fromkeys((question.value for question in Question), Answer.YES.value)
    fit_check.answer(client=client, answers=answers, now=now)
    draft = _draft(client, "content", now)
    objections.hear(client=client, kind="money", words=sample.objection, offer=draft.pk, now=now)
    return client


def _ready_to_send(business: Business, sample: texts.Sample, now: datetime) -> Client:
    """A prospect with a finished proposal: an extra, something added for a time, own sections."""
    client = _client(business, sample, now)
    first = packages.find_package(business, "social").drafts[0]
    last = local_day(now, client.time_zone) + timedelta(days=60)
    _draft(
        client,
        "social",
        now,
        sections=[{"title": title, "body": body} for title, body in sample.sections],
        extras=[{"key": "x1", "title": sample.extra, "amount": first.amount // 4, "once": False}],
        value_adds=[
            {"title": sample.added, "minutes": 60, "ends_on": last.isoformat(), "reason": ""}
        ],
    )
    return client


def _client(business: Business, sample: texts.Sample, now: datetime) -> Client:
    return client_records.add_client(
        business=business,
        name=sample.name,
        contact_name=sample.person,
        contact_email=f"{sample.mailbox}{SAMPLE_DOMAIN}",
        contact_role=sample.role,
        language=business.language,
        source=sample.source,
        notes=sample.note,
        is_sample=True,
        now=now,
    )


def _call(client: Client, starts_at: datetime, now: datetime) -> Call:
    at = starts_at.replace(minute=0, second=0, microsecond=0)
    people = list(client.contacts.all())
    return booking.book(
        client=client, contacts=people, starts_at=at, minutes=30, actor=ACTOR, now=now
    )


def _draft(client: Client, package: str, now: datetime, **terms: Any) -> Proposal:
    """A draft of a built-in package, filled from the notes of the call as a new proposal is."""
    business, said = client.business, call_notes.answers(client)
    built_in = packages.find_package(business, package)
    contact = client_records.decision_maker(client)
    assert contact
    today, because = local_day(now, client.time_zone), call_prefill.recommendation_reason(said)
    return lifecycle.draft_proposal(
        business=business,
        client=client,
        contact=contact,
        tiers=[replace(draft) for draft in built_in.drafts],
        now=now,
        **{
            "title": texts.title(client.name),
            "currency": business.currency,
            "language": business.language,
            "service": built_in.service,
            "starts_on": today + timedelta(days=7),
            "expires_on": today + OPEN_FOR,
            "kpis": list(built_in.kpis),
            "goals": call_prefill.client_goals(said),
            "intro": opening_message.usual_message(
                has_call=call_notes.has_notes(client), has_reason=bool(because)
            ),
            "recommended_because": because,
        }
        | terms,
    )
