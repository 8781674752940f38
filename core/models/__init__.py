"""The models of core, one module for each topic."""

from core.models.audit import AuditEvent, SecurityEvent
from core.models.business import Business, TenantRow
from core.models.cache_entry import CacheEntry
from core.models.document import Document
from core.models.heartbeat import Heartbeat
from core.models.link import Link
from core.models.mail_outage import MailOutage
from core.models.notification import NotificationChoice
from core.models.outbox import EmailWording, OutboxEmail, OwnerNote
from core.models.rate_limit import RateLimit
from core.models.search_entry import SearchEntry
from core.models.set_aside import SetAside
from core.models.standing import Standing
from core.models.tax_rate import TaxMode, TaxRate
from core.models.user import ApiKey, Membership, SavedView, TeamInvitation, User

__all__ = [
    "ApiKey",
    "AuditEvent",
    "Business",
    "CacheEntry",
    "Document",
    "EmailWording",
    "Heartbeat",
    "Link",
    "MailOutage",
    "Membership",
    "NotificationChoice",
    "OutboxEmail",
    "OwnerNote",
    "RateLimit",
    "SavedView",
    "SearchEntry",
    "SecurityEvent",
    "SetAside",
    "Standing",
    "TaxMode",
    "TaxRate",
    "TeamInvitation",
    "TenantRow",
    "User",
]
