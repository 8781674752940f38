"""The frame of migration operations that only run SQL, on SQLite and PostgreSQL."""

from collections.abc import Iterable, Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class SqlOperation(Operation):
    """A migration operation that models do not know of: a kind of it lists its statements.

    It is no RunPython, because that builds all models of the project anew for its function.
    Table and column names are not escaped: they come from migrations, never from user input.
    """

    def forwards(self, vendor: str) -> Iterable[str]:
        """What is run on a database of `vendor`, "sqlite" or "postgresql"."""
        raise NotImplementedError

    def backwards(self, vendor: str) -> Iterable[str]:
        """What takes it back; nothing, if it goes with its table."""
        return ()

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing changes for models."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for statement in self.forwards(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for statement in self.backwards(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)


def drop_triggers(vendor: str, table: str, name: str, verbs: Sequence[str]) -> list[str]:
    """The statements that drop the triggers `name`_`verb` of `table`, as far as they exist."""
    on = f" ON {table}" if vendor == "postgresql" else ""
    return [f"DROP TRIGGER IF EXISTS {name}_{verb}{on}" for verb in verbs]
