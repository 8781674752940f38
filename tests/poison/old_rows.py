"""A row for each rule of the pruning, which counts from a moment."""

import secrets
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Model

from agreements.models import SectionReading
from billing.gateways.sandbox.gateway import Sandbox
from billing.models import BillingRun, GatewayAccount, GatewayEvent
from core.models import (
    CacheEntry,
    Link,
    OutboxEmail,
    OwnerNote,
    RateLimit,
    SetAside,
    TeamInvitation,
)
from core.models.link import LinkPurpose
from core.models.outbox import OutboxState
from delivery.models import ReportRun
from exports.models import Export, Scope
from exports.states import ExportState
from retainer_hub.pruning.rules import Rule
from tests.world import World

MONTH = timedelta(days=31)


def lasts(rule: Rule) -> timedelta:
    """For how long a row of the rule stays after its moment; emails as a new business has it."""
    return 24 * MONTH if rule.days is None else timedelta(days=rule.days)


def is_pruned(row: Model) -> bool:
    """Whether the row is gone, or its text."""
    found = type(row)._base_manager.filter(pk=row.pk).first()
    return found is None or bool(getattr(found, "emptied_at", None))


def _device(world: World, at: datetime) -> UserSession:
    """A device whose session has ended by then."""
    return UserSession.objects.create(
        user=world.business.owner,
        ip="203.0.113.9",
        session_key=secrets.token_hex(8),
        user_agent="T",
    )


def _invitation(world: World, at: datetime) -> TeamInvitation:
    return TeamInvitation.objects.create(
        business=world.business,
        email=f"{secrets.token_hex(4)}@studio.example",
        role="member",
        invited_by=world.business.owner,
        expires_at=at,
    )


def _email(world: World, at: datetime) -> OutboxEmail:
    return OutboxEmail.objects.create(
        business=world.business,
        kind="test",
        ref=secrets.token_hex(8),
        to="ploy@baan.example",
        subject="Your report",
        text="Dear Ploy",
        html="<p>Dear Ploy</p>",
        state=OutboxState.SENT,
        created_at=at,
    )


def _set_aside(world: World, at: datetime) -> SetAside:
    return SetAside.objects.create(
        business=world.business,
        step="test",
        subject=uuid.uuid4(),
        title="Baan Coffee",
        created_at=at,
        tried_at=at,
        next_at=at,
        released_at=at,
    )


def _billing_run(world: World, at: datetime) -> BillingRun:
    return BillingRun.objects.create(door="audit", started_at=at, finished_at=at)


def _webhook(world: World, at: datetime) -> GatewayEvent:
    account, _new = GatewayAccount.objects.get_or_create(
        business=world.business, gateway=Sandbox.name, defaults={"secret": b"", "connected_at": at}
    )
    return GatewayEvent.objects.create(
        gateway=Sandbox.name,
        account=account,
        event_id=secrets.token_hex(8),
        handle="pi_1",
        body=b"{}",
        received_at=at,
        done_at=at,
    )


def _reading(world: World, at: datetime) -> SectionReading:
    proposal = world.proposal(now=at)
    return SectionReading.objects.create(
        business=world.business,
        proposal=proposal,
        contact=proposal.contact,
        on=at.date(),
        section="tiers",
        seconds=40,
    )


def _export(world: World, at: datetime) -> Export:
    return Export.objects.create(
        business=world.business,
        scope=Scope.EVERYTHING,
        subject_id=world.business.pk,
        state=ExportState.GONE,
        created_at=at,
    )


def _line(world: World, at: datetime) -> LogEntry:
    row = LogEntry.objects.create(
        user=world.business.owner,
        content_type=ContentType.objects.get_for_model(Link),
        object_repr="Baan Coffee",
        action_flag=CHANGE,
    )
    LogEntry.objects.filter(pk=row.pk).update(action_time=at)
    return row


#: By the names of the rules: what makes a row of a business whose time is counted from a moment.
OLD_ROWS: dict[str, Callable[[World, datetime], Any]] = {
    "sessions": lambda world, at: Session.objects.create(
        session_key=secrets.token_hex(8), session_data="", expire_date=at
    ),
    "devices": _device,
    "rate_limits": lambda world, at: RateLimit.objects.create(key=secrets.token_hex(8), ends_at=at),
    "cache": lambda world, at: CacheEntry.objects.create(
        cache_key=secrets.token_hex(8), value="", expires=at
    ),
    "links": lambda world, at: Link.objects.create(
        purpose=LinkPurpose.PORTAL, subject_id=uuid.uuid4(), expires_at=at
    ),
    "invitations": _invitation,
    "emails": _email,
    "notes": lambda world, at: OwnerNote.objects.create(
        business=world.business, sentence="Ploy opened the proposal.", told_at=at
    ),
    "set_aside": _set_aside,
    "billing_runs": _billing_run,
    "report_runs": lambda world, at: ReportRun.objects.create(door="test", started_at=at),
    "webhooks": _webhook,
    "readings": _reading,
    "exports": _export,
    "admin_log": _line,
}
