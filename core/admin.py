"""Admin pages for the models of core."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import links
from core.errors import RuleError
from core.jobs import set_aside
from core.models import (
    ApiKey,
    AuditEvent,
    Business,
    Document,
    Heartbeat,
    Link,
    MailOutage,
    Membership,
    OutboxEmail,
    SavedView,
    SecurityEvent,
    SetAside,
    TeamInvitation,
    User,
)
from core.safety import log
from core.system import by_staff
from core.web import api_keys, download
from core.web.admin_site import reasons
from core.web.admin_site.acts import Act
from core.web.admin_site.rows import FrozenAdmin, RowAdmin

# allauth's page shows the keys of sessions, and its search fails without user names.
admin.site.unregister(UserSession)
# Its others change second factors and addresses untold; reset_second_factor and UserAdmin tell.
admin.site.unregister(Authenticator)
admin.site.unregister(EmailAddress)
admin.site.unregister(Group)


#: What says how far somebody gets: each change is in the security log (rule 84).
RIGHTS = ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")


@admin.register(User)
class UserAdmin(RowAdmin):
    list_display = ["email", "name", "is_staff", "is_active", "date_joined"]
    list_filter = ["is_staff", "is_active"]
    found_by = (Lower("email"),)
    parts_of = ("name",)
    readonly_fields = ["last_login", "date_joined"]
    fields = ["email", "name", *RIGHTS, *readonly_fields]
    is_chief = True
    icon = "person"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Only a superuser gives rights, and nobody changes their own."""
        gives = _is_superuser(request) and obj != request.user
        return [*self.readonly_fields, *(() if gives else RIGHTS)]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A superuser alone changes staff: with their address, one could sign in as they do."""
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The same, and nobody deletes themselves."""
        allowed = super().has_delete_permission(request, obj) and _may_touch(request, obj)
        return allowed and obj != request.user

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Tell a person whose address is changed here, at both addresses, and of new rights."""
        super().save_model(request, obj, form, change)
        by, now = reasons.by_of(request), timezone.now()
        if change and "email" in form.changed_data:
            former = form.initial["email"]
            log.write(
                what="account/email/email_changed",
                person=obj,
                by=by,
                facts={"from_email": former, "to_email": obj.email},
                to=former,
                now=now,
            )
        for right in RIGHTS:
            if right in form.changed_data and (change or right != "is_active"):
                log.write(what=_told_of(right, obj), person=obj, by=by, now=now)


def _is_superuser(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.is_superuser


def _may_touch(request: HttpRequest, obj: User | None) -> bool:
    return _is_superuser(request) or obj is None or not (obj.is_staff or obj.is_superuser)


def _told_of(right: str, user: User) -> str:
    """The security log's name for a right that was given or taken."""
    if right in ("groups", "user_permissions"):
        return "permissions_changed"
    return right if getattr(user, right) else f"not_{right}"


