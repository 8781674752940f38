"""Template tags of every page: the filters of core.formats, icons, form tokens, the active menu."""

import re
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import dates, formats, languages
from core.system import invite, rows_set_aside

register = template.Library()
SHOWN = 20  # rows set aside, on one page

FORMATS = (
    formats.money,
    formats.day,
    formats.day_short,
    formats.weekday,
    formats.weekday_short,
    formats.month,
    formats.months,
    formats.month_name,
    formats.month_short,
    formats.last_day,
    formats.days,
    formats.span,
    formats.span_short,
    formats.moment,
    formats.hours,
    formats.spent,
    formats.hours_signed,
    formats.hours_number,
    formats.clock,
    formats.number,
    formats.signed,
    formats.number_short,
    formats.percent,
    formats.initials,
    formats.share,
)
for format_function in FORMATS:
    register.filter(format_function.__name__, format_function)


@register.filter
def local_day(instant: datetime, zone: str) -> date:
    """The day of an instant in a time zone."""
    return dates.local_day(instant, zone)


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    """The value of a key in a mapping; None if the key is missing."""
    return mapping.get(key)


@register.filter
def figure(text: str, name: str) -> SafeString:
    """A sum that a script of the page may replace with another one of the same name."""
    return format_html('<span data-figure="{}">{}</span>', name, text)


@register.filter
def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, which empty lines separate; none for an empty text."""
    parts = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n"))
    return [part.strip() for part in parts if part.strip()]


@register.simple_tag
def other_languages() -> list[languages.Language]:
    """The languages that a reader of the active one can switch to."""
    return [languages.of(code) for code in languages.others(formats.language().code)]


@register.simple_tag
def invitations_are_on() -> bool:
    """Whether an administrator can invite somebody to this installation."""
    return invite.invites()


@register.simple_tag
def nobody_is_here() -> bool:
    """Whether this installation has no first owner yet."""
    return invite.is_empty()


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """A vendored Tabler icon. It is decoration, and hidden from screen readers."""
    sheet = static("vendor/tabler-icons/icons.svg")
    return format_html(
        '<svg class="rh-icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        css,
        sheet,
        name,
    )


@register.simple_tag(takes_context=True)
def once(context: template.Context) -> SafeString:
    """A hidden field with a token that allows a form to be saved only once.

    If the form is shown again with errors, it keeps its token.
    """
    token = context["request"].POST.get("once") or uuid.uuid4().hex
    return format_html('<input type="hidden" name="once" value="{}">', token[:32])


@register.simple_tag(takes_context=True)
def stands_still(context: template.Context) -> bool:
    """Whether to say that the installation stands still; /jobs/ says it by itself."""
    match = context["request"].resolver_match
    is_said_there = match is not None and match.url_name == "jobs"
    return not is_said_there and "doubt" in context["frame"]


@register.inclusion_tag("components/set_aside.html", takes_context=True)
def set_aside_here(context: template.Context) -> dict[str, Any]:
    """What jobs have set aside of the row, or the business, that this page shows."""
    request = context["request"]
    business = getattr(request, "business", None)
    shown = rows_set_aside.shown_on(request.resolver_match, business)
    rows = list(shown[:SHOWN]) if "set_aside" in context["frame"] else []
    for row in rows:
        row.said = rows_set_aside.sentence(row)  # type: ignore[attr-defined]
    return {
        "rows": rows,
        "zone": business.time_zone if business else "UTC",
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag(takes_context=True)
def active(context: template.Context, *names: str) -> str:
    """The aria-current value of a menu entry: "page" on pages with one of these URL names."""
    match = context["request"].resolver_match
    return "page" if match and match.url_name in names else ""
