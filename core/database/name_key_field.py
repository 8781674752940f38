"""A column that holds the key by which a name is sorted (core.lists.name_order)."""

from typing import Any

from django.db import models

from core.lists.name_order import name_key


class NameKeyField(models.BinaryField):  # type: ignore[type-arg]
    """The sort key of the field `of`, written with every row that is saved or inserted in bulk.

    Databases compare it byte by byte, so that PostgreSQL and SQLite have the same order in any
    locale. What updates the name with `QuerySet.update` has to write the key itself.
    """

    def __init__(self, *args: Any, of: str = "name", **options: Any) -> None:
        self.of = of
        super().__init__(*args, **({"default": b"", "db_default": b""} | options))

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes:
        key = name_key(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, key)
        return key


class SortedByName(models.Model):
    """The base of models that are sorted by their `name`: saving it saves its key as well."""

    name_key = NameKeyField(editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        fields = options.get("update_fields")
        if fields is not None and "name" in fields:
            options["update_fields"] = {*fields, "name_key"}
        super().save(*args, **options)
