"""The tax that a freelancer who is registered for it adds to services, by country. Pure.

The standard rates as they are in the year 2026. Countries without such a tax, or where it differs
between regions or kinds of services, are left out: their tax is entered by hand.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class UsualTax:
    """The usual tax on services: `percent` is added to the fee.

    `withheld` is what business clients keep back for the tax office, in percent of the fee; 0 where
    that is not usual. `on_payment` says that the tax on services falls due when they are paid.
    """

    name: str
    percent: Decimal
    withheld: Decimal = Decimal(0)
    on_payment: bool = False


_VAT = {
    "AE": "5",
    "AT": "20",
    "BE": "21",
    "BG": "20",
    "CH": "8.1",
    "CY": "19",
    "CZ": "21",
    "DE": "19",
    "DK": "25",
    "EE": "24",
    "ES": "21",
    "FI": "25.5",
    "FR": "20",
    "GB": "20",
    "GR": "24",
    "HR": "25",
    "HU": "27",
    "IE": "23",
    "IT": "22",
    "KR": "10",
    "LT": "21",
    "LU": "17",
    "LV": "21",
    "MT": "18",
    "MX": "16",
    "NL": "21",
    "NO": "25",
    "PH": "12",
    "PL": "23",
    "PT": "23",
    "RO": "21",
    "SE": "25",
    "SI": "22",
    "SK": "23",
    "ZA": "15",
}
_GST = {"AU": "10", "IN": "18", "NZ": "15", "SG": "9"}
USUAL_TAXES: dict[str, UsualTax] = {
    **{country: UsualTax("VAT", Decimal(percent)) for country, percent in _VAT.items()},
    **{country: UsualTax("GST", Decimal(percent)) for country, percent in _GST.items()},
    "JP": UsualTax("JCT", Decimal(10)),
    "TH": UsualTax("VAT", Decimal(7), withheld=Decimal(3), on_payment=True),
}
