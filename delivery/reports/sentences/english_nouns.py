"""How deliverables and KPIs are named inside English sentences. Pure.

Their titles are what a freelancer typed into a proposal: "Posts", "Growth review", "SEO audit".
"""

import re
from collections.abc import Sequence

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
LONGEST = 48  # characters of a title that reads well inside a sentence
#: A title with these is a line of a list rather than a noun: it is quoted.
AWKWARD = re.compile(r"[^\w\s'’/.&-]|^\d|\s[-/&]\s|[^\x00-\x7f\u00c0-\u024f’]")
PREPOSITION = re.compile(r"\s(?:for|of|on|in|per|about|with|to|from|by|at|as|each|a)\s", re.I)
_DETERMINERS = "a an the one your our my this each every all any both"
DETERMINERS = frozenset(_DETERMINERS.split())
#: Names that keep their capital inside a sentence.
_PROPER = (
    "instagram facebook google tiktok youtube linkedin twitter pinterest threads reddit whatsapp "
    "line shopify amazon lazada shopee google's meta wordpress figma canva notion slack english "
    "thai german french spanish italian chinese japanese korean monday tuesday wednesday thursday "
    "friday saturday sunday january february march april may june july august september october "
    "november december christmas easter songkran q1 q2 q3 q4"
)
PROPER = frozenset(_PROPER.split())
#: Words with which a reason may begin that have a capital only because they begin it.
_BEGINNINGS = (
    "the a an we our your you it its they their there this that these those no not waiting because "
    "since as due still one two three some all both"
)
BEGINNINGS = frozenset(_BEGINNINGS.split())
#: Heads without a plural and without an article.
_UNCOUNTED = (
    "management development engagement support maintenance hosting monitoring reporting marketing "
    "advertising seo sem ppc content copy copywriting research consulting coaching moderation "
    "outreach optimisation optimization editing planning scheduling analytics advice branding "
    "media data software footage work people children"
)
UNCOUNTED = frozenset(_UNCOUNTED.split())
IRREGULAR = {"analysis": "analyses", "person": "people", "child": "children"}
#: What is done with each kind of deliverable, in the past and in the base form, by the last word
#: of its name. Everything else is delivered.
VERBS = {
    noun: verb
    for nouns, verb in (
        (
            "post article blog story reel video clip episode podcast tweet thread short carousel "
            "page",
            ("published", "publish"),
        ),
        ("newsletter email mailing", ("sent", "send")),
        ("call meeting workshop session webinar training interview", ("held", "hold")),
        ("review audit analysis check survey test", ("completed", "complete")),
        ("graphic logo banner illustration", ("designed", "design")),
        ("ad advert campaign experiment", ("ran", "run")),
    )
    for noun in nouns.split()
}
DELIVERED = ("delivered", "deliver")


def number(n: int, beside: int = 0) -> str:
    """Return a count as people write it: words up to nine, unless one beside it needs digits."""
    return NUMBERS[n] if 0 < max(n, beside) < len(NUMBERS) else f"{n:,}"


def is_awkward(title: str) -> bool:
    """Whether a title cannot stand as a noun inside a sentence."""
    return len(title) > LONGEST or bool(AWKWARD.search(title)) or not title.strip()


def noun(title: str) -> str:
    """Return a title as it is written inside a sentence: "Blog posts" → "blog posts"."""
    first, space, rest = " ".join(title.split()).rstrip(".").partition(" ")
    is_name = first.lower() in PROPER or any(letter.isupper() for letter in first[1:])
    return f"{first if is_name else first[:1].lower() + first[1:]}{space}{rest}"


def head(title: str) -> str:
    """Return the noun that the others describe, in small letters: "posts for May" → "posts"."""
    before = PREPOSITION.split(" ".join(title.split()))[0]
    return before.rpartition(" ")[2].rstrip(".").lower()


def is_plural(title: str) -> bool:
    """Whether the name speaks of several."""
    word = head(title)
    return word in IRREGULAR.values() or (
        word.endswith("s") and not word.endswith(("ss", "us", "is")) and word != "analytics"
    )


def verb(title: str) -> tuple[str, str]:
    """Return what is done with such a deliverable: (past form, base form)."""
    word = head(title)
    singular = word[:-3] + "y" if word.endswith("ies") else word
    return VERBS.get(singular) or VERBS.get(singular.removesuffix("s"), DELIVERED)


def plural(title: str) -> str:
    """Return the noun for several: "Blog post" → "blog posts"; one in the plural stays."""
    name, word = noun(title), head(title)
    if is_plural(title) or word in UNCOUNTED or not word.isascii() or not word.isalpha():
        return name
    if word in IRREGULAR:
        several = IRREGULAR[word]
    elif word.endswith(("s", "x", "z", "ch", "sh")):
        several = word + "es"
    elif word.endswith("y") and word[-2:-1] not in "aeiou":
        several = word[:-1] + "ies"
    else:
        several = word + "s"
    end = len(PREPOSITION.split(name)[0])
    start = name[:end].lower().rfind(word)
    return name[:start] + _as_cased(name[start:end], several) + name[end:]


def singular(title: str) -> str:
    """Return the noun for one: "Blog posts" → "blog post"; a name in the singular stays."""
    name, word = noun(title), head(title)
    if not is_plural(title) or word in IRREGULAR.values():
        return name
    if word.endswith("ies") and len(word) > 4:
        one = word[:-3] + "y"
    elif word.endswith(("xes", "ches", "shes", "sses")):
        one = word[:-2]
    else:
        one = word[:-1]
    end = len(PREPOSITION.split(name)[0])
    start = name[:end].lower().rfind(word)
    return name[:start] + one + name[end:]


def single(title: str) -> str:
    """Return a deliverable of which one was promised: "the growth review", "hosting"."""
    name = noun(title)
    has_article = name.partition(" ")[0].lower() in DETERMINERS
    return name if has_article or head(title) in UNCOUNTED else f"the {name}"


def quoted(title: str) -> str:
    """Return a title that is not part of the sentence around it."""
    return f"“{' '.join(title.split()).rstrip('.')}”"


def listed(parts: Sequence[str]) -> str:
    """Return a list in words: "a", "a and b", "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def reason(text: str) -> str:
    """Return a reason that somebody typed as it goes on inside a sentence."""
    first = text.partition(" ")[0]
    return text[:1].lower() + text[1:] if first.lower() in BEGINNINGS else text


def capital(sentence: str) -> str:
    """Return a sentence with a capital at its beginning."""
    return sentence[:1].upper() + sentence[1:]


def _as_cased(word: str, several: str) -> str:
    """Return the plural with the capitals of the word: "PDF" → "PDFs", "KPI" → "KPIs"."""
    return word + several[len(word) :] if several.startswith(word.lower()) else several
