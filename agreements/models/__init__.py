"""The promises: what was offered, agreed, signed, and its periods."""

from agreements.models.agreement import Agreement
from agreements.models.amendment import Amendment
from agreements.models.pause import Pause
from agreements.models.period import Period
from agreements.models.proposal import Proposal
from agreements.models.signature import Signature
from agreements.models.template import Template
from agreements.models.tier import Tier
from agreements.models.upgrade import Upgrade

__all__ = ["Agreement", "Amendment", "Pause", "Period", "Proposal", "Signature", "Template", "Tier", "Upgrade"]
