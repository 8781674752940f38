"""The demo's client requests and handovers: one of each kind that can occur."""

from datetime import datetime, timedelta

from agreements.models import Agreement
from core.models import Business
from delivery.models import Deliverable, Report, Request
from delivery.requests import client_requests, owner_replies
from delivery.rules.states import ReportState, RequestState
from delivery.work import carry_over, checklist_actions, hand_over
from retainer_hub.demo.cast import OWNER

HOUR = timedelta(hours=1)
GIVEN = (  # day of the period (from 1), deliverable, pieces, title, link
    (5, "posts", 4, "First week, four posts", "https://drive.example/baan/week-1"),
    (
        8,
        "graphics",
        2,
        "Two graphics for the roast of the month",
        "https://drive.example/baan/graphics",
    ),
    (12, "posts", 3, "Second week, three posts", "https://drive.example/baan/week-2"),
)


def wish(business: Business, *, now: datetime) -> None:
    """Add the requests and handovers; call it after all months have been played."""
    baan, labs = _of(business, "Baan"), _of(business, "Northwind")
    _give(baan, now)
    done = _ask(
        baan, "A price list for the shop window\nA4, with the two new roasts.", now - 75 * HOUR, 120
    )
    begun = now - 72 * HOUR
    owner_replies.answer_request(
        request=done, text="On it: you have a draft tomorrow.", now=begun, to=RequestState.STARTED
    )
    owner_replies.answer_with_handover(
        request=done,
        actor=OWNER,
        text="Here it is. Print it at 300 dpi.",
        to=RequestState.DONE,
        url="https://drive.example/baan/price-list",
        now=now - 50 * HOUR,
    )
    going = _ask(
        baan, "Can you answer the comments under the video on Saturday too?", now - 30 * HOUR, 60
    )
    owner_replies.answer_request(
        request=going, text="Yes, from 10 to 12.", now=now - 28 * HOUR, to=RequestState.STARTED
    )
    text = "A banner for the weekend market\nOur stand is 3 m wide. Could it show the beans?"
    _ask(baan, text, now - 3 * HOUR, 960)
    _ask(labs, "We need a landing page for the webinar", now - 41 * HOUR, None)
    _carry(baan, now)


def _of(business: Business, name: str) -> Agreement:
    """Return the agreement of the client whose name starts with `name`."""
    agreements = Agreement.objects.select_related("contact", "client", "business__owner")
    return agreements.get(business=business, client__name__startswith=name)


def _ask(agreement: Agreement, text: str, at: datetime, minutes: int | None) -> Request:
    """Create a request; `minutes` is the client's estimate."""
    return client_requests.create_request(
        contact=agreement.contact, agreement=agreement, text=text, estimate=minutes, now=at
    )


def _give(agreement: Agreement, now: datetime) -> None:
    """Turn some of the pieces that were only counted into handovers with links."""
    period = agreement.periods.order_by("-starts_on").first()
    for day, title, count, name, url in GIVEN:
        row = Deliverable.objects.filter(period=period, title=title, done__gte=count).first()
        if row and period:
            checklist_actions.set_done(deliverable=row, done=row.done - count)
            on = min(period.starts_on + timedelta(days=day - 1), now.date())
            hand_over.hand_over(
                deliverable=row, actor=OWNER, now=now, on=on, count=count, title=name, url=url
            )


def _carry(agreement: Agreement, now: datetime) -> None:
    """Carry a missing piece over from the month whose report waits for review."""
    draft = Report.objects.filter(period__agreement=agreement, state=ReportState.DRAFT).first()
    row = Deliverable.objects.filter(period=draft.period, done__gt=1).last() if draft else None
    if row:
        checklist_actions.set_done(deliverable=row, done=row.promised - 1)
        carry_over.carry_over(
            deliverable=row, because="The photos come with the new roast.", actor=OWNER, now=now
        )
