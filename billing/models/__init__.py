"""Money's rows: one file per noun."""

from billing.models.bank import BankDetails, StatementLine
from billing.models.collection import BillingRun, Charge, Collection, Transition
from billing.models.gateway import GatewayAccount, GatewayEvent, PaymentMethod
from billing.models.invoice import CreditNote, Invoice, Line, NextLine, Numbering, Series
from billing.models.journal import Journal
from billing.models.payment import Allocation, Certificate, Dispute, Payment, Refund

__all__ = [
    "Allocation",
    "BankDetails",
    "BillingRun",
    "Certificate",
    "Charge",
    "Collection",
    "CreditNote",
    "Dispute",
    "GatewayAccount",
    "GatewayEvent",
    "Invoice",
    "Journal",
    "Line",
    "NextLine",
    "Numbering",
    "Payment",
    "PaymentMethod",
    "Refund",
    "Series",
    "StatementLine",
    "Transition",
]
