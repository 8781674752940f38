"""Recognises tax ids with a typing mistake, where their form says whose they are (python-stdnum).

A VAT number of the European Union, Great Britain or Switzerland begins with its country. A Thai tax
id has 13 digits, as others have, so it is checked only for somebody in Thailand.
"""

import re

from stdnum.ch import vat as swiss_vat
from stdnum.eu import vat as european_vat
from stdnum.gb import vat as british_vat
from stdnum.th import tin as thai_tin

THAILAND = "Asia/Bangkok"
#: Of Greece, whose VAT numbers do not begin with its ISO code.
_PREFIXES = {code.upper() for code in european_vat.MEMBER_STATES} | {"EL"}


def is_mistyped(text: str, *, time_zone: str) -> bool:
    """Return whether a tax id cannot be right; False if its kind is not known.

    Spaces, dots and hyphens do not count. `time_zone` is the IANA zone of whom it belongs to.
    """
    bare = re.sub(r"[\s.\-]", "", text).upper()
    if re.fullmatch(r"[A-Z]{2}[0-9A-Z]{2,13}", bare) and bare[:2] in _PREFIXES:
        return not european_vat.is_valid(bare)
    if re.fullmatch(r"GB[0-9]{9,12}", bare):
        return not british_vat.is_valid(bare)
    if re.fullmatch(r"CHE[0-9]{9}(MWST|TVA|IVA|TPV)", bare):
        return not swiss_vat.is_valid(bare)
    if time_zone == THAILAND and re.fullmatch(r"[0-9]{13}", bare):
        return not thai_tin.is_valid(bare)
    return False
