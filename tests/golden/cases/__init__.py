"""What happens in the golden files: each module adds its cases when it is imported."""

from tests.golden.cases import (
    accounts,
    agreements,
    billing,
    delivery,
    documents,
    offers,
    proposals,
    reports,
)
from tests.golden.stage import CASES

__all__ = [
    "CASES",
    "accounts",
    "agreements",
    "billing",
    "delivery",
    "documents",
    "offers",
    "proposals",
    "reports",
]
