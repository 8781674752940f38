"""Whether two names may be one company's: written alike, without legal forms and marks. Pure."""

import re
import unicodedata

#: Words that a name has or has not, in the languages and countries that people write from.
LEGAL_FORMS = frozenset(
    re.findall(
        r"\w+",
        """
        ab ag aps as bv co company corp corporation gbr gmbh inc incorporated kg kk limited llc llp
        ltd nv ohg oy oyj plc pte pty pvt sa sarl sas se sl spa srl the ug und and
        """,
    )
)
THAI_FORMS = re.compile("บริษัท|ห้างหุ้นส่วน|หจก|บจก|บมจ|จำกัด|มหาชน")


def name_key(name: str) -> str:
    """Return what two spellings of one name have in common; "" if nothing is left.

    "Aurora GmbH", "AURORA" and "Aurora, G.m.b.H." are "aurora".
    """
    text = unicodedata.normalize("NFKD", THAI_FORMS.sub(" ", name.casefold()))
    text = "".join(each for each in text if not unicodedata.combining(each) or each > "\u0e00")
    text = re.sub(r"(?<=\b\w)\.(?=\w\b)", "", text)  # g.m.b.h. is one word
    words = re.findall(r"[\w\u0e30-\u0e4e]+", text)
    kept = [word for word in words if word not in LEGAL_FORMS]
    return "".join(kept or words)
