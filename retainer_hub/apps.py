"""Registers the roof with Django, for its commands and start-up checks."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class RoofConfig(AppConfig):
    name = "retainer_hub"

    def ready(self) -> None:
        from retainer_hub import checks  # noqa: F401 - importing registers them

        autodiscover_modules("tasks")  # a door that rings for a task must know its name
