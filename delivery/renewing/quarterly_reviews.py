"""Creates a quarterly review, renders its PDF, and sends it to the client."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Agreement, Period
from agreements.running import email_recipient
from clients import portal_links
from clients.models import Contact
from core import audit, links
from core.audit import UNSEEN, Origin
from core.digest import digest
from core.documents import render, store
from core.errors import NotAllowedNow
from core.models.document import DocumentKind
from core.outbox import emails
from delivery.models import QuarterlyReview
from delivery.renewing import review_contents
from delivery.rules.errors import NoPeriod


def review_periods(agreement: Agreement, until: date | None, today: date) -> Sequence[Period]:
    """Return up to three periods that are over, oldest first.

    The last of them is the one that ends `until` (exclusive), or the newest one.
    """
    ended = review_contents.ended_periods(agreement, today)
    start = next((index for index, period in enumerate(ended) if period.ends_on == until), 0)
    return ended[start : start + review_contents.PERIODS_IN_REVIEW][::-1]


def compose_review(
    *, agreement: Agreement, periods: Sequence[Period], outlook: str
) -> dict[str, Any]:
    """Return the contents in the client's language. Raises NoPeriod when no period is over yet."""
    if not periods:
        raise NoPeriod(_("The first period is not over yet."))
    with translation.override(agreement.language):
        return review_contents.snapshot(agreement, periods, outlook)


def create_review(
    *, agreement: Agreement, periods: Sequence[Period], outlook: str, now: datetime
) -> QuarterlyReview:
    """Create the review and its PDF; the same contents again return the existing review.

    Characters that no font contains are left out of the PDF or replaced (rule 31). Raises NoPeriod.
    """
    contents = compose_review(agreement=agreement, periods=periods, outlook=outlook)
    existing = QuarterlyReview.objects.filter(
        agreement=agreement, starts_on=periods[0].starts_on, sha256=digest(contents)
    ).first()
    if existing:
        return existing
    with translation.override(agreement.language):
        context = {
            "business": agreement.business,
            **review_contents.template_context(contents),
        }
        title = review_contents.review_title(contents)
    pdf = render.pdf(
        "review",
        context,
        language=agreement.language,
        title=title,
        identifier=digest(contents),
        created=now,
    )
    with transaction.atomic():
        document = store.save(
            business=agreement.business, kind=DocumentKind.REVIEW, title=title, pdf=pdf, now=now
        )
        review, _made = QuarterlyReview.objects.get_or_create(
            agreement=agreement,
            starts_on=periods[0].starts_on,
            sha256=digest(contents),
            defaults={
                "business": agreement.business,
                "client": agreement.client,
                "ends_on": periods[-1].ends_on,
                "snapshot": contents,
                "document": document,
                "created_at": now,
            },
        )
    return review


def send_review(
    *, review: QuarterlyReview, actor: str, now: datetime, origin: Origin = UNSEEN
) -> QuarterlyReview:
    """Email the review to the client's decision maker, once, with the PDF and a link.

    Raises NoRecipient, and NotAllowedNow when it was sent already.
    """
    agreement = review.agreement
    contact = email_recipient.require_recipient(agreement)
    with transaction.atomic():
        if not QuarterlyReview.objects.filter(pk=review.pk, sent_at__isnull=True).update(
            sent_at=now
        ):
            raise NotAllowedNow(_("This review was sent already."))
        audit.record(
            business=review.business,
            chain_id=agreement.pk,
            event="review_sent",
            actor=actor,
            now=now,
            origin=origin,
            data={"sha256": review.document.sha256},
        )
        _write_email(review, contact, now)
    review.refresh_from_db(fields=["sent_at"])
    return review


def _write_email(review: QuarterlyReview, contact: Contact, now: datetime) -> None:
    """Queue the email with the review, in the language of its agreement."""
    link = portal_links.portal_link(contact=contact, now=now, target=f"review:{review.pk}")
    with translation.override(review.agreement.language):
        title = review_contents.review_title(review.snapshot)
        paragraphs = [
            _(
                "The attached document shows what we promised, what was done and how your "
                "numbers moved."
            ),
            *[line for line in review.snapshot["outlook"].splitlines() if line.strip()],
        ]
        button = _("Read it in the portal")
    emails.write(
        kind="quarterly_review",
        ref=str(review.pk),
        to=contact.email,
        template="note",
        language=review.agreement.language,
        business=review.business,
        attachment=review.document,
        now=now,
        context={
            "subject": f"{title} · {review.business.name}",
            "name": contact.name,
            "paragraphs": paragraphs,
            "button": button,
            "link": links.placeholder("link", link.id),
        },
    )
