"""Registers the roof with Django, for its commands and start-up checks."""

from django.apps import AppConfig


class RoofConfig(AppConfig):
    name = "retainer_hub"

    def ready(self) -> None:
        from retainer_hub import checks  # noqa: F401 - importing registers them
