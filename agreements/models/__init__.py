"""The models of proposals, agreements, amendments, signatures and periods."""

from agreements.models.agreement import Agreement, Pause, Upgrade
from agreements.models.amendment import Amendment
from agreements.models.capacity import TimeOff, WaitlistEntry
from agreements.models.given_value_add import GivenValueAdd
from agreements.models.period import Period
from agreements.models.proposal import Proposal, ProposalTyping, Question, Tier
from agreements.models.reading import SectionReading
from agreements.models.reusable import OpeningMessage, Package, Template, ValueAdd
from agreements.models.signing import Signature, SignerChange

__all__ = [
    "Agreement",
    "Amendment",
    "GivenValueAdd",
    "OpeningMessage",
    "Package",
    "Pause",
    "Period",
    "Proposal",
    "ProposalTyping",
    "Question",
    "SectionReading",
    "Signature",
    "SignerChange",
    "Template",
    "Tier",
    "TimeOff",
    "Upgrade",
    "ValueAdd",
    "WaitlistEntry",
]
