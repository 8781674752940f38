"""Whether two names mean the same company, however they are written. Pure.

Case, accents of width, punctuation and the legal form make no difference: "Backhaus Nord" is
"BACKHAUS-NORD GmbH & Co. KG", and "แบคเฮาส์" is "บริษัท แบคเฮาส์ จำกัด (มหาชน)".
"""

import re
import unicodedata

#: Words of a name that only say what kind of company it is.
LEGAL_FORMS = frozenset(
    (
        *(
            "ab",
            "ag",
            "aps",
            "as",
            "asa",
            "bhd",
            "bv",
            "bvba",
            "co",
            "company",
            "corp",
            "corporation",
        ),
        *("eg", "ek", "eurl", "ev", "gbr", "gmbh", "inc", "incorporated", "kg", "kgaa", "lda"),
        *(
            "limited",
            "llc",
            "llp",
            "ltd",
            "mbh",
            "nv",
            "ohg",
            "oy",
            "oyj",
            "pc",
            "plc",
            "pte",
            "pty",
        ),
        *("pvt", "sa", "sarl", "sas", "sdn", "se", "sl", "slu", "sp", "spa", "srl", "ug", "zoo"),
        *("haftungsbeschränkt", "the", "and", "und"),
        *("บจก", "บมจ", "หจก", "หสน"),
    )
)
THAI_FORMS = re.compile(r"บริษัทมหาชนจำกัด|บริษัท|ห้างหุ้นส่วนจำกัด|ห้างหุ้นส่วนสามัญ|ห้างหุ้นส่วน|จำกัด|มหาชน")
DOTTED = re.compile(r"(?<=\b\w)\.(?=\w\b)|(?<=\b\w\.\w)\.")  # "S.A." is one word
LEAST_WORDS = 2  # of the shorter name, where one name only begins with the other


def is_same_company(first: str, second: str) -> bool:
    """Whether the names are the same, or one begins with the other's two or more words."""
    short, long = sorted((words_of(first), words_of(second)), key=len)
    if not short:
        return False
    return short == long or (len(short) >= LEAST_WORDS and long[: len(short)] == short)


def words_of(name: str) -> list[str]:
    """The words of a name that identify the company, in lower case.

    A name that consists of nothing but a legal form keeps its words.
    """
    plain = DOTTED.sub("", unicodedata.normalize("NFKC", name).casefold())
    plain = plain.replace("\u0e4d\u0e32", "\u0e33")  # NFKC takes the Thai letter sara am apart
    words = "".join(
        character if unicodedata.category(character)[0] in "LMN" else " " for character in plain
    ).split()
    telling = [word for word in words if word not in LEGAL_FORMS]
    telling = [part for word in telling for part in THAI_FORMS.sub(" ", word).split()]
    return telling or words
