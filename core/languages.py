"""The languages of the product: one entry each, and nothing else names a language's code. Pure.

docs/languages.md says what else a further language needs, and which test asks for it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """What the product has to know about a language.

    `code` is Django's name for the language, and the key of its clause texts. `locale` is the CLDR
    locale of amounts and of the names of countries, `date_locale` that of dates and numbers.
    """

    code: str
    name: str  # in English, and translated by Django's own catalogue
    own_name: str  # as its speakers write it, on the button that switches to it
    locale: str
    date_locale: str
    beside: str  # the code of the language that stands beside it in a text in two languages


DEFAULT = "en"
LANGUAGES = {
    language.code: language
    for language in (
        Language(
            "en", name="English", own_name="English", locale="en", date_locale="en_GB", beside="th"
        ),
        Language("th", name="Thai", own_name="ไทย", locale="th", date_locale="th", beside="en"),
    )
}


def of(code: str | None) -> Language:
    """The entry of a language; that of the default one for a code that is not in the table.

    A variant such as "th-th" is read as its language.
    """
    code = code or DEFAULT
    return LANGUAGES.get(code) or LANGUAGES.get(code.partition("-")[0]) or LANGUAGES[DEFAULT]


def others(code: str) -> list[str]:
    """The codes of all other languages, in the order of the table."""
    return [other for other in LANGUAGES if other != code]


def side_by_side(code: str) -> list[str]:
    """The two languages of a text in two languages; `code`, the one that prevails, is first."""
    return [code, of(code).beside]
