"""The ground's rows: one file per noun."""

from core.models.audit import AuditEvent
from core.models.business import Business, TenantRow
from core.models.document import Document
from core.models.heartbeat import Heartbeat
from core.models.link import Link
from core.models.outbox import Outbox
from core.models.user import User

__all__ = ["AuditEvent", "Business", "Document", "Heartbeat", "Link", "Outbox", "TenantRow", "User"]
