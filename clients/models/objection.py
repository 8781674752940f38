"""Objection and Reply: why a prospect hesitated, and what a freelancer answers best."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.rules.objection_statistics import Kind
from core.models import TenantRow

KIND_LONGEST = 40
KINDS = {
    Kind.MONEY.value: _("Money"),
    Kind.VALUE.value: _("Value"),
    Kind.RESULTS.value: _("Results"),
}


def kind_label(kind: str) -> Any:
    """A kind in words: one of the three, or the freelancer's own."""
    return KINDS.get(kind, kind)


class Reply(TenantRow):
    """A freelancer's own answer to one kind of objection. What was used is never deleted, only put away."""

    kind = models.CharField(_("against"), max_length=KIND_LONGEST)
    words = models.TextField(_("what you say"), max_length=600)
    is_kept = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.words

    @property
    def kind_label(self) -> Any:
        """What it answers, in words."""
        return kind_label(self.kind)


class Objection(TenantRow):
    """The freelancer's own (rule 37). `kind` is one of Kind, or own words.

    `offer` is the id of the proposal it was about and `tier` the name of the tier, where there was one: a higher
    room's rows, so no foreign key. The reply is a play of the playbook by its key, or one's own.
    """

    client = models.ForeignKey("clients.Client", models.CASCADE, related_name="objections")
    kind = models.CharField(_("kind"), max_length=KIND_LONGEST)
    offer = models.UUIDField(_("about the proposal"), null=True, blank=True)
    tier = models.CharField(_("about the tier"), max_length=120, blank=True)
    words = models.CharField(_("in their words"), max_length=300, blank=True)
    play = models.CharField(_("answered by the playbook"), max_length=20, blank=True)
    reply = models.ForeignKey(Reply, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reply"))

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["business", "-created_at", "-id"], name="objection_newest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(play="") | models.Q(reply__isnull=True), name="objection_one_reply"
            )
        ]

    def __str__(self) -> str:
        return f"{self.client}: {self.kind}"

    @property
    def kind_label(self) -> Any:
        """The kind in words."""
        return kind_label(self.kind)
