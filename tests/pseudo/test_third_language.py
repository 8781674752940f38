"""A further language needs its entry and its texts; what was stored before stays usable."""

from collections.abc import Iterator

import pytest
from django.urls import reverse

from agreements.contract import clauses, templates
from agreements.models import Template
from agreements.models.reusable import TextKind
from agreements.proposals import lifecycle
from agreements.rules.errors import BadWording
from dashboard.agreements.forms.wording import clause_initial
from tests.browsers import logged_in
from tests.pseudo import language
from tests.world import NOW, World

SIDE = {"title": "Fee", "text": "The fee is {{fee}}."}


@pytest.fixture
def older(world: World) -> Iterator[Template]:
    """A template with one clause, stored before the product had one more language."""
    row = templates.copy(business=world.business, kind=TextKind.MONTHLY, name="Mine", now=NOW)
    row.clauses = [{"key": "fee", "use": "always", "waits": "", "en": SIDE, "th": SIDE}]
    row.save()
    with language.spoken():
        yield row


def test_an_agreement_in_the_new_language_uses_its_texts(world: World, older: Template) -> None:
    agreement = world.picked(language=language.CODE)
    assert clauses.clauses(agreement)[0]["title"] == "«Parties»"
    assert "«three thousand US dollars»" in str(agreement.terms["clauses"])


def test_an_older_template_is_refused_in_the_new_language_and_sent_in_its_own(
    world: World, older: Template
) -> None:
    draft = world.proposal(send=False, template=older, language=language.CODE)
    with pytest.raises(BadWording, match="“Fee”: the title or the text is missing"):
        lifecycle.send_proposal(proposal=draft, actor="Nan", now=NOW)
    agreement = world.picked(template=older, language="th")
    assert [clause["title"] for clause in clauses.clauses(agreement)] == ["Fee"]


def test_the_editor_has_a_side_for_every_language(world: World, older: Template) -> None:
    browser, page = logged_in(world.business.owner), reverse("dashboard:template", args=[older.pk])
    shown = browser.get(page).content.decode()
    assert all(f'name="c-0-text_{code}"' in shown for code in ("en", "th", language.CODE))
    assert f'<option value="{language.CODE}">' in shown
    typed = clause_initial(older.clauses[0]) | {"text_eo": "«{{fee}}»", "title_eo": "«Fee»"}
    form = {f"c-0-{name}": value for name, value in typed.items()}
    form |= {"c-TOTAL_FORMS": 1, "c-INITIAL_FORMS": 1, "name": "Mine", "version": 1}
    assert browser.post(page, form).status_code == 302
    older.refresh_from_db()
    assert older.clauses[0][language.CODE] == {"title": "«Fee»", "text": "«{{fee}}»"}
    assert older.clauses[0]["waits"] == "en th"


def test_a_change_waits_for_each_language_that_was_not_changed(
    world: World, older: Template
) -> None:
    def change(**texts: str) -> str:
        """Change the text in these languages; the languages that wait then."""
        pair = {**older.clauses[0]}
        for code, text in texts.items():
            pair[code] = {"title": "Fee", "text": text}
        templates.change(
            template=older, name="Mine", clauses=[pair], confirmed=set(), version=older.version
        )
        return str(older.clauses[0]["waits"])

    assert change(en="1 {{fee}}", th="1 {{fee}}", eo="1 {{fee}}") == ""
    assert change(en="2 {{fee}}") == "th eo"
    assert change(th="2 {{fee}}") == "eo"
    assert change() == "eo"
    assert change(en="3 {{fee}}") == "th eo"
    assert change(th="3 {{fee}}", eo="3 {{fee}}") == ""
