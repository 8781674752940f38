"""Gives the clients of before their place by name: in batches, and again from where it was stopped."""

from django.db import migrations

from core.lists.name_order import name_key

AT_ONCE = 1000  # clients, in a transaction of their own


def fill(apps, schema_editor, size=AT_ONCE):
    clients = apps.get_model("clients", "Client").objects
    while rows := list(clients.filter(name_key=b"").order_by("pk").only("name")[:size]):
        for row in rows:
            row.name_key = name_key(row.name)
        clients.bulk_update(rows, ["name_key"])


class Migration(migrations.Migration):
    atomic = False  # each batch stays, whatever happens to the next
    dependencies = [("clients", "0011_name_keys")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
