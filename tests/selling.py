"""A retainer is proposed and signed over HTTP, as its two people do it in their browsers."""

import re
from collections.abc import Callable

from tests.person import Person, letter


def sign(owner: Person, kaew: Person, site: str, read: Callable[[str, str], str] = letter) -> str:
    """The owner proposes, Kaew picks a tier and signs; return the address of the agreement.

    `read` finds the text of an email by its site and subject.
    """
    owner.go("/clients/new/")
    owner.go(
        "/clients/new/",
        name="Rim Nam Hotel",
        contact_name="Kaew",
        contact_email="kaew@rimnam.example",
        language="en",
        time_zone="Asia/Bangkok",
    )
    client = owner.at
    owner.go(f"{client}propose/")
    start = re.search(r'name="starts_on" value="([\d-]+)"', owner.page)
    contact = re.search(r'name="contact".*?<option value="([^"]+)"', owner.page, re.S)
    assert start and contact
    owner.go(
        f"{client}propose/",
        title="Hotel retainer",
        contact=contact[1],
        currency="USD",
        language="en",
        interval="monthly",
        starts_on=start[1],
        notice_days="30",
        minimum_months="3",
        tier__TOTAL_FORMS="3",
        tier__INITIAL_FORMS="0",
        tier__0__name="Essential",
        tier__0__fee="3000",
        tier__0__response_hours="24",
        tier__0__adds="Daily posts",
        tier__1__name="Growth",
        tier__1__fee="5,000",
        tier__1__response_hours="24",
        tier__1__is_recommended="on",
        tier__2__name="Partner",
        tier__2__fee="10000",
        tier__2__response_hours="8",
    )
    assert "A draft: only you can see it." in owner.page
    owner.go(f"{owner.at}send/", go="yes")

    link = re.search(r"""http[^"\s<]+/p/[^"\s<]+""", read(site, "Hotel retainer"))
    assert link
    kaew.go(link[0])
    kaew.go(link[0], go="yes")
    tier = re.findall(r'name="tier"\s+value="([^"]+)"', kaew.page)[1]
    kaew.go(kaew.at, tier=tier)
    agreement = kaew.at
    kaew.go(agreement, name="Kaew", consent="on")
    code = re.search(r"\b(\d{6})\b", read(site, "Your code to sign: Hotel retainer"))
    assert code
    kaew.go(kaew.at, code=code[1])
    return agreement
