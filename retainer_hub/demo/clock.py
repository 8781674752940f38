"""The demo's time tracking: a running timer, and an import that needs one name assigned."""

from datetime import datetime, timedelta

from agreements.models import Agreement
from core.models import Business
from delivery.hours import timer
from delivery.trackers import time_import

HEADING = "Date,Client,Project,Task,Notes,Hours,Billable?,First Name,Last Name\n"


def run(business: Business, *, actor: str, now: datetime) -> None:
    """Start a timer 41 minutes ago, and read a Harvest export of last week's hours."""
    agreement = Agreement.objects.get(business=business, client__name="Baan Coffee Roasters")
    timer.start_timer(
        user=business.owner,
        agreement=agreement,
        note="Captions for next week",
        actor=actor,
        now=now - timedelta(minutes=41, seconds=12),
    )
    days = [(now - timedelta(days=back)).date().isoformat() for back in (6, 5, 3)]
    rows = [
        f"{days[0]},Helio Ceramics,Trial,Design,Moodboard,1.25,Yes,Nan,Kittisak",
        f"{days[1]},Helio Ceramics,Trial,Design,Templates for stories,2.50,Yes,Nan,Kittisak",
        f"{days[1]},River Bikes,Logo,Design,Sketches,0.75,Yes,Nan,Kittisak",
        f"{days[2]},Helio Ceramics,Trial,Calls,Call with the studio,soon,Yes,Nan,Kittisak",
    ]
    data = (HEADING + "\n".join(rows)).encode()
    time_import.read_export(
        business=business, file_name="harvest_time_report.csv", data=data, actor=actor, now=now
    )
