"""Requests for work by a client, and the messages about them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow
from delivery.rules.request_fit import Fit
from delivery.rules.states import RequestState

REQUEST_STATES = [
    (RequestState.ASKED.value, _("Asked")),
    (RequestState.STARTED.value, _("In progress")),
    (RequestState.DONE.value, _("Done")),
    (RequestState.DECLINED.value, _("Not possible")),
    (RequestState.WITHDRAWN.value, _("Taken back")),
]


FITS = [
    (Fit.SCOPE.value, _("In scope")),
    (Fit.HOURS.value, _("Fits the hours that are left")),
    (Fit.WORD.value, _("Let's talk first")),
]


class Request(TenantRow):
    """Work that a client asked for.

    `respond_by` is when the first answer is due under the agreement, `responded_at` when it was
    given (None: not yet). `fits` and `left` (minutes) state what applied when the client asked.
    `estimate` is how many minutes the client or the freelancer expects it to take (None: not said).
    """

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="requests")
    agreement = models.ForeignKey("agreements.Agreement", models.PROTECT, related_name="requests")
    period = models.ForeignKey(
        "agreements.Period", models.PROTECT, null=True, related_name="requests"
    )
    contact = models.ForeignKey(
        "clients.Contact", models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=REQUEST_STATES, default=RequestState.ASKED
    )
    title = models.CharField(_("what"), max_length=160)
    fits = models.CharField(_("fits"), max_length=6, choices=FITS)
    left = models.IntegerField(_("time left when asked"), default=0)
    estimate = models.PositiveIntegerField(_("takes about"), null=True, blank=True)
    respond_by = models.DateTimeField(_("answer promised by"))
    responded_at = models.DateTimeField(_("first answered"), null=True, blank=True)
    done_at = models.DateTimeField(_("finished"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["business", "-created_at", "-id"], name="request_newest")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_asked(self) -> bool:
        """Whether nobody has begun with it."""
        return self.state == RequestState.ASKED

    @property
    def is_started(self) -> bool:
        """Whether it is in progress."""
        return self.state == RequestState.STARTED

    @property
    def is_done(self) -> bool:
        """Whether it was done."""
        return self.state == RequestState.DONE

    @property
    def is_withdrawn(self) -> bool:
        """Whether the client took it back."""
        return self.state == RequestState.WITHDRAWN

    @property
    def fits_hours(self) -> bool:
        """Whether the hours that were left covered it when it was asked."""
        return self.fits == Fit.HOURS

    @property
    def needs_word(self) -> bool:
        """Whether it was more than what the fee buys when it was asked."""
        return self.fits == Fit.WORD


class RequestMessage(TenantRow):
    """A message about a request.

    It is from a contact of the client or, without `contact`, from the business. `came_as` is the
    Message-ID of the email that brought it, empty for a message written in the app. Rows never
    change and are never deleted.
    """

    request = models.ForeignKey(Request, models.PROTECT, related_name="messages")
    contact = models.ForeignKey(
        "clients.Contact", models.PROTECT, null=True, blank=True, related_name="+"
    )
    text = models.TextField(_("text"), max_length=5000)
    came_as = models.CharField(_("email"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("message about a request")
        verbose_name_plural = _("messages about requests")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["business", "came_as"],
                condition=~models.Q(came_as=""),
                name="request_email_once",
            )
        ]

    def __str__(self) -> str:
        return self.text[:80]
