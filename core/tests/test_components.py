"""Components render their text once, put slots in their places, and refuse unknown arguments."""

import re
from typing import Any

import pytest
from django.template import TemplateSyntaxError, engines
from django.test import RequestFactory
from django.urls import reverse


def drawn(source: str, **context: Any) -> str:
    """A page of this source, its line breaks and indentation taken out."""
    template = engines["django"].from_string("{% load i18n rh components %}" + source)  # type: ignore[attr-defined]
    html = template.render(context, RequestFactory().get("/"))
    return re.sub(
        r" (?=>)", "", re.sub(r"\s+", " ", re.sub(r">\s+|\s+<", lambda m: m[0].strip(), html))
    )


TABLE = """{% table %}
  {% column _("Client") "name" %}
  {% if with_tax %}{% column _("Tax") "sum" %}{% endif %}
  {% column _("Amount") "sum" %}
  {% column _("Buttons") "hidden" %}
  {% for name, tax, amount in rows %}
    {% row %}
      {% cell %}{{ name }}{% endcell %}
      {% if with_tax %}{% cell %}{{ tax }}{% endcell %}{% endif %}
      {% cell css="is-wide" %}{{ amount }}{% endcell %}
      {% cell %}{% endcell %}
    {% endrow %}
  {% endfor %}
{% endtable %}"""


@pytest.mark.parametrize("with_tax", [True, False])
def test_each_cell_has_the_label_of_its_own_column(with_tax: bool) -> None:
    html = drawn(TABLE, rows=[("A & B", 7, 107)], with_tax=with_tax)
    assert (
        '<th scope="col">Client</th>' in html
        and '<th scope="col" class="is-sum">Amount</th>' in html
    )
    assert '<th scope="col"><span class="visually-hidden">Buttons</span></th>' in html
    assert '<td class="is-name">A &amp; B</td>' in html and "<td></td>" in html
    assert '<td class="is-sum is-wide" data-label="Amount">107</td>' in html
    assert ('<td class="is-sum" data-label="Tax">7</td>' in html) == with_tax


def test_two_tables_of_a_page_do_not_mix_their_labels() -> None:
    inner = '{% table %}{% column "B" %}{% row %}{% cell %}2{% endcell %}{% endrow %}{% endtable %}'
    html = drawn(
        '{% table %}{% column "A" %}{% for n in "12" %}'
        "{% row %}{% cell %}1{% endcell %}{% endrow %}{% endfor %}"
        "{% endtable %}" + inner
    )
    assert re.findall(r'data-label="(\w)">(\d)', html) == [("A", "1"), ("A", "1"), ("B", "2")]


def test_a_row_that_lacks_a_cell_is_refused_when_the_template_is_read() -> None:
    with pytest.raises(TemplateSyntaxError, match="1 cells stands in a table of 2 columns"):
        drawn(
            '{% table %}{% column "A" %}{% column "B" %}'
            "{% row %}{% cell %}1{% endcell %}{% endrow %}{% endtable %}"
        )


@pytest.mark.parametrize(
    "source",
    [
        '{% card "A" colour="red" %}{% endcard %}',
        '{% card "A" %}{% slot footer %}{% endslot %}{% endcard %}',
        '{% card "A" %}{% if 1 %}{% slot note %}{% endslot %}{% endif %}{% endcard %}',
        '{% notice "bad" "icon" "css" "alert" "more" %}{% endnotice %}',
        '{% table %}{% column "A" "wide" %}{% endtable %}',
        "{% table %}{% endtable %}",
    ],
)
def test_what_a_component_does_not_know_is_an_error(source: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        drawn(source)


def test_a_card_is_named_by_its_heading_and_keeps_room_for_its_actions() -> None:
    source = (
        '{% card _("Notes") id="notes" %}'
        "{% slot actions %}{% if pressed %}<b>Add</b>{% endif %}{% endslot %}x{% endcard %}"
    )
    html = drawn(source, pressed=True)
    assert html.startswith('<section class="rh-card" aria-labelledby="notes">')
    assert '<h2 id="notes">Notes</h2>' in html and "<b>Add</b></header>" in html
    assert "<header>" in drawn(source), "the heading must not jump when the button goes away"
    assert "<header>" not in drawn('{% card _("Notes") %}x{% endcard %}')


def test_a_component_does_not_hide_the_variables_of_the_page() -> None:
    html = drawn(
        '{% card "Card" id="c" %}{{ heading }} {{ id }}{% endcard %} {{ heading }}',
        heading="Page",
        id=7,
    )
    assert "Page 7</section>Page" in html


def test_what_a_person_typed_is_escaped_wherever_it_is_handed_in() -> None:
    bad = '"><script>'
    html = drawn(
        "{% card bad id=bad %}{% endcard %}{% notice bad icon=bad role=bad %}{% endnotice %}"
        "{% post_button css=bad confirm=bad %}{{ bad }}{% endpost_button %}"
        "{% fact bad css=bad %}{% endfact %}"
        "{% table css=bad %}{% column bad %}"
        "{% row %}{% cell css=bad label=bad %}{% endcell %}{% endrow %}{% endtable %}",
        bad=bad,
    )
    assert "<script>" not in html


def test_a_posting_button_brings_its_address_its_question_and_its_fields() -> None:
    html = drawn(
        '{% post_button "dashboard:client_files" pk css="btn-sm btn-danger" %}'
        "{% slot confirm %}{% blocktranslate trimmed %}\n  Really,\n  {{ name }}?\n"
        "{% endblocktranslate %}{% endslot %}"
        '{% slot fields %}<input type="hidden" name="a" value="1">{% endslot %}'
        "Go{% endpost_button %}",
        pk="01a2234b-506c-7b04-927f-eca05459f2cb",
        name="<Ann>",
    )
    address = reverse("dashboard:client_files", args=["01a2234b-506c-7b04-927f-eca05459f2cb"])
    assert f'<form method="post" action="{address}" data-confirm="Really, &lt;Ann&gt;?">' in html
    assert (
        'name="csrfmiddlewaretoken"' in html and '<input type="hidden" name="a" value="1">' in html
    )
    assert '<button class="btn btn-sm btn-danger">Go</button></form>' in html
    assert "action=" not in drawn("{% post_button %}Go{% endpost_button %}"), (
        "without an address it posts to its page"
    )
