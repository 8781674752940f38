"""The sentences of the security log and the subjects of its emails, by the event's `what`."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.models import SecurityEvent
from core.models.audit import SafetyKind
from core.team.role_words import ROLE_NAMES

FAILED = "sign_in_failed"


@dataclass(frozen=True)
class Told:
    """The kind of an event, its sentence, and the subject of the email; "" for none.

    What `is_of_staff` was done by somebody who runs the installation.
    """

    kind: SafetyKind
    sentence: str | Promise
    subject: str | Promise = ""
    is_of_staff: bool = False


SIGN_IN = _("How you sign in has changed")
RIGHTS = _("Your rights have changed")
CREDENTIALS, FACTOR = SafetyKind.CREDENTIALS, SafetyKind.SECOND_FACTOR

#: By allauth's name for the email that it would write.
OF_ALLAUTH: dict[str, Told] = {
    "account/email/password_changed": Told(CREDENTIALS, _("Your password was changed."), SIGN_IN),
    "account/email/password_set": Told(
        CREDENTIALS, _("A password was set for your account."), SIGN_IN
    ),
    "account/email/password_reset": Told(
        CREDENTIALS,
        _("You forgot your password, and a new one was set by a link in an email."),
        SIGN_IN,
    ),
    "account/email/email_changed": Told(
        CREDENTIALS,
        _("The email address of your account is no longer %(from_email)s, but %(to_email)s."),
        SIGN_IN,
    ),
    "account/email/email_deleted": Told(
        CREDENTIALS,
        _("The email address %(deleted_email)s was removed from your account."),
        SIGN_IN,
    ),
    "mfa/email/totp_activated": Told(
        FACTOR, _("An authenticator app was added as your second factor."), SIGN_IN
    ),
    "mfa/email/totp_deactivated": Told(
        FACTOR, _("The authenticator app is no longer your second factor."), SIGN_IN
    ),
    "mfa/email/recovery_codes_generated": Told(
        FACTOR, _("New recovery codes were made. Earlier ones do not work any more."), SIGN_IN
    ),
    "mfa/email/webauthn_added": Told(FACTOR, _("A passkey was added to your account."), SIGN_IN),
    "mfa/email/webauthn_removed": Told(
        FACTOR, _("A passkey was removed from your account."), SIGN_IN
    ),
}

#: What those who run the installation did to a business (core.system.by_staff).
OF_STAFF: dict[str, Told] = {
    "staff_opened": Told(
        SafetyKind.STAFF,
        _("An administrator opened %(row)s. The reason given: %(reason)s"),
        _("An administrator opened your data"),
        is_of_staff=True,
    ),
    "business_suspended": Told(
        SafetyKind.STAFF,
        _(
            "An administrator suspended your business: its pages are closed, and nothing is "
            "charged. The reason given: %(reason)s"
        ),
        _("Your business was suspended"),
        is_of_staff=True,
    ),
    "business_resumed": Told(
        SafetyKind.STAFF,
        _("An administrator ended the suspension of your business. The reason given: %(reason)s"),
        _("Your business is open again"),
        is_of_staff=True,
    ),
    "staff_sent_again": Told(
        SafetyKind.STAFF,
        _("An administrator sent %(row)s again. The reason given: %(reason)s"),
        _("An administrator sent an email again"),
        is_of_staff=True,
    ),
    "staff_released": Told(
        SafetyKind.STAFF,
        _("An administrator started an automatic task again. The reason given: %(reason)s"),
    ),
    "staff_revoked_key": Told(
        SafetyKind.API_KEYS,
        _(
            "An administrator revoked the API key “%(name)s”, which ends in %(hint)s. The reason "
            "given: %(reason)s"
        ),
        _("An API key was revoked"),
        is_of_staff=True,
    ),
}

_OTHERS = OF_ALLAUTH | OF_STAFF
TOLD: dict[str, Told] = _OTHERS | {
    "signed_in": Told(SafetyKind.SIGNED_IN, _("Signed in.")),
    "signed_in_new": Told(
        SafetyKind.SIGNED_IN,
        _("You signed in on a device that you had not used here before."),
        _("New sign-in to your account"),
    ),
    FAILED: Told(SafetyKind.FAILED, ""),
    "session_ended": Told(
        SafetyKind.SESSIONS, _("A session was ended: %(device)s, %(ip)s."), _("A session was ended")
    ),
    "sessions_ended": Told(
        SafetyKind.SESSIONS, _("All other sessions were ended."), _("All other sessions were ended")
    ),
    "second_factor_reset": Told(
        FACTOR,
        _(
            "An administrator removed your second factors and ended all your sessions. The reason "
            "given: %(reason)s"
        ),
        _("Your second factor was removed"),
    ),
    "is_active": Told(CREDENTIALS, _("Your account was activated."), RIGHTS),
    "not_is_active": Told(CREDENTIALS, _("Your account was deactivated."), RIGHTS),
    "is_staff": Told(CREDENTIALS, _("You were made a member of the staff."), RIGHTS),
    "not_is_staff": Told(CREDENTIALS, _("You are no longer a member of the staff."), RIGHTS),
    "is_superuser": Told(CREDENTIALS, _("You were given all rights in the admin site."), RIGHTS),
    "not_is_superuser": Told(
        CREDENTIALS, _("You no longer have all rights in the admin site."), RIGHTS
    ),
    "permissions_changed": Told(
        CREDENTIALS, _("Your permissions in the admin site were changed."), RIGHTS
    ),
    "bank_changed": Told(
        SafetyKind.BANK,
        _("The bank details on your invoices were changed. Clients now transfer to: %(account)s."),
        _("Your bank details were changed"),
    ),
    "bank_removed": Told(
        SafetyKind.BANK,
        _("The bank details on your invoices were removed."),
        _("Your bank details were removed"),
    ),
    "gateway_connected": Told(
        SafetyKind.GATEWAY,
        _("An account at %(gateway)s was connected, with the key %(hint)s."),
        _("A payment account was connected"),
    ),
    "gateway_changed": Told(
        SafetyKind.GATEWAY,
        _("The key of your account at %(gateway)s was replaced. It is now %(hint)s."),
        _("A payment account was changed"),
    ),
    "api_key_made": Told(
        SafetyKind.API_KEYS,
        _("The API key “%(name)s”, which ends in %(hint)s, was made."),
        _("An API key was made"),
    ),
    "api_key_revoked": Told(
        SafetyKind.API_KEYS,
        _("The API key “%(name)s”, which ends in %(hint)s, was revoked."),
        _("An API key was revoked"),
    ),
    "export_downloaded": Told(
        SafetyKind.EXPORTS,
        _("An export was downloaded: %(export)s."),
        _("Your data was downloaded"),
    ),
    "team_invited": Told(
        SafetyKind.TEAM,
        _("%(email)s was invited into your team. Role: %(role)s."),
        _("Your team was changed"),
    ),
    "team_invitation_withdrawn": Told(
        SafetyKind.TEAM, _("The invitation of %(email)s was withdrawn.")
    ),
    "team_joined": Told(SafetyKind.TEAM, _("%(name)s joined your team. Role: %(role)s.")),
    "team_role_changed": Told(
        SafetyKind.TEAM,
        _("The role of %(name)s was changed. It is now: %(role)s."),
        _("Your team was changed"),
    ),
    "team_removed": Told(
        SafetyKind.TEAM, _("%(name)s was removed from your team."), _("Your team was changed")
    ),
    "person_erased": Told(
        SafetyKind.ERASED,
        _("The data of a person at a client (%(reference)s) was erased on request."),
        _("Data of a client was erased"),
    ),
    "client_erased": Told(
        SafetyKind.ERASED,
        _("The data of a client (%(reference)s) and its people was erased on request."),
        _("Data of a client was erased"),
    ),
    "person_downloaded": Told(
        SafetyKind.EXPORTS,
        _("The data of a person at a client (%(reference)s) was downloaded."),
        _("Your data was downloaded"),
    ),
    "second_factor_required": Told(
        SafetyKind.RULES,
        _("Everybody who signs in to your business now needs a second factor."),
        _("Your security settings were changed"),
    ),
    "second_factor_optional": Told(
        SafetyKind.RULES,
        _("A second factor is no longer required to sign in to your business."),
        _("Your security settings were changed"),
    ),
}


def sentence(event: SecurityEvent) -> str:
    """What happened, in the active language."""
    if event.what == FAILED:
        return ngettext(
            "Signing in as %(email)s failed: a wrong password or code was entered.",
            "Signing in as %(email)s failed %(count)d times within an hour: a wrong password or "
            "code was entered.",
            event.count,
        ) % {"count": event.count, "email": event.facts.get("email", "")}
    told, facts = TOLD.get(event.what), dict(event.facts)
    if "role" in facts:
        facts["role"] = str(ROLE_NAMES.get(facts["role"], facts["role"]))
    return str(told.sentence) % facts if told else event.what
