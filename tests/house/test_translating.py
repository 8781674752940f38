"""Every text reaches the translators, and a language is data: an entry, texts, a translation."""

import ast
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.pofile import read_po
from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.utils import translation
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

from agreements.contract.library import BUILT_IN
from agreements.contract.library.texts import TEXTS
from agreements.rules import in_words
from core import formats, languages
from core.documents.glyphs import missing_glyphs
from core.languages import DEFAULT, LANGUAGES
from core.texts import placeholders
from tests.house.test_house import ROOT, sources, templates

#: The functions that `makemessages` names to xgettext; "_" stands for the first three.
PLAIN = {"gettext", "gettext_lazy", "gettext_noop"}
KNOWN = PLAIN | {
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
    "npgettext",
    "npgettext_lazy",
}
#: Texts that are marked elsewhere: Django translates the names of languages, and
#: billing/runs/hold.py marks the reason that it stores.
MARKED_ELSEWHERE = {
    "core/formats.py: _(languages.of(code).name)",
    "retainer_hub/settings.py: _(one.name)",
    "dashboard/home/money_todos.py: _(row.parked_because)",
    "dashboard/todo/kinds/money.py: _(row.parked_because)",
}
#: Where a language may be named by its code: the table, the writers of sums and of sentences, the
#: demo's cast.
MAY_NAME_CODES = (
    *("core/languages.py", "agreements/rules/in_words.py"),
    *("delivery/reports/sentences/writers.py", "retainer_hub/demo/cast.py"),
)


def imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The functions of gettext that a module imports, each with the name that it gives them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            for alias in node.names:
                if "gettext" in alias.name:
                    yield alias.name, alias.asname or alias.name


def test_gettext_is_only_imported_under_names_that_the_extractor_knows() -> None:
    wrong, seen = [], 0
    for name, tree, _text in sources():
        for function, called in imported(tree):
            seen += 1
            is_known = function in KNOWN and called == function
            if not is_known and not (function in PLAIN and called == "_"):
                wrong.append(f"{name}: {function} as {called}")
    assert seen > 100
    assert not wrong


def test_gettext_is_only_called_with_texts_that_stand_there() -> None:
    """Not handed on under another name, and not called with a variable or an f-string."""
    wrong = []
    for name, tree, _text in sources():
        names = {called for _function, called in imported(tree)}
        calls = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id in names and isinstance(node.ctx, ast.Load):
                call = calls.get(id(node))
                is_text = call and all(
                    isinstance(argument, ast.Constant) for argument in _texts(node.id, call)
                )
                said = f"{name}: {ast.unparse(call or node)}"
                if not is_text and said not in MARKED_ELSEWHERE:
                    wrong.append(said)
    assert not wrong


def _texts(function: str, call: ast.Call) -> list[ast.expr]:
    """The arguments that are texts; the last one of ngettext and its kin is a number."""
    return call.args[:-1] if function.startswith(("ngettext", "npgettext")) else call.args


def test_no_code_outside_the_table_names_a_language_by_its_code() -> None:
    wrong, seen = [], 0
    for name, tree, _text in sources():
        if name.startswith(MAY_NAME_CODES):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                seen += 1
                if node.value in LANGUAGES:
                    wrong.append(f"{name}:{node.lineno}: {node.value!r}")
    codes = "|".join(LANGUAGES)
    compared = re.compile(rf"==\s*['\"]({codes})['\"]|\blang=['\"]({codes})['\"]|_({codes})\b")
    wrong += [
        f"{name}: {found[0]}" for name, text in templates() for found in compared.finditer(text)
    ]
    assert seen > 1000
    assert not wrong


def test_settings_and_fields_read_the_table() -> None:
    assert [code for code, _name in settings.LANGUAGES] == list(LANGUAGES)
    assert settings.LANGUAGE_CODE == DEFAULT
    assert formats.language_choices() == settings.LANGUAGES


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_is_known_to_django_and_to_cldr(code: str) -> None:
    language = LANGUAGES[code]
    assert language.code == code
    assert language.beside in languages.others(code)
    assert Locale.parse(language.locale) and Locale.parse(language.date_locale)
    for other in languages.others(DEFAULT):
        with translation.override(other):
            assert formats.language_name(code) != language.name, (
                f"Django has no {other} name for it"
            )


