"""Database triggers that keep the index of the search in step, on SQLite and PostgreSQL.

Nothing that writes a row has to think of the search: inserts in bulk and cascades are covered.
On SQLite a migration that rebuilds a table drops its triggers, and must end with a Searched of its
own (tests/test_search.py says so).
"""

from collections.abc import Sequence

from core.database.sql_operation import SqlOperation, drop_triggers

PREFIX = "rh_search_"
INDEX = "core_searchentry"

#: Every three characters in a row, a word beginning with two spaces: "  n", " no", "nor". Each has
#: the end of the business's id and the group of its kind (core.search.find) in front, so that a
#: part of a word is looked up within one business, and among names without all notes that have it.
#: It needs no extension, which not every PostgreSQL has, and knows Thai in any locale.
#: In SQL instead of PL/pgSQL it takes ten times as long.
GRAMS = """
CREATE OR REPLACE FUNCTION rh_search_grams(business uuid, kind text, words text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    spaced text := '  ' || replace(words, ' ', '  ');
    mark text := right(business::text, 6) || CASE
        WHEN kind IN ('client', 'contact') THEN 'n' WHEN kind = 'time' THEN 't' ELSE 'o' END;
    grams text[] := '{}';
BEGIN
    FOR at IN 1 .. length(spaced) - 2 LOOP
        grams := grams || (mark || substr(spaced, at, 3));
    END LOOP;
    RETURN grams;
END $$
"""


class IndexOfWords(SqlOperation):
    """Migration operation: index the words of the search.

    PostgreSQL finds any part of a word in it. SQLite only reads it from end to end for a business,
    which is enough for what it is there for.
    """

    def describe(self) -> str:
        return "Index the words of the search"

    def forwards(self, vendor: str) -> list[str]:
        create = f"CREATE INDEX search_by_words ON {INDEX} "
        if vendor == "postgresql":
            return [GRAMS, create + "USING gin (rh_search_grams(business_id, kind, words))"]
        return [create + "(business_id, words, kind, id)"]


class IndexOfWordsByKind(SqlOperation):
    """Migration operation: on SQLite, let the search read names without all that is no name.

    It asks for names, notes and the rest apart (core.search.find), so that each entry is read once.
    """

    def describe(self) -> str:
        return "Index the words of the search by kind"

    def forwards(self, vendor: str) -> list[str]:
        return self._instead("search_by_words", "search_by_kind", "kind, words, id", vendor)

    def backwards(self, vendor: str) -> list[str]:
        return self._instead("search_by_kind", "search_by_words", "words, kind, id", vendor)

    def _instead(self, old: str, new: str, columns: str, vendor: str) -> list[str]:
        if vendor == "postgresql":
            return []
        return [f"DROP INDEX {old}", f"CREATE INDEX {new} ON {INDEX} (business_id, {columns})"]


class Searched(SqlOperation):
    """Migration operation: keep an entry of the index for each row of `table`, and fill it now.

    `kind` names the rows in the index. `words` are the columns that are searched. `total` says that
    the columns `total` and `currency` are searched as well, in minor units; it may be the name of
    another column than `total`. `only` is a column with a condition: other rows have no entry.
    """

    def __init__(
        self,
        table: str,
        kind: str,
        words: Sequence[str],
        *,
        total: str = "",
        only: tuple[str, str] | None = None,
    ) -> None:
        self.table, self.kind, self.words = table, kind, tuple(words)
        self.total, self.only = total, only

    def deconstruct(self) -> tuple[str, Sequence[object], dict[str, object]]:
        options: dict[str, object] = {"total": self.total, "only": self.only}
        return (self.__class__.__name__, [self.table, self.kind, self.words], options)

    def describe(self) -> str:
        return f"Search rows of {self.table}"

    def forwards(self, vendor: str) -> list[str]:
        triggers = self._for_postgres() if vendor == "postgresql" else self._for_sqlite()
        fill = f"{self._entry(self.table)} FROM {self.table} {self._where(self.table)}"
        return [*self._drop(vendor), *triggers, self._forget, fill]

    def backwards(self, vendor: str) -> list[str]:
        return [*self._drop(vendor), self._forget]

    @property
    def _forget(self) -> str:
        """The DELETE of all entries of the kind."""
        return f"DELETE FROM {INDEX} WHERE kind = '{self.kind}'"

    def _drop(self, vendor: str) -> list[str]:
        verbs = ("insert", "update", "delete")
        return drop_triggers(vendor, self.table, f"{PREFIX}{self.table}", verbs)

    def _entry(self, row: str) -> str:
        """The INSERT of an entry for `row`, which is the table or NEW."""
        words = " || ' ' || ".join(f"{row}.{column}" for column in self.words)
        money = f"{row}.{self.total}, {row}.currency" if self.total else "NULL, ''"
        return (
            f"INSERT INTO {INDEX} (id, business_id, kind, words, total, currency) "
            f"SELECT {row}.id, {row}.business_id, '{self.kind}', lower({words}), {money}"
        )

    def _where(self, row: str) -> str:
        return f"WHERE {row}.{' '.join(self.only)}" if self.only else "WHERE true"

    @property
    def _columns(self) -> str:
        return ", ".join(filter(None, (*self.words, self.total, self.only and self.only[0])))

    def _for_sqlite(self) -> list[str]:
        name, table = f"{PREFIX}{self.table}", self.table
        forget = f"DELETE FROM {INDEX} WHERE id = OLD.id;"
        enter = f"{self._entry('NEW')} {self._where('NEW')};"
        return [
            f"CREATE TRIGGER {name}_insert AFTER INSERT ON {table} BEGIN {enter} END",
            f"CREATE TRIGGER {name}_update AFTER UPDATE OF {self._columns} ON {table} "
            f"BEGIN {forget} {enter} END",
            f"CREATE TRIGGER {name}_delete AFTER DELETE ON {table} BEGIN {forget} END",
        ]

    def _for_postgres(self) -> list[str]:
        name, table = f"{PREFIX}{self.table}", self.table
        body = (
            f"IF TG_OP <> 'INSERT' THEN DELETE FROM {INDEX} WHERE id = OLD.id; END IF; "
            f"IF TG_OP <> 'DELETE' THEN {self._entry('NEW')} {self._where('NEW')}; END IF; "
            "RETURN NULL;"
        )
        function = (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {body} END $$"
        )
        verbs = {"insert": "INSERT", "update": f"UPDATE OF {self._columns}", "delete": "DELETE"}
        return [
            function,
            *(
                f"CREATE TRIGGER {name}_{verb} AFTER {event} ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {name}()"
                for verb, event in verbs.items()
            ),
        ]
