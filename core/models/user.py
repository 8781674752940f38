"""User, who signs in by email; their place in a team; what they keep; and API keys of programs."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.database.ids import new_id
from core.models.business import Business, TenantRow
from core.team.role_words import given_roles
from core.team.roles import GIVEN


class UserManager(BaseUserManager["User"]):
    """Creates users, who sign in with their email address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a user; the address is stored in lower case. Raises ValueError without one."""
        if not email:
            raise ValueError("A user needs an email address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(
            email, password, **(fields | {"is_staff": True, "is_superuser": True})
        )

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A freelancer, somebody of their team, or a member of staff.

    Clients have no user: they enter the portal by a link. `business_in_use` is the business that a
    person of several chose last; it gives no access by itself (core.tenancy).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(
        _("email"), unique=True, error_messages={"unique": _("This email is taken.")}
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)
    sessions_from = models.DateTimeField(
        _("sessions that began before have ended"), null=True, blank=True, editable=False
    )
    business_in_use = models.ForeignKey(
        Business, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email.split("@")[0]


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Questions about memberships."""

    def active(self) -> "MembershipQuerySet":
        """Those of people who belong to their team now."""
        return self.filter(deactivated_at__isnull=True)


class Membership(TenantRow):
    """A person of a business beside its owner, and what they may do there (rule 82).

    The owner has no such row: `Business.owner` says who that is. Who was removed has
    `deactivated_at`; who comes back has the same row with another `since`.
    """

    user = models.ForeignKey(
        User, models.PROTECT, related_name="memberships", verbose_name=_("person")
    )
    role = models.CharField(pgettext_lazy("in a team", "role"), max_length=12, choices=given_roles)
    since = models.DateTimeField(_("since"), default=timezone.now)
    deactivated_at = models.DateTimeField(_("removed"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["since", "id"]
        constraints = [
            models.UniqueConstraint(fields=["business", "user"], name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in GIVEN]), name="membership_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.role}"


class TeamInvitation(TenantRow):
    """An email address that is invited into a team, until it is accepted, withdrawn or too late.

    Its links (core.links) have its id as their subject.
    """

    email = models.EmailField(_("email"), max_length=254)
    role = models.CharField(pgettext_lazy("in a team", "role"), max_length=12, choices=given_roles)
    invited_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("invited by")
    )
    expires_at = models.DateTimeField(_("expires"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation into a team")
        verbose_name_plural = _("invitations into teams")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                "business",
                Lower("email"),
                condition=models.Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_invitation",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in GIVEN]), name="invitation_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.role}"


class ApiKey(TenantRow):
    """A key with which a program of the business calls the API.

    The secret is shown once and not stored: `digest` is its SHA-256 (hex), and `hint` is its last
    four characters.
    """

    name = models.CharField(_("name"), max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("ends in"), max_length=4, editable=False)
    used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name


class SavedView(TenantRow):
    """A filter and an order of a list that a person keeps under a name.

    `page` is the URL name of the list and `query` the query string of its address, without a
    position. The list opens with the view that `is_default`.
    """

    LONGEST_NAME = 40

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("user"))
    page = models.CharField(_("list"), max_length=40)
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    query = models.CharField(_("filters and order"), max_length=2000, blank=True)
    is_default = models.BooleanField(_("the list opens with it"), default=False)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["business", "user", "page", "name"], name="view_name_once"
            ),
            models.UniqueConstraint(
                fields=["business", "user", "page"],
                condition=models.Q(is_default=True),
                name="one_default_view",
            ),
        ]

    def __str__(self) -> str:
        return self.name
