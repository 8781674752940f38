"""Money's rows: one file per noun."""

from billing.models.billing_run import BillingRun
from billing.models.charge import Charge
from billing.models.collection import Collection, Transition
from billing.models.gateway_event import GatewayEvent
from billing.models.invoice import Invoice, Line
from billing.models.journal import Journal
from billing.models.payment import Allocation, Payment
from billing.models.payment_method import PaymentMethod
from billing.models.sandbox import SandboxCard, SandboxIntent
from billing.models.series import Series

__all__ = [
    "Allocation", "BillingRun", "Charge", "Collection", "GatewayEvent", "Invoice", "Journal", "Line", "Payment",
    "PaymentMethod", "SandboxCard", "SandboxIntent", "Series", "Transition",
]  # fmt: skip
