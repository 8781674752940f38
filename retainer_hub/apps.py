"""The Django app of the project itself, for its commands and start-up checks."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class RoofConfig(AppConfig):
    """Registers the start-up checks and the tasks of all apps."""

    name = "retainer_hub"

    def ready(self) -> None:
        from retainer_hub import checks  # noqa: F401 - importing registers them
        from retainer_hub.processes import garbage

        # The web process starts tasks by name, so it must have loaded them too.
        autodiscover_modules("tasks")
        # The rooms inside are no apps.
        from retainer_hub.backup import tasks as _of_backup  # noqa: F401
        from retainer_hub.pruning import tasks as _of_pruning  # noqa: F401

        garbage.leave_alone_what_is_loaded()
