"""What each person of a business may do: one table of areas and roles (rule 82)."""

from enum import IntEnum, StrEnum


class Role(StrEnum):
    """What somebody is in a business."""

    OWNER = "owner"
    MEMBER = "member"
    ASSISTANT = "assistant"
    ACCOUNTANT = "accountant"


class Right(IntEnum):
    """How far somebody may go in an area; who may write may read, too."""

    NOTHING = 0
    READ = 1
    WRITE = 2


class Area(StrEnum):
    """What a page or an action is about. Every view of the dashboard names one."""

    OWN = "own"  # one's own name and saved views, the search, the to-do list
    CLIENTS = "clients"  # clients, their people and their access to the portal
    SALES = "sales"  # pipeline, calls, drafts of proposals
    OFFERS = "offers"  # what binds the business once a client accepts it: sending proposals
    AGREEMENTS = "agreements"  # terms: pauses, amendments, extra hours, the end
    SIGNING = "signing"  # in the name of the business
    WORK = "work"  # deliverables and requests
    TIME = "time"
    REPORTS = "reports"  # reports, KPIs, reviews, early warnings
    INVOICES = "invoices"  # invoices, payments, statements, withholding certificates
    BOOKS = "books"  # income, what is left of it, bank statements, totals
    PRICES = "prices"  # packages, rates, goals, capacity
    SETTINGS = "settings"  # business, documents, texts, emails, public page
    PAYMENT_DETAILS = "payment_details"  # bank accounts, keys of gateways, taxes
    EXPORTS = "exports"
    EMAILS = "emails"  # the email log
    SYSTEM = "system"  # the system status
    OWNERSHIP = "ownership"  # the team, API keys, setting up, the owner's own notifications


_NO, _READ, _WRITE = Right.NOTHING, Right.READ, Right.WRITE

#: For each area what a member, an assistant and an accountant may do. The owner may do everything.
TABLE: dict[Area, tuple[Right, Right, Right]] = {
    Area.OWN: (_WRITE, _WRITE, _WRITE),
    Area.CLIENTS: (_WRITE, _WRITE, _READ),
    Area.SALES: (_WRITE, _WRITE, _NO),
    Area.OFFERS: (_WRITE, _NO, _NO),
    Area.AGREEMENTS: (_WRITE, _READ, _READ),
    Area.SIGNING: (_NO, _NO, _NO),
    Area.WORK: (_WRITE, _WRITE, _NO),
    Area.TIME: (_WRITE, _WRITE, _NO),
    Area.REPORTS: (_WRITE, _WRITE, _NO),
    Area.INVOICES: (_WRITE, _READ, _READ),
    Area.BOOKS: (_WRITE, _NO, _READ),
    Area.PRICES: (_WRITE, _NO, _NO),
    Area.SETTINGS: (_WRITE, _NO, _NO),
    Area.PAYMENT_DETAILS: (_NO, _NO, _NO),
    Area.EXPORTS: (_WRITE, _NO, _WRITE),
    Area.EMAILS: (_WRITE, _READ, _NO),
    Area.SYSTEM: (_WRITE, _NO, _NO),
    Area.OWNERSHIP: (_NO, _NO, _NO),
}
_COLUMNS = (Role.MEMBER, Role.ASSISTANT, Role.ACCOUNTANT)

#: The roles that an owner can give to others.
GIVEN = _COLUMNS


def right_of(role: Role, area: Area | None) -> Right:
    """How far a role may go in an area. Where no area is named, only the owner may do anything."""
    if role == Role.OWNER:
        return Right.WRITE
    return TABLE[area][_COLUMNS.index(role)] if area else Right.NOTHING


def may(role: Role | None, area: Area | None, *, writes: bool) -> bool:
    """Whether a role may read what belongs to an area or, where it `writes`, change it."""
    return role is not None and right_of(role, area) >= (Right.WRITE if writes else Right.READ)
