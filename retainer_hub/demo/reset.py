"""Empties the demo installation; it can only be reached while DEBUG is on.

What is kept outside the database says that the installation has run, so its own row stays: without
it, the database would be taken for a restored one, and stand still (rule 46).
"""

from django.apps import apps
from django.db import connection, transaction

from billing.gateways import registry
from core.database.frozen_rows import lifted
from core.models import Standing

OWN = (
    "core",
    "clients",
    "agreements",
    "billing",
    "delivery",
    "exports",
    "account",
    "mfa",
    "sessions",
    "usersessions",
)


def empty() -> None:
    """Delete every row of the rooms but the installation's own, also issued documents.

    Files stay, to be reused by hash.
    """
    tables = [
        model._meta.db_table
        for app in apps.get_app_configs()
        if app.label in OWN or app.name in registry.GATEWAYS
        for model in app.get_models(include_auto_created=True)
        if model is not Standing
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            names = ", ".join(connection.ops.quote_name(table) for table in tables)
            cursor.execute(f"TRUNCATE {names} CASCADE")
            return
        with connection.constraint_checks_disabled(), transaction.atomic(), lifted(connection):
            for table in tables:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own names
