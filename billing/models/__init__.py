"""Money's rows: one file per noun."""

from billing.models.bank import BankDetails, StatementLine
from billing.models.billing_run import BillingRun
from billing.models.certificate import Certificate
from billing.models.charge import Charge
from billing.models.collection import Collection, Transition
from billing.models.credit_note import CreditNote
from billing.models.dispute import Dispute
from billing.models.gateway_account import GatewayAccount
from billing.models.gateway_event import GatewayEvent
from billing.models.invoice import Invoice, Line, NextLine
from billing.models.journal import Journal
from billing.models.payment import Allocation, Payment
from billing.models.payment_method import PaymentMethod
from billing.models.refund import Refund
from billing.models.sandbox import SandboxCard, SandboxDispute, SandboxIntent, SandboxRefund
from billing.models.series import Numbering, Series

__all__ = [
    "Allocation", "BankDetails", "BillingRun", "Certificate", "Charge", "Collection", "CreditNote", "Dispute",
    "GatewayAccount", "GatewayEvent", "Invoice", "Journal", "Line", "NextLine", "Numbering", "Payment",
    "PaymentMethod", "Refund", "SandboxCard", "SandboxDispute", "SandboxIntent", "SandboxRefund", "Series",
    "StatementLine", "Transition",
]  # fmt: skip
