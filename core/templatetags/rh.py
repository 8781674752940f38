"""The template tags of every page: core.formats as filters, icons, and marks of forms and menus."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import formats

register = template.Library()

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
    formats.span,
    formats.span_short,
    formats.moment,
    formats.hours,
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
for each in FORMATS:
    register.filter(each.__name__, each)


@register.filter
def get(found: Mapping[Any, Any], key: Any) -> Any:
    """What a mapping has under a key; None where it has nothing."""
    return found.get(key)


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """One of the vendored Tabler icons; decoration only, so hidden from screen readers."""
    sheet = static("vendor/tabler-icons/icons.svg")
    return format_html(
        '<svg class="rh-icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        css,
        sheet,
        name,
    )


@register.simple_tag(takes_context=True)
def once(context: template.Context) -> SafeString:
    """A mark that lets a form be saved once: kept while it is refused, so that the mended one still counts."""
    mark = context["request"].POST.get("once") or uuid.uuid4().hex
    return format_html('<input type="hidden" name="once" value="{}">', mark[:32])


@register.simple_tag(takes_context=True)
def active(context: template.Context, *names: str) -> str:
    """Whether the page shown is one of these url names, as the aria-current value."""
    match = context["request"].resolver_match
    return "page" if match and match.url_name in names else ""
