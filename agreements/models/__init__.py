"""The promises: what was offered, agreed, signed, and its periods."""

from agreements.models.agreement import Agreement
from agreements.models.amendment import Amendment
from agreements.models.message import Message
from agreements.models.package import Package
from agreements.models.pause import Pause
from agreements.models.period import Period
from agreements.models.proposal import Proposal
from agreements.models.question import Question
from agreements.models.signature import Signature
from agreements.models.template import Template
from agreements.models.tier import Tier
from agreements.models.time_off import TimeOff
from agreements.models.upgrade import Upgrade
from agreements.models.waitlist import Wait

__all__ = [
    "Agreement", "Amendment", "Message", "Package", "Pause", "Period", "Proposal", "Question", "Signature",
    "Template", "Tier", "TimeOff", "Upgrade", "Wait",
]  # fmt: skip
