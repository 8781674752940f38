"""Django app configuration of core."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from core.database.sqlite_parameters import raise_parameter_limit


def begin_standing(**kwargs: Any) -> None:
    """Make the row of this installation, once its table is there (core.continuity)."""
    from django.utils import timezone

    from core.continuity import standing
    from core.models import Standing

    if Standing._meta.db_table in connections[kwargs["using"]].introspection.table_names():
        standing.begin(now=timezone.now())


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Core")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core.safety import sign_ins

        sign_ins.connect()
        connection_created.connect(raise_parameter_limit)
        post_migrate.connect(begin_standing, sender=self)
