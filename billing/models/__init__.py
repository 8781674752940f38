"""Models of billing, one file per subject."""

from billing.models.bank import BankDetails, BankStatementLine
from billing.models.certificate import WithholdingCertificate
from billing.models.collection import BillingRun, Charge, Collection, Transition
from billing.models.exchange import ExchangeRate
from billing.models.gateway import FoundObject, GatewayAccount, GatewayEvent, PaymentMethod
from billing.models.gateway_fee import FeeLookup, GatewayFee
from billing.models.invoice import CreditNote, Invoice, InvoiceLine, NextLine
from billing.models.journal import JournalEntry
from billing.models.money_back import Dispute, Refund
from billing.models.numbering import LostNumber, Numbering, Series
from billing.models.payment import Allocation, PaidPart, Payment, PaymentReversal
from billing.models.unpaid import UnpaidCase, UnpaidRule

__all__ = [
    "Allocation",
    "BankDetails",
    "BankStatementLine",
    "BillingRun",
    "Charge",
    "Collection",
    "CreditNote",
    "Dispute",
    "ExchangeRate",
    "FeeLookup",
    "FoundObject",
    "GatewayAccount",
    "GatewayEvent",
    "GatewayFee",
    "Invoice",
    "InvoiceLine",
    "JournalEntry",
    "LostNumber",
    "NextLine",
    "Numbering",
    "PaidPart",
    "Payment",
    "PaymentMethod",
    "PaymentReversal",
    "Refund",
    "Series",
    "Transition",
    "UnpaidCase",
    "UnpaidRule",
    "WithholdingCertificate",
]
