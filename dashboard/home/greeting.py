"""How the overview greets whoever opens it."""

from django.utils.translation import gettext as _

NOON, EVENING = 12, 18  # hours


def greeting(name: str, hour: int) -> str:
    """Return the greeting of an hour of the day; without a name nobody is named."""
    if not name:
        return (
            _("Good morning")
            if hour < NOON
            else _("Good afternoon")
            if hour < EVENING
            else _("Good evening")
        )
    words = (
        _("Good morning, %(name)s")
        if hour < NOON
        else _("Good afternoon, %(name)s")
        if hour < EVENING
        else _("Good evening, %(name)s")
    )
    return words % {"name": name}
