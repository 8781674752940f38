"""Which passwords are refused besides short ones: names of the place, and common words in disguise.

The names are the product's, the host's and the business's (docs/trust.md).
"""

from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.utils.translation import gettext as _

from core.models import User

SHORTEST = 4  # letters of a name that counts: a shorter one is in many good passwords


class NamesOfThePlace:
    """Refuses a password that is a name of the place, whatever digits and signs are around it."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError for such a password. The signature is Django's."""
        typed = _letters(password)
        for name in _names(user):
            rest = typed.replace(name, "")
            if len(name) >= SHORTEST and name in typed and len(rest) < SHORTEST:
                raise ValidationError(self.get_help_text(), code="password_is_a_name")

    def get_help_text(self) -> str:
        """What to do instead, under the field. The name is Django's."""
        return _("Use more than the name of this site or of your business.")


class CommonInDisguise(CommonPasswordValidator):
    """Refuses a common password with digits and signs around it, as people disguise one."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError for such a password. The signature is Django's."""
        bare = password.strip().lower().strip("0123456789!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~ ")
        super().validate(bare, user)


def _letters(text: str) -> str:
    return "".join(each for each in text.casefold() if each.isalpha())


def _names(user: User | None) -> list[str]:
    """The names, longest first, so that one inside another leaves nothing over."""
    found = ["Retainer Hub", urlsplit(settings.SITE_URL).hostname or ""]
    with suppress(AttributeError, ObjectDoesNotExist):  # who signs up has no business yet
        found.append(user.business.name if user else "")
    return sorted(map(_letters, found), key=len, reverse=True)
