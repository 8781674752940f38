"""Registers the core room with Django."""

import gc

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _

from core.database.sqlite_parameters import widen


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Core")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        connection_created.connect(widen)
        gc.freeze()  # what was imported stays: the collector need not walk it again and again (a third of a batch)
