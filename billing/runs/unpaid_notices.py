"""Emails about several unpaid periods: what follows and when, and that they were paid (rule 67)."""

from datetime import date, datetime

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.models import Invoice, UnpaidCase
from billing.models.unpaid import UnpaidAction
from clients import short_emails
from clients.short_emails import Words
from core import formats, links


def tell(case: UnpaidCase, total: int, since: date, oldest: Invoice, *, now: datetime) -> None:
    """Tell the owner of the unpaid periods and, if something follows, the client, with its day.

    `total` is in minor units of the agreement's currency, and `since` is when the oldest was due.
    """
    agreement = case.agreement
    with translation.override(agreement.business.language):
        values = _values(case, total, since)
        short_emails.email_owner(
            "unpaid_owner",
            str(case.pk),
            agreement.business,
            ngettext(
                "%(client)s: %(n)s unpaid period, %(amount)s",
                "%(client)s: %(n)s unpaid periods, %(amount)s",
                case.periods,
            )
            % values,
            [
                ngettext(
                    "%(client)s has not paid %(n)s period of “%(title)s”: %(amount)s, due since "
                    "%(day)s.",
                    "%(client)s has not paid %(n)s periods of “%(title)s”: %(amount)s in total, "
                    "the oldest due since %(day)s.",
                    case.periods,
                )
                % values,
                _to_owner(case.action) % values,
            ],
            links.absolute_url("dashboard:agreement", agreement.pk),
            now,
            button=_("Open the agreement"),
        )
    if case.action == UnpaidAction.ASK:
        return
    short_emails.email_about_money(
        "unpaid_client",
        str(case.pk),
        agreement.reader,
        agreement.language,
        lambda: _words_to_client(case, _values(case, total, since)),
        target=f"invoice:{oldest.pk}",
        now=now,
    )


def _words_to_client(case: UnpaidCase, values: dict[str, str | int]) -> Words:
    """What the client reads of the periods that are unpaid, in the active language."""
    return Words(
        _("Unpaid: %(amount)s for “%(title)s”") % values,
        [
            ngettext(
                "%(n)s period of “%(title)s” is unpaid: %(amount)s, due since %(day)s.",
                "%(n)s periods of “%(title)s” are unpaid: %(amount)s in total, the oldest "
                "due since %(day)s.",
                case.periods,
            )
            % values,
            _to_client(case.action) % values,
            _("If you have paid in the meantime, thank you; please ignore this email."),
        ],
        _("See the oldest invoice"),
    )


def paid(case: UnpaidCase, *, now: datetime) -> None:
    """Tell the owner that everything is paid, while the work is paused or billing is held."""
    agreement = case.agreement
    with translation.override(agreement.business.language):
        values = {"client": agreement.client.name, "title": agreement.title}
        still = {
            UnpaidAction.PAUSE: _("“%(title)s” is still paused. You can resume it."),
            UnpaidAction.HOLD: _("Billing of “%(title)s” is still on hold. You can release it."),
        }
        short_emails.email_owner(
            "unpaid_paid",
            str(case.pk),
            agreement.business,
            _("%(client)s has paid every overdue period") % values,
            [still[UnpaidAction(case.action)] % values],
            links.absolute_url("dashboard:agreement", agreement.pk),
            now,
            button=_("Open the agreement"),
        )


def _values(case: UnpaidCase, total: int, since: date) -> dict[str, str | int]:
    agreement = case.agreement
    return {
        "client": agreement.client.name,
        "title": agreement.title,
        "n": case.periods,
        "amount": formats.money(total, agreement.currency),
        "day": formats.day(since),
        "on": formats.day(case.applies_on),
    }


def _to_owner(action: str) -> str:
    match UnpaidAction(action):
        case UnpaidAction.PAUSE:
            return _(
                "As you chose, the work is paused on %(on)s, from the next period on, unless the "
                "client pays before. We told the client."
            )
        case UnpaidAction.HOLD:
            return _(
                "As you chose, billing is put on hold on %(on)s, unless the client pays before. We "
                "told the client."
            )
        case UnpaidAction.ASK:
            return _("It is your decision now: wait, pause, hold billing, or end the agreement.")


def _to_client(action: str) -> str:
    if action == UnpaidAction.PAUSE:
        return _("If this is not paid by %(on)s, we pause the work from the next period on.")
    return _("If this is not paid by %(on)s, we put further billing on hold until we have talked.")
