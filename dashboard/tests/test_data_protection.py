"""The owner chooses how long emails are kept and whether their opening is recorded."""

from django.urls import reverse

from core.models import Business, Membership
from core.team.roles import Role
from tests.browsers import logged_in
from tests.factories import UserFactory
from tests.world import World


def test_what_was_chosen_is_saved_and_other_lengths_are_refused(world: World) -> None:
    browser, page = logged_in(world.business.owner), reverse("dashboard:data_protection")
    assert browser.post(page, {"email_months": "72"}).status_code == 302
    business = Business.objects.get(pk=world.business.pk)
    assert (business.email_months, business.tracking_picture) == (72, False)
    assert browser.post(page, {"email_months": "1"}).status_code == 422


def test_nobody_but_the_owner_has_the_text_of_emails_deleted_sooner(world: World) -> None:
    page = reverse("dashboard:data_protection")
    member = Membership.objects.create(
        business=world.business, user=UserFactory(name="Mali"), role=Role.MEMBER
    )
    assert logged_in(member.user).post(page, {"email_months": "12"}).status_code == 403
    assert Business.objects.get(pk=world.business.pk).email_months == 24
