"""Document: a PDF that was issued, or a receipt that was passed on, stored under its hash."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models.business import TenantRow


class DocumentKind(models.TextChoices):
    """The kinds of documents."""

    AGREEMENT = "agreement", _("Agreement")
    SIGNED_AGREEMENT = "signed_agreement", _("Signed agreement")
    AMENDMENT = "amendment", _("Amendment")
    SIGNED_AMENDMENT = "signed_amendment", _("Signed amendment")
    INVOICE = "invoice", _("Invoice")
    RECEIPT = "receipt", _("Receipt")
    CREDIT_NOTE = "credit_note", _("Credit note")
    STATEMENT = "statement", _("Statement")
    REPORT = "report", _("Report")
    REVIEW = "review", _("Quarterly review")
    LETTER = "letter", _("Reference letter")
    COST = "cost", _("Receipt of a cost")


SEALED = "signed_"  # prefix of the kinds that carry the installation's seal


class Document(TenantRow):
    """A PDF under media/documents/, named by its SHA-256. A database trigger freezes the row."""

    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind.choices)
    title = models.CharField(_("title"), max_length=300)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveIntegerField(_("size in bytes"))

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [models.UniqueConstraint(fields=["business", "sha256"], name="document_once")]
        indexes = [models.Index(fields=["sha256"], name="document_by_hash")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_sealed(self) -> bool:
        """Whether documents of this kind carry the installation's seal."""
        return self.kind.startswith(SEALED)

    @property
    def path(self) -> str:
        """The path of the file, relative to the media folder."""
        return f"documents/{self.sha256[:2]}/{self.sha256}.pdf"
