"""The admin site shows what a person can read: sums with their currency, and names as written."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from billing.models import Invoice, InvoiceLine
from billing.runs.billing_run import run_billing
from core.models import OutboxEmail, SecurityEvent, User
from tests.browsers import logged_in
from tests.world import NOW, World


def test_sums_have_their_currency_and_thai_names_their_letters(world: World) -> None:
    client = world.client(name="บ้านกาแฟ", legal_name="บ้านกาแฟ")
    world.running(client, currency="THB", amount=12_345_00, collect_by="transfer", card="")
    run_billing(now=NOW, door="test")
    invoice = Invoice.objects.get()
    line = InvoiceLine.objects.get()
    boss = logged_in(User.objects.create_superuser("root@studio.example", "a quiet river 42"))
    asked = reverse("admin:billing_invoice_reason", args=[invoice.pk])
    boss.post(asked, {"reason": "A ticket of the owner"})
    for name, row in (("invoice", invoice), ("invoiceline", line)):
        for url in (
            reverse(f"admin:billing_{name}_changelist"),
            reverse(f"admin:billing_{name}_change", args=[row.pk]),
        ):
            assert "฿12,345" in boss.get(url).text, url
    page = boss.get(reverse("admin:billing_invoice_change", args=[invoice.pk])).text
    assert "&quot;legal_name&quot;: &quot;บ้านกาแฟ&quot;" in page


def test_nothing_about_how_one_signs_in_changes_in_the_admin_site_untold(world: World) -> None:
    boss = User.objects.create_superuser("root@studio.example", "a quiet river 42")
    browser = logged_in(boss)
    changed = browser.post("/admin/password_change/", {"old_password": "a quiet river 42"})
    assert changed["Location"] == reverse("account_change_password")
    assert not {Authenticator, EmailAddress} & set(admin.site._registry)
    owner = world.business.owner
    former = owner.email
    page = reverse("admin:core_user_change", args=[owner.pk])
    browser.post(page, {"email": "other@studio.example", "name": owner.name, "is_active": "on"})
    owner.refresh_from_db()
    assert owner.email == "other@studio.example"
    told = OutboxEmail.objects.filter(kind="security")
    assert {one.to for one in told} == {former, owner.email}
    assert all("It was done by root@studio.example." in one.text for one in told)


def staff(*permissions: str) -> User:
    """A member of the staff with these permissions and no other."""
    user = User.objects.create_user("staff@studio.example", "a quiet river 42", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def posted(user: User, **changed: str) -> dict[str, str]:
    """The form of a user's page as a browser sends it, with other values."""
    flags = {
        name: "on" for name in ("is_active", "is_staff", "is_superuser") if getattr(user, name)
    }
    return {"email": user.email, "name": user.name} | flags | changed


def test_staff_give_nobody_rights_least_of_all_themselves(world: World) -> None:
    me = staff("change_user", "view_user", "add_user")
    browser, everything = logged_in(me), {"is_staff": "on", "is_superuser": "on"}
    browser.post(reverse("admin:core_user_change", args=[me.pk]), posted(me, **everything))
    owner = world.business.owner
    browser.post(reverse("admin:core_user_change", args=[owner.pk]), posted(owner, **everything))
    browser.post(
        reverse("admin:core_user_add"), {"email": "new@studio.example", "name": "N"} | everything
    )
    assert not User.objects.filter(is_superuser=True).exists()
    assert list(User.objects.filter(is_staff=True)) == [me]


def test_staff_do_not_change_the_address_of_those_who_can_do_more(world: World) -> None:
    boss = User.objects.create_superuser("root@studio.example", "a quiet river 42")
    browser = logged_in(staff("change_user", "view_user", "delete_user"))
    page = reverse("admin:core_user_change", args=[boss.pk])
    assert browser.get(page).status_code == 200, "they may look"
    assert browser.post(page, posted(boss, email="mine@studio.example")).status_code == 403
    assert (
        browser.post(reverse("admin:core_user_delete", args=[boss.pk]), {"post": "yes"}).status_code
        == 403
    )
    boss.refresh_from_db()
    assert boss.email == "root@studio.example"


def test_each_change_of_rights_is_a_line_and_an_email_and_nobody_changes_their_own(
    world: World,
) -> None:
    boss = User.objects.create_superuser("root@studio.example", "a quiet river 42")
    browser, owner = logged_in(boss), world.business.owner
    page = reverse("admin:core_user_change", args=[owner.pk])
    browser.post(page, posted(owner, is_staff="on"))
    owner.refresh_from_db()
    assert owner.is_staff
    browser.post(page, {"email": owner.email, "name": owner.name})  # nothing is ticked
    lines = SecurityEvent.objects.filter(person=owner.pk).order_by("created_at", "pk")
    assert [line.what for line in lines] == ["is_staff", "not_is_active", "not_is_staff"]
    assert {line.who for line in lines} == {"root@studio.example"}
    assert OutboxEmail.objects.filter(kind="security", to=owner.email).count() == 3
    browser.post(reverse("admin:core_user_change", args=[boss.pk]), {"email": boss.email})
    boss.refresh_from_db()
    assert boss.is_superuser and boss.is_active


def test_staff_give_their_own_group_no_permission_and_its_people_are_told_of_new_ones(
    world: World,
) -> None:
    me, group = staff("change_group", "view_group"), Group.objects.create(name="Support")
    me.groups.add(group)
    page = reverse("admin:auth_group_change", args=[group.pk])
    wanted = Permission.objects.get(codename="change_business")
    form = {"name": "Support", "permissions": [wanted.pk]}
    assert logged_in(me).post(page, form).status_code == 403
    assert not group.permissions.exists()
    boss = logged_in(User.objects.create_superuser("root@studio.example", "a quiet river 42"))
    boss.post(page, form)
    assert group.permissions.get() == wanted
    boss.post(reverse("admin:auth_group_delete", args=[group.pk]), {"post": "yes"})
    lines = SecurityEvent.objects.filter(person=me.pk, what="permissions_changed")
    assert lines.count() == OutboxEmail.objects.filter(kind="security", to=me.email).count() == 2
