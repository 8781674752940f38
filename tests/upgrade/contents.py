"""Everything that a database holds, so that two states of it can be compared: tables, triggers, rows."""

import hashlib
import os
import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import psycopg

#: Django notes there what models there are; rows of newer models stay, and harm no older version.
NOTES = ("django_migrations", "django_content_type", "auth_permission")
TABLES = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)
#: What a database of PostgreSQL is made of, apart from rows: each query gives a name and a text.
#: Django invents names for some constraints and indexes, so those are known by what they say.
PARTS = {
    "column": "SELECT table_name || '.' || column_name, data_type || is_nullable || coalesce(column_default, '')"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "constraint": "SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid), 'holds' FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "index": r"SELECT regexp_replace(indexdef, 'INDEX \S+ ON', 'INDEX ON'), 'holds' FROM pg_indexes WHERE schemaname = 'public'",
    "trigger": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
}
Contents = dict[str, str]


def contents(folder: Path) -> Contents:
    """By the name of each part, what it is."""
    if url := os.environ.get("DATABASE_URL"):
        with psycopg.connect(url) as server:
            return _of_postgres(server)
    with closing(sqlite3.connect(folder / "retainer_hub.sqlite3")) as database:
        return _of_sqlite(database)


def differences(before: Contents, after: Contents) -> list[str]:
    return [
        f"{name}: {before.get(name, 'was not there')} -> {after.get(name, 'is not there')}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _of_sqlite(database: sqlite3.Connection) -> Contents:
    found: Contents = {}
    made = database.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
    )
    for kind, name, sql in made.fetchall():
        text = " ".join((sql or "").split())
        if kind != "table":
            found[f"{kind} {name}"] = text
        elif "VIRTUAL" not in text and not re.search(r"_(data|idx|docsize|config|content)$", name):
            columns = sorted(
                str(row[1:]) for row in database.execute(f'PRAGMA table_info("{name}")')
            )
            names = sorted(row[1] for row in database.execute(f'PRAGMA table_info("{name}")'))
            selected = ", ".join(f'"{each}"' for each in names)
            rows = database.execute(f'SELECT {selected} FROM "{name}"')
            found[f"table {name}"] = str(columns)
            found[f"constraints of {name}"] = str(sorted(re.findall(r'CONSTRAINT "(\w+)"', text)))
            found[f"rows of {name}"] = _hash(map(repr, rows))
    return _without_notes(found)


def _of_postgres(server: psycopg.Connection) -> Contents:
    found: Contents = {}
    for kind, query in PARTS.items():
        found |= {f"{kind} {name}": text for name, text in server.execute(query)}  # type: ignore[call-overload]
    for (name,) in server.execute(TABLES).fetchall():
        rows = server.execute(f'SELECT to_jsonb(t)::text FROM "{name}" t')  # type: ignore[call-overload]
        found[f"rows of {name}"] = _hash(text for (text,) in rows)
    return _without_notes(found)


def _hash(rows: Iterable[str]) -> str:
    lines = sorted(rows)
    return f"{len(lines)} {hashlib.sha256(chr(10).join(lines).encode()).hexdigest()[:12]}"


def _without_notes(found: Contents) -> Contents:
    return {
        name: text for name, text in found.items() if name.removeprefix("rows of ") not in NOTES
    }
