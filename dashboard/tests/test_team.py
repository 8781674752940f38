"""Several people in one business: invited by email, with a role, and removed at once (rule 82)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement
from agreements.rules.states import ProposalState
from agreements.running import periods
from clients.people import corrected_address
from core import links
from core.errors import RuleError
from core.models import Business, Link, Membership, OutboxEmail, TeamInvitation, User
from core.models.link import LinkPurpose
from core.models.outbox import OutboxState
from core.team import invitations, members
from core.team.roles import Role
from core.tenancy import acting_for
from delivery.hours.offline.receive import receive
from delivery.models import TimeEntry, Timer, TimerRun
from tests.browsers import logged_in
from tests.factories import UserFactory
from tests.world import World

NEW = {"name": "Mali Suwan", "password": "a quiet river 42"}
TEAM = "/settings/team/"


@pytest.fixture
def world(db: None, settings: Any) -> World:
    """A business on an installation on which nobody can sign up."""
    settings.SIGNUP = "off"
    return World()


@pytest.fixture
def owner(world: World) -> Browser:
    return logged_in(world.business.owner)


def invited(world: World, email: str = "mali@desk.example", role: str = "assistant") -> str:
    """Invite somebody; return the address of the link that they get."""
    invitations.invite(
        business=world.business,
        email=email,
        role=role,
        by=world.business.owner,
        now=timezone.now(),
    )
    return links.url(Link.objects.filter(purpose=LinkPurpose.JOIN).latest("created_at", "id"))


def with_account(email: str, **fields: Any) -> User:
    """Somebody who has an account with a confirmed address."""
    person: User = UserFactory(email=email, **fields)
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def in_team(world: World, role: Role = Role.ASSISTANT, **fields: Any) -> tuple[Membership, Browser]:
    row = Membership.objects.create(
        business=world.business, user=UserFactory(**{"name": "Mali"} | fields), role=role
    )
    return row, logged_in(row.user)


def running(world: World) -> Agreement:
    """An agreement that has run for some days."""
    now = timezone.now() - timedelta(days=3)
    agreement = world.signed(now=now, starts_on=now.date() + timedelta(days=1))
    periods.open_due(now=timezone.now())
    return agreement


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_owner_invites_and_a_new_person_joins_where_nobody_can_sign_up(
    world: World, owner: Browser
) -> None:
    asked = {"email": "Mali@Desk.example", "role": "assistant"}
    assert owner.post(TEAM, asked).status_code == 302
    email = OutboxEmail.objects.get(kind="team_invitation")
    assert email.to == "mali@desk.example" and world.business.name in email.subject
    assert "mali@desk.example" in text_of(owner.get(TEAM))
    address = links.url(Link.objects.get(purpose=LinkPurpose.JOIN))
    newcomer = Browser()
    assert "Assistant" in text_of(newcomer.get(address))
    assert not User.objects.filter(email="mali@desk.example").exists(), "looking changes nothing"
    assert newcomer.post(address, NEW).url == reverse("dashboard:home")
    person = User.objects.get(email="mali@desk.example")
    assert person.check_password(NEW["password"]) and person.emailaddress_set.get().verified
    assert newcomer.get(reverse("dashboard:time")).status_code == 200
    told = OutboxEmail.objects.get(kind="team_joined")
    assert told.to == world.business.owner.email and "Mali Suwan joined" in told.subject
    assert "Mali Suwan" in text_of(owner.get(TEAM))


def test_an_invitation_is_accepted_once_and_never_after_it_was_withdrawn_or_is_late(
    world: World, owner: Browser
) -> None:
    address = invited(world)
    assert Browser().post(address, NEW).status_code == 302
    assert Browser().post(address, NEW).status_code == 410
    withdrawn = invited(world, "second@desk.example")
    row = TeamInvitation.objects.get(email="second@desk.example")
    owner.post(reverse("dashboard:team_withdraw", args=[row.pk]))
    assert Browser().post(withdrawn, NEW).status_code == 410
    first = invited(world, "third@desk.example")
    row = TeamInvitation.objects.get(email="third@desk.example")
    owner.post(reverse("dashboard:team_resend", args=[row.pk]))
    assert Browser().post(first, NEW).status_code == 410
    late = links.url(Link.objects.filter(subject_id=row.pk, revoked_at=None).get())
    Link.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Browser().post(late, NEW).status_code == 410
    assert Membership.objects.count() == 1


def test_an_account_accepts_only_what_was_sent_to_its_own_address(world: World) -> None:
    address = invited(world)
    thief = logged_in(with_account("thief@else.example"))
    assert "Only mali@desk.example can accept" in text_of(thief.get(address))
    assert thief.post(address).status_code == 403
    mali = with_account("mali@desk.example", name="Mali")
    stranger = Browser()
    page = text_of(stranger.get(address))
    assert reverse("account_login") in page and 'name="password"' not in page
    assert stranger.post(address, NEW).status_code == 200
    assert not Membership.objects.exists()
    assert not User.objects.get(pk=mali.pk).check_password(NEW["password"])
    assert logged_in(mali).post(address).status_code == 302
    assert Membership.objects.get().user == mali


def test_an_account_that_somebody_else_prepared_does_not_keep_its_password(world: World) -> None:
    """Who signed up with the address before, and never confirmed it, does not get in later."""
    User.objects.create_user("mali@desk.example", "the attackers password 1")
    Browser().post(invited(world), NEW)
    person = Membership.objects.get().user
    assert person.check_password(NEW["password"])


def test_no_form_makes_anybody_the_owner_or_raises_their_own_role(
    world: World, owner: Browser
) -> None:
    assert owner.post(TEAM, {"email": "x@desk.example", "role": "owner"}).status_code == 422
    with pytest.raises(invitations.CannotBeInvited):
        invited(world, "x@desk.example", role="owner")
    row, assistant = in_team(world)
    change = reverse("dashboard:team_role", args=[row.pk])
    for role in ("member", "owner"):
        assert assistant.post(change, {"role": role}).status_code == 403
    owner.post(change, {"role": "owner"})
    row.refresh_from_db()
    assert row.role == Role.ASSISTANT
    address = invited(world, "mali2@desk.example")
    Browser().post(address, NEW | {"role": "member", "is_staff": "on"})
    joined = Membership.objects.get(user__email="mali2@desk.example")
    assert joined.role == Role.ASSISTANT and not joined.user.is_staff
    owner.post(change, {"role": "accountant"})
    row.refresh_from_db()
    assert row.role == Role.ACCOUNTANT
    assert assistant.get(reverse("dashboard:time")).status_code == 403


def test_the_owner_cannot_be_removed_or_invited(world: World, owner: Browser) -> None:
    answer = owner.post(TEAM, {"email": world.business.owner.email.upper(), "role": "member"})
    assert answer.status_code == 422 and "belongs to this person" in text_of(answer)
    assert (
        owner.post(reverse("dashboard:team_remove", args=[world.business.owner.pk])).status_code
        == 404
    )
    row, _browser = in_team(world)
    owner.post(reverse("dashboard:team_remove", args=[row.pk]))
    assert owner.get(reverse("dashboard:home")).status_code == 200


def test_who_is_removed_loses_the_business_with_the_next_request(
    world: World, owner: Browser
) -> None:
    row, assistant = in_team(world)
    agreement = running(world)
    words = {"agreement": agreement.pk, "note": "Drafts"}
    assistant.post(reverse("dashboard:timer_start"), words)
    assert Timer.objects.get().user == row.user
    assert owner.post(reverse("dashboard:team_remove", args=[row.pk])).status_code == 302
    answer = assistant.get(reverse("dashboard:time"))
    assert answer.status_code == 403 and "do not belong to a business" in text_of(answer)
    assert world.business.name not in text_of(answer)
    assert assistant.get(reverse("dashboard:welcome")).status_code == 403, (
        "no business of their own"
    )
    assert not Timer.objects.exists()
    again = members.members(world.business)
    assert not again.exists()
    browser = Browser()
    row.user.emailaddress_set.create(email=row.user.email, verified=True, primary=True)
    browser.force_login(row.user)
    assert browser.post(invited(world, row.user.email)).status_code == 302
    assert assistant.get(reverse("dashboard:time")).status_code == 200


def test_who_was_removed_can_still_secure_their_account(world: World) -> None:
    row, browser = in_team(world)
    members.remove(membership=row, by=world.business.owner, now=timezone.now())
    for name in ("not_me", "confirm"):
        assert browser.get(reverse(f"dashboard:{name}")).status_code == 200, name
    elsewhere = logged_in(row.user)
    assert "/password/" in browser.post(reverse("dashboard:not_me"))["Location"]
    assert elsewhere.get(reverse("dashboard:not_me")).status_code == 302, "that session ended"
    assert browser.get(reverse("dashboard:todo")).status_code == 403


def test_what_a_person_does_is_recorded_under_their_own_name(world: World) -> None:
    row, assistant = in_team(world)
    agreement = running(world)
    line = {"agreement": agreement.pk, "on": agreement.starts_on, "minutes": "1h", "note": "Drafts"}
    assert assistant.post(reverse("dashboard:time"), line).status_code == 302
    assert TimeEntry.objects.get().actor == f"Mali <{row.user.email}>"
    assistant.post(reverse("dashboard:you"), {"name": "Mali S."})
    row.user.refresh_from_db()
    world.business.owner.refresh_from_db()
    assert row.user.name == "Mali S." and world.business.owner.name != "Mali S."


def test_a_person_of_two_businesses_switches_and_sees_one_at_a_time(world: World) -> None:
    row, browser = in_team(world)
    other = World()
    Membership.objects.create(business=other.business, user=row.user, role=Role.MEMBER)
    client, foreign = world.client("Baan Coffee"), other.client("Lanna Legal")
    User.objects.filter(pk=row.user_id).update(business_in_use=world.business)
    page = text_of(browser.get(reverse("dashboard:clients")))
    assert "Baan Coffee" in page and "Lanna Legal" not in page and other.business.name in page
    assert browser.get(reverse("dashboard:client", args=[foreign.pk])).status_code == 404
    switch = reverse("dashboard:team_switch", args=[other.business.pk])
    assert browser.post(switch).status_code == 302
    assert browser.get(reverse("dashboard:client", args=[foreign.pk])).status_code == 200
    assert browser.get(reverse("dashboard:client", args=[client.pk])).status_code == 404
    assert logged_in(row.user).get(reverse("dashboard:settings_business")).status_code == 200
    stranger = World().business
    refused = browser.post(reverse("dashboard:team_switch", args=[stranger.pk]))
    assert refused.status_code == 404
    User.objects.filter(pk=row.user_id).update(business_in_use=stranger)
    assert browser.get(reverse("dashboard:client", args=[client.pk])).status_code == 200


def test_nobody_goes_on_in_a_suspended_business(world: World) -> None:
    row, browser = in_team(world)
    other = World()
    Membership.objects.create(business=other.business, user=row.user, role=Role.MEMBER)
    User.objects.filter(pk=row.user_id).update(business_in_use=world.business)
    Business.objects.filter(pk=other.business.pk).update(is_suspended=True)
    switch = reverse("dashboard:team_switch", args=[other.business.pk])
    assert "is suspended. Nobody can work in it" in text_of(browser.post(switch, follow=True))
    row.user.refresh_from_db()
    assert row.user.business_in_use == world.business


def test_a_suspended_business_keeps_nobody_from_their_other_one(world: World) -> None:
    other = World()
    person = other.business.owner
    Membership.objects.create(business=world.business, user=person, role=Role.ASSISTANT)
    for chosen, closed, works_in in (
        (world.business, world.business, other.business),
        (other.business, other.business, world.business),
    ):
        person.business_in_use = chosen
        person.save()
        Business.objects.filter(pk=closed.pk).update(is_suspended=True)
        page = logged_in(person).get(reverse("dashboard:todo"))
        assert (page.status_code, acting_for(person)[0]) == (200, works_in)
        Business.objects.filter(pk=closed.pk).update(is_suspended=False)
    Business.objects.update(is_suspended=True)
    assert logged_in(person).get(reverse("dashboard:todo")).status_code == 403


def test_nobody_leads_an_invitation_that_did_not_arrive_to_another_address(world: World) -> None:
    """Its link makes an account of the invited address, which a client's person can have, too."""
    invited(world, "typo@desk.example", "accountant")
    OutboxEmail.objects.filter(kind="team_invitation").update(state=OutboxState.FAILED)
    contact = world.person(world.client(now=timezone.now()))
    type(contact).objects.filter(pk=contact.pk).update(email="typo@desk.example")
    letter = OutboxEmail.objects.get(kind="team_invitation")
    with pytest.raises(RuleError):
        corrected_address.send_to(
            business=world.business, email=letter, address="mine@desk.example", now=timezone.now()
        )
    letter.refresh_from_db()
    assert (letter.to, letter.state) == ("typo@desk.example", OutboxState.FAILED)


