"""Django app configuration of core."""

import gc

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _

from core.database.sqlite_parameters import raise_parameter_limit


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Core")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        connection_created.connect(raise_parameter_limit)
        # Imported modules live as long as the process. Freezing them stops the garbage collector
        # from scanning them again and again, which took a third of the time of a batch.
        gc.freeze()
