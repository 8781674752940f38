"""Makes a quarterly review: composed, hashed and printed once; and sends it to the client with its paper."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Agreement, Period
from agreements.running import addressee
from clients import portal_links
from core import audit, links
from core.audit import UNSEEN, Origin
from core.documents import render, store
from core.documents.glyphs import check, printable_within
from core.errors import NotAllowedNow
from core.models.document import DocumentKind
from core.outbox import emails
from delivery.models import QuarterlyReview
from delivery.renewing import quarter
from delivery.reports.send import digest
from delivery.rules.errors import NoPeriod


def periods_of(agreement: Agreement, until: date | None, today: date) -> Sequence[Period]:
    """Up to three periods that are over, oldest first; the last one ends (exclusive) `until`, or is the newest."""
    over = quarter.ended(agreement, today)
    place = next((n for n, row in enumerate(over) if row.ends_on == until), 0)
    return over[place : place + quarter.LONG][::-1]


def compose(*, agreement: Agreement, periods: Sequence[Period], outlook: str) -> dict[str, Any]:
    """The contents in the client's language. Raises NoPeriod where none is over yet."""
    if not periods:
        raise NoPeriod(_("The first period is not over yet."))
    with translation.override(agreement.language):
        return quarter.snapshot(agreement, periods, outlook)


def make(
    *, agreement: Agreement, periods: Sequence[Period], outlook: str, now: datetime
) -> QuarterlyReview:
    """Print it and keep it; the same facts and words again are the one that is there.

    What the client has typed may hold signs that no font has: they are left out on paper. Raises NoPeriod, and
    MissingGlyphs about the outlook.
    """
    check(outlook, field="outlook")
    shot = compose(agreement=agreement, periods=periods, outlook=outlook)
    found = QuarterlyReview.objects.filter(
        agreement=agreement, starts_on=periods[0].starts_on, sha256=digest(shot)
    ).first()
    if found:
        return found
    with translation.override(agreement.language):
        context = {"business": agreement.business, **quarter.with_words(printable_within(shot))}
        name = quarter.title(shot)
    pdf = render.pdf(
        "review",
        context,
        language=agreement.language,
        title=name,
        identifier=digest(shot),
        created=now,
    )
    with transaction.atomic():
        document = store.save(
            business=agreement.business, kind=DocumentKind.REVIEW, title=name, pdf=pdf, now=now
        )
        row, _made = QuarterlyReview.objects.get_or_create(
            agreement=agreement,
            starts_on=periods[0].starts_on,
            sha256=digest(shot),
            defaults={
                "business": agreement.business,
                "client": agreement.client,
                "ends_on": periods[-1].ends_on,
                "snapshot": shot,
                "document": document,
                "created_at": now,
            },
        )
    return row


def send(
    *, review: QuarterlyReview, actor: str, now: datetime, origin: Origin = UNSEEN
) -> QuarterlyReview:
    """Mail it to who decides, once, with the paper and a way in. Raises NobodyToTell, NotAllowedNow."""
    agreement = review.agreement
    contact = addressee.must_be(agreement)
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
        link = portal_links.portal_link(contact=contact, now=now, target=f"review:{review.pk}")
        with translation.override(agreement.language):
            words = {"title": quarter.title(review.snapshot), "business": review.business.name}
            subject = f"{words['title']} · {words['business']}"
            paragraphs = [
                _(
                    "What we promised, what was done and how your figures moved is on the paper with this letter."
                ),
                *[line for line in review.snapshot["outlook"].splitlines() if line.strip()],
            ]
            button = _("Read it in the portal")
        emails.write(
            kind="quarterly_review",
            ref=str(review.pk),
            to=contact.email,
            template="note",
            language=agreement.language,
            business=review.business,
            attachment=review.document,
            now=now,
            context={
                "subject": subject,
                "name": contact.name,
                "paragraphs": paragraphs,
                "button": button,
                "link": links.placeholder("link", link.id),
            },
        )
    review.refresh_from_db(fields=["sent_at"])
    return review