def test_a_refused_page_says_whom_to_ask(world: World) -> None:
    _row, assistant = in_team(world)
    answer = assistant.get(reverse("dashboard:paying"))
    assert answer.status_code == 403
    assert f"Ask {world.business.owner.get_full_name()}" in text_of(answer)


def test_menu_search_and_to_do_list_show_what_the_role_may_do(world: World) -> None:
    agreement = running(world)
    _row, assistant = in_team(world)
    page = text_of(assistant.get(reverse("dashboard:todo")))
    for name in ("income", "paying", "packages", "bank", "net_to_me"):
        assert f'href="{reverse(f"dashboard:{name}")}"' not in page, name
    for name in ("time", "clients", "requests", "invoices"):
        assert f'href="{reverse(f"dashboard:{name}")}"' in page, name
    found = text_of(assistant.get(reverse("dashboard:search"), {"q": "bank", "lines": ""}))
    assert reverse("dashboard:bank") not in found and reverse("dashboard:paying") not in found
    shown = text_of(assistant.get(reverse("dashboard:agreement", args=[agreement.pk])))
    assert reverse("dashboard:agreement_pause", args=[agreement.pk]) not in shown
    assert reverse("dashboard:agreement_end", args=[agreement.pk]) not in shown


def test_invitations_are_limited(world: World, owner: Browser) -> None:
    for number in range(10):
        owner.post(TEAM, {"email": f"p{number}@desk.example", "role": "member"})
    owner.post(TEAM, {"email": "more@desk.example", "role": "member"})
    assert OutboxEmail.objects.filter(kind="team_invitation").count() == 10
    with pytest.raises(invitations.CannotBeInvited):
        for number in range(10, 21):
            invited(world, f"p{number}@desk.example")
    assert invitations.waiting(world.business).count() == invitations.MOST_OPEN


