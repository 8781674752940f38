"""Changes where clients transfer to, and says so in the security log (rule 84)."""

from datetime import datetime

from django.db import transaction

from billing.models import BankDetails
from core.models import Business
from core.safety import log

SHOWN = 4  # last characters of an account that the log and its email hold


def change(*, bank: BankDetails, by: log.By, now: datetime) -> None:
    """Save bank details, which may be new; one line and one email if anything has changed."""
    fields = ("holder", "bank", "account", "bic", "promptpay")
    with transaction.atomic():
        business = Business.objects.select_for_update().get(pk=bank.business_id)
        before = BankDetails.objects.filter(business=business).values(*fields).first()
        bank.save()
        after = {name: getattr(bank, name) for name in fields}
        if after == (before or dict.fromkeys(fields, "")):
            return
        log.write(
            what="bank_changed" if any(after.values()) else "bank_removed",
            person=business.owner,
            business=business,
            by=by,
            facts={"account": in_words(bank)},
            now=now,
        )


def in_words(bank: BankDetails) -> str:
    """Whom and what clients pay, with the ends of the numbers alone."""
    promptpay = f"PromptPay {_end(bank.promptpay)}" if bank.promptpay else ""
    parts = (bank.holder, bank.bank, _end(bank.account), bank.bic, promptpay)
    return ", ".join(part for part in parts if part)


def _end(number: str) -> str:
    plain = "".join(number.split())
    return f"•••• {plain[-SHOWN:]}" if plain else ""
