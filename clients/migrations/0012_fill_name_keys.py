"""Gives the clients and people of before their place by name: in batches, and again from where it was stopped."""

from django.db import migrations

from core.lists.name_order import name_key

AT_ONCE = 1000  # rows, in a transaction of their own


def fill(apps, schema_editor, size=AT_ONCE):
    for model in ("Client", "Contact"):
        every = apps.get_model("clients", model).objects
        while rows := list(every.filter(name_key=b"").order_by("pk").only("name")[:size]):
            for row in rows:
                row.name_key = name_key(row.name)
            every.bulk_update(rows, ["name_key"])


class Migration(migrations.Migration):
    atomic = False  # each batch stays, whatever happens to the next
    dependencies = [("clients", "0011_name_keys")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