@admin.register(Group)
class GroupAdmin(RowAdmin):
    """Groups of permissions: a superuser alone changes them, and their people are told."""

    list_display = ["name"]
    parts_of = ("name",)
    filter_horizontal = ("permissions",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Write and tell it where the permissions of a group were changed."""
        super().save_related(request, form, formsets, change)
        if "permissions" in form.changed_data:
            self._tell(request, form.instance)

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        """Write and tell it before the group is gone."""
        self._tell(request, obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Group]) -> None:
        """The same, for groups that were ticked in the list."""
        for group in queryset:
            self._tell(request, group)
        super().delete_queryset(request, queryset)

    def _tell(self, request: HttpRequest, group: Group) -> None:
        by, now = reasons.by_of(request), timezone.now()
        for user in User.objects.filter(groups=group):
            log.write(what="permissions_changed", person=user, by=by, now=now)


@admin.register(Business)
class BusinessAdmin(FrozenAdmin):
    """Businesses; what their owners write and plan is not shown."""

    list_display = ["name", "standing", "currency", "time_zone", "charging_on", "created_at"]
    list_filter = ["is_suspended", "charging_on", "currency"]
    fields = [
        *("name", "legal_name", "owner", "standing", "currency", "time_zone", "language"),
        *("charging_on", "requires_second_factor", "created_at"),
    ]
    is_chief = True
    icon = "store"
    found_by = (Lower("name"),)
    parts_of = ("name", "legal_name")
    found_through = ("owner",)
    neighbours = ("owner",)
    needs_reason = False
    acts = (
        Act(
            "suspend",
            _("Suspend business"),
            _(
                "Its pages and its clients' portal are closed at once, and nothing is charged, "
                "reported or reminded of until you end the suspension. We email the owner."
            ),
            lambda row, reason, by, now: by_staff.suspend(
                business=row, reason=reason, by=by, now=now
            ),
            lambda row: not row.is_suspended,
        ),
        Act(
            "resume",
            _("End suspension"),
            _(
                "Its pages are open again, and the next runs make up for what was due. We email "
                "the owner."
            ),
            lambda row, reason, by, now: by_staff.resume(
                business=row, reason=reason, by=by, now=now
            ),
            lambda row: row.is_suspended,
        ),
    )

    @admin.display(description=_("state"))
    def standing(self, row: Business) -> str:
        """Whether a business is open, in words."""
        return str(_("Suspended") if row.is_suspended else pgettext_lazy("business", "Open"))


@admin.register(Document)
class DocumentAdmin(FrozenAdmin):
    """Documents, and the files themselves."""

    list_display = ["title", "kind", "size", "created_at"]
    list_filter = ["kind"]
    found_by = ("sha256",)
    parts_of = ("title",)
    neighbours = ("business",)
    is_chief = True
    icon = "description"

    def file(self, row: Document) -> HttpResponse:
        """The file as a download; an altered one is not handed out."""
        try:
            return download.pdf_response(row)
        except RuleError as error:
            return HttpResponse(str(error), status=410, content_type="text/plain; charset=utf-8")


@admin.register(OutboxEmail)
class OutboxAdmin(FrozenAdmin):
    """The emails of all businesses, with their text as it was written."""

    list_display = ["subject", "to", "kind", "state", "tries", "created_at", "sent_at"]
    list_filter = ["state", "kind"]
    found_by = (Lower("to"),)
    parts_of = ("subject",)
    neighbours = ("business",)
    is_chief = True
    icon = "mail"
    fields = [
        *("subject", "to", "reply_to", "kind", "language", "business", "state", "tries"),
        *("created_at", "next_at", "sent_at", "bounced_at", "error", "attachment", "words"),
    ]
    acts = (
        Act(
            "send_again",
            _("Send again"),
            _("The email is put into the queue again, with its full number of tries."),
            lambda row, reason, by, now: by_staff.send_again(
                email=row, reason=reason, by=by, now=now
            ),
            lambda row: row.can_be_tried_again,
        ),
    )

    @admin.display(description=_("text"))
    def words(self, row: OutboxEmail) -> SafeString:
        """The text; its links and codes, which open doors, are left out."""
        return format_html("<pre>{}</pre>", links.hidden(row.text, row.mark))


@admin.register(SetAside)
class SetAsideAdmin(FrozenAdmin):
    """What jobs could not do, with the reason."""

    list_display = ["what", "title", "why", "tries", "created_at", "next_at", "released_at"]
    list_filter = [("released_at", admin.EmptyFieldListFilter), "reason"]
    parts_of = ("title",)
    neighbours = ("business",)
    needs_reason = False
    is_chief = True
    icon = "error"
    acts = (
        Act(
            "release",
            _("Try again now"),
            _("The job takes the row up again at once. If it fails again, it is set aside anew."),
            lambda row, reason, by, now: by_staff.release(row=row, reason=reason, by=by, now=now),
            lambda row: row.released_at is None,
        ),
    )

    @admin.display(description=_("task"))
    def what(self, row: SetAside) -> str:
        """What was to be done."""
        return set_aside.label(row)

    @admin.display(description=_("reason"))
    def why(self, row: SetAside) -> str:
        """Why it could not be done."""
        return row.reason_text


@admin.register(AuditEvent)
class AuditEventAdmin(FrozenAdmin):
    list_display = ["event", "actor", "at", "n"]
    list_filter = ["event"]
    found_by = ("chain_id",)
    parts_of = ("actor",)
    neighbours = ("business",)


@admin.register(SecurityEvent)
class SecurityEventAdmin(FrozenAdmin):
    list_display = ["kind", "who", "count", "created_at"]
    list_filter = ["kind"]
    found_by = ("person",)
    parts_of = ("who",)
    neighbours = ("business",)
    is_chief = True
    icon = "shield"


@admin.register(Link)
class LinkAdmin(FrozenAdmin):
    list_display = ["id", "purpose", "target", "created_at", "expires_at", "used_at", "revoked_at"]
    list_filter = ["purpose"]
    found_by = ("subject_id",)
    needs_reason = False


@admin.register(Heartbeat)
class HeartbeatAdmin(FrozenAdmin):
    list_display = ["name", "at"]
    needs_reason = False


@admin.register(MailOutage)
class MailOutageAdmin(FrozenAdmin):
    list_display = ["server", "failures", "since", "next_at", "error"]
    needs_reason = False


@admin.register(ApiKey)
class ApiKeyAdmin(FrozenAdmin):
    list_display = ["name", "hint", "used_at", "revoked_at"]
    needs_reason = False
    is_chief = True
    icon = "key"
    acts = (
        Act(
            "revoke",
            _("Revoke API key"),
            _("Programs that use the key are refused from now on. We email the owner."),
            lambda row, reason, by, now: api_keys.revoke(key=row, by=by, reason=reason, now=now),
            lambda row: row.revoked_at is None,
        ),
    )
    parts_of = ("name",)
    found_through = ("business",)
    neighbours = ("business",)


@admin.register(SavedView)
class SavedViewAdmin(FrozenAdmin):
    list_display = ["name", "page", "is_default"]
    found_through = ("user",)
    neighbours = ("business", "user")
    needs_reason = False


@admin.register(Membership)
class MembershipAdmin(FrozenAdmin):
    list_display = ["user", "business", "role", "since", "deactivated_at"]
    list_filter = ["role"]
    found_through = ("user", "business")
    neighbours = ("business", "user")
    needs_reason = False
    is_chief = True
    icon = "badge"


@admin.register(TeamInvitation)
class TeamInvitationAdmin(FrozenAdmin):
    list_display = ["email", "business", "role", "expires_at", "accepted_at", "withdrawn_at"]
    list_filter = ["role"]
    parts_of = ("email",)
    found_through = ("business",)
    neighbours = ("business", "invited_by")
    needs_reason = False