def test_a_variant_is_read_as_its_language_and_any_other_code_as_the_default() -> None:
    for code in LANGUAGES:
        assert languages.of(code).code == languages.of(f"{code}-xx").code == code
    assert languages.of("xx").code == languages.of("").code == languages.of(None).code == DEFAULT


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_every_clause_with_the_same_variables(code: str) -> None:
    built_in = {key for keys in BUILT_IN.values() for key in keys}
    assert set(TEXTS[code]) == built_in
    for key, (title, text) in TEXTS[code].items():
        assert title.strip() and text.strip(), key
        assert sorted(placeholders.names(text)) == sorted(
            placeholders.names(TEXTS[DEFAULT][key][1])
        )


def test_every_language_writes_sums_in_words() -> None:
    assert set(in_words.WRITERS) == set(LANGUAGES)
    said = {in_words.amount(3_000_25, "USD", code) for code in LANGUAGES}
    assert len(said) == len(LANGUAGES)


@pytest.mark.parametrize("code", LANGUAGES)
def test_documents_can_print_every_language(code: str) -> None:
    """Its clauses, its own name, and every letter of its translation."""
    texts = [LANGUAGES[code].own_name, *(part for side in TEXTS[code].values() for part in side)]
    file = ROOT / "locale" / to_locale(code) / "LC_MESSAGES" / "django.po"
    if code != DEFAULT:
        with file.open("rb") as po:
            texts += [str(message.string) for message in read_po(po) if message.id]
    letters = "".join(
        sorted({one for one in "".join(texts) if unicodedata.category(one)[0] in "LMN"})
    )
    assert len(letters) > 40
    assert missing_glyphs(letters) == []


#: Models whose name is the same in Thai.
SAME_NAME = {"delivery.Kpi"}


def own_models() -> list[type[Model]]:
    paths = {app.label: Path(app.path) for app in apps.get_app_configs()}
    return [
        model
        for model in apps.get_models()
        if ROOT in paths[model._meta.app_label].parents
        and ".venv" not in paths[model._meta.app_label].parts
    ]


@pytest.mark.parametrize("plural", [False, True])
@pytest.mark.parametrize("language", list(LANGUAGES))
def test_each_model_has_a_name_of_its_own_in_the_admin(language: str, plural: bool) -> None:
    models, names = own_models(), dict[str, str]()
    assert len(models) > 70
    attribute = "verbose_name_plural" if plural else "verbose_name"
    with translation.override(language):
        for model in models:
            label, name = model._meta.label, str(getattr(model._meta, attribute))
            assert attribute in model._meta.original_attrs, f"{label} has no {attribute}"
            is_translated = language == DEFAULT or not name.isascii() or label in SAME_NAME
            assert is_translated, f"{label}: {name}"
            assert name not in names, f"{label} and {names[name]} are both “{name}”"
            names[name] = label


def said_in(folders: tuple[str, ...]) -> set[str]:
    """The English texts of the templates and modules in these folders."""
    found = set()
    for name, text in templates():
        if name.startswith(tuple(f"templates/{folder}" for folder in folders)):
            made = templatize(text)
            found |= {
                ast.literal_eval(one)
                for one in re.findall(r"gettext\(\s*(u?'(?:[^'\\]|\\.)*')", made)
            }
    for name, tree, _text in sources():
        if name.startswith(folders):
            for node in ast.walk(tree):
                is_text = isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                    "_",
                    *PLAIN,
                )
                if is_text and node.args and isinstance(node.args[0], ast.Constant):
                    found.add(str(node.args[0].value))
    return found


def test_a_client_is_asked_with_karuna_and_an_owner_with_prot() -> None:
    """The first is what one says to a customer."""
    clients, owners = said_in(("portal/", "documents/")), said_in(("dashboard/",))
    assert len(clients) > 300 and len(owners) > 1000
    with translation.override("th"):
        wrong = [text for text in clients if "โปรด" in translation.gettext(text)]
        wrong += [text for text in owners - clients if "กรุณา" in translation.gettext(text)]
    assert not wrong
