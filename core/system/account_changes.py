"""Tells people by email when something about how they sign in was changed (rule 81)."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import formats, links
from core.models import Business, User
from core.outbox import emails

#: What changed, by allauth's name for the email that it would write.
CHANGES: dict[str, str | Promise] = {
    "account/email/password_changed": gettext_lazy("Your password was changed."),
    "account/email/password_set": gettext_lazy("A password was set for your account."),
    "account/email/password_reset": gettext_lazy(
        "You forgot your password, and a new one was set by a link in an email."
    ),
    "account/email/email_changed": gettext_lazy(
        "The email address of your account is no longer %(from_email)s, but %(to_email)s."
    ),
    "account/email/email_deleted": gettext_lazy(
        "The email address %(deleted_email)s was removed from your account."
    ),
    "mfa/email/totp_activated": gettext_lazy(
        "An authenticator app was added as your second factor."
    ),
    "mfa/email/totp_deactivated": gettext_lazy(
        "The authenticator app is no longer your second factor."
    ),
    "mfa/email/recovery_codes_generated": gettext_lazy(
        "New recovery codes were made. Earlier ones do not work any more."
    ),
    "mfa/email/webauthn_added": gettext_lazy("A passkey was added to your account."),
    "mfa/email/webauthn_removed": gettext_lazy("A passkey was removed from your account."),
}


def tell(
    *,
    change: str,
    person: User,
    to: str,
    facts: Mapping[str, str],
    ip: str,
    browser: str,
    now: datetime,
) -> None:
    """Email a person, in the active language, what was changed, when, and from where.

    `change` is a key of CHANGES, and `facts` what its sentence names. `to` is the address before
    the change, where that is what changed. Each call is a change of its own.
    """
    business = Business.objects.filter(owner=person).first()
    where = {
        "at": formats.moment(now, business.time_zone if business else "UTC"),
        "ip": ip or _("an unknown address"),
        "browser": browser[:200] or _("an unknown program"),
    }
    emails.write(
        kind="account_changed",
        ref=str(uuid.uuid4()),
        to=to,
        template="note",
        context={
            "subject": _("How you sign in has changed"),
            "name": person.name,
            "paragraphs": [
                str(CHANGES[change]) % facts,
                _("It happened on %(at)s, from %(ip)s, with %(browser)s.") % where,
                _(
                    "If it was not you, choose a new password at once, and tell the administrator "
                    "of this installation."
                ),
            ],
            "button": _("See how you sign in"),
            "link": links.absolute_url("dashboard:you"),
        },
        language=formats.language().code,
        now=now,
    )