def test_what_signs_for_the_business_is_the_owners(world: World, owner: Browser) -> None:
    """Unless the business signs last, sending a proposal is its signature (rule 28)."""
    _row, member = in_team(world, Role.MEMBER)
    draft = world.proposal(send=False)
    send = reverse("dashboard:proposal_send", args=[draft.pk])
    seen = {"seen": draft.revision}
    refused = text_of(member.post(send, seen, follow=True))
    assert f"Ask {world.business.owner.get_full_name()} to send it" in refused
    draft.refresh_from_db()
    assert draft.state == ProposalState.DRAFT
    draft.countersigns = True
    draft.save(update_fields=["countersigns"])
    member.post(send, seen)
    draft.refresh_from_db()
    assert draft.state == ProposalState.SENT
    agreement = world.picked(draft)
    sign_it = reverse("dashboard:agreement_countersign", args=[agreement.pk])
    assert member.post(sign_it).status_code == 403
    assert owner.post(sign_it).status_code == 302


def test_a_timer_of_the_team_leaves_the_owners_devices_alone(world: World) -> None:
    """Timers of devices are merged as those of one person (rule 75), who is the owner."""
    _row, assistant = in_team(world)
    agreement = running(world)
    run, now = str(uuid4()), timezone.now()
    clock = int((now - timedelta(hours=1)).timestamp() * 1000)
    start = {"id": run, "run": run, "counter": 1, "kind": "start", "clock": clock}
    receive(
        business=world.business,
        user=world.business.owner,
        device=uuid4(),
        sent=now,
        events=[start | {"agreement": str(agreement.pk)}],
        now=now,
        actor="Nan",
    )
    assistant.post(reverse("dashboard:timer_start"), {"agreement": agreement.pk, "note": "Drafts"})
    assert Timer.objects.exists()
    assert TimerRun.objects.get(run=run).ended_at is None
    assert assistant.get(reverse("dashboard:phone")).status_code == 403
