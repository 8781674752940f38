"""Contact: a person at a client; one of them decides."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class Contact(TenantRow):
    """`portal_epoch` is raised to end every portal session of this person at once."""

    client = models.ForeignKey("clients.Client", models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("email"))
    role = models.CharField(_("role"), max_length=80, blank=True)
    is_decision_maker = models.BooleanField(_("decides"), default=False)
    portal_epoch = models.PositiveIntegerField(default=0, editable=False)
    is_active = models.BooleanField(_("may enter the portal"), default=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.UniqueConstraint("client", Lower("email"), name="contact_once_per_client"),
            models.UniqueConstraint(
                fields=["client"], condition=models.Q(is_decision_maker=True), name="one_decision_maker"
            ),
        ]

    def __str__(self) -> str:
        return self.name
