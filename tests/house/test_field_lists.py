"""Every field of proposals, agreements and invoices is in a list that code and database follow."""

import pytest
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model

from agreements.models import Agreement, Proposal, field_lists
from agreements.models.field_lists import AGREEMENT_FIELDS, PROPOSAL_FIELDS
from billing.models import Invoice
from billing.models.field_lists import INVOICE_FIELDS
from core.database.field_lists import FieldLists
from core.database.frozen_rows import Freeze


def fields(model: type[Model]) -> set[str]:
    """The names of what a row stores, lists of rows included."""
    return {field.name for field in [*model._meta.concrete_fields, *model._meta.many_to_many]}


def frozen_columns(model: type[Model]) -> set[str]:
    """The names of the fields that the migrations' triggers keep from changing."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    columns = {
        column
        for migration in loader.disk_migrations.values()
        for operation in migration.operations
        if isinstance(operation, Freeze) and operation.table == model._meta.db_table
        for column in operation.columns
    }
    assert columns
    return {field.name for field in model._meta.concrete_fields if field.column in columns}


@pytest.mark.parametrize(
    ("model", "lists"),
    [(Proposal, PROPOSAL_FIELDS), (Agreement, AGREEMENT_FIELDS), (Invoice, INVOICE_FIELDS)],
)
def test_every_field_is_copied_or_frozen_or_its_own(model: type[Model], lists: FieldLists) -> None:
    assert lists.counts() == dict.fromkeys(fields(model), 1)


@pytest.mark.parametrize(
    ("model", "lists", "free"),
    [
        (Proposal, PROPOSAL_FIELDS, {*field_lists.PROPOSAL_SETS, *field_lists.PROPOSAL_CHANGES}),
        (Agreement, AGREEMENT_FIELDS, set(field_lists.AGREEMENT_CHANGES)),
        (Invoice, INVOICE_FIELDS, set()),
    ],
)
def test_the_database_freezes_what_is_copied_or_frozen_and_nothing_else(
    model: type[Model], lists: FieldLists, free: set[str]
) -> None:
    assert free <= set(lists.copied)
    assert frozen_columns(model) == {*lists.copied, *lists.frozen} - free


def test_the_signed_terms_know_what_they_do_with_every_field_of_a_proposal() -> None:
    names = [
        *field_lists.TERMS_COPIED,
        *field_lists.TERMS_REWRITTEN,
        *field_lists.TERMS_LEFT_OUT,
    ]
    assert {name: names.count(name) for name in names} == dict.fromkeys(fields(Proposal), 1)


def test_the_proposal_after_a_trial_knows_what_it_does_with_every_field() -> None:
    names = [*field_lists.AFTER_TRIAL_COPIED, *field_lists.AFTER_TRIAL_NEW]
    assert sorted(names) == sorted(PROPOSAL_FIELDS.copied)


def test_a_copied_field_has_the_same_name_where_it_comes_from() -> None:
    assert set(AGREEMENT_FIELDS.copied) <= fields(Proposal)
    assert set(INVOICE_FIELDS.copied) <= fields(Agreement)
