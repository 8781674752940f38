"""Updates of the booted machine while people use it: one that works, two that fail, and the way back."""

from collections.abc import Callable

from tests.copied import copy_the_project
from tests.place.machine import Machine

HERE = "/srv/retainer-hub"
MIGRATION = """
from django.db import migrations

class Migration(migrations.Migration):
    dependencies = [("core", "{after}")]
    operations = [migrations.RunSQL({sql!r}, {back!r})]
"""
#: What migrations do, and how each is taken back.
ADDS = ("CREATE TABLE of_the_new_version (id integer)", "DROP TABLE of_the_new_version")
MORE = ("CREATE TABLE of_the_newest_version (id integer)", "DROP TABLE of_the_newest_version")
FAILS = ("SELECT no_such_column FROM core_user", "")
APPLIED = f"cd {HERE}; bin/manage schema | grep -c _trial || true"
#: Opens a page ten times a second, as browsers would, until the file `stop` is there.
PEOPLE = """
rm -f /tmp/stop /tmp/answers
(while [ ! -e /tmp/stop ]; do
  curl -s -o /dev/null --max-time 20 --cacert {ca} -w '%{{http_code}}\\n' {site}/accounts/login/ >> /tmp/answers || true
  sleep 0.1
done) >/dev/null 2>&1 </dev/null &
"""


def put(machine: Machine, name: str, *steps: tuple[str, str], spoilt: bool = False) -> str:
    """Put a version with these migrations more beside the one that runs; return its folder."""
    folder = machine.root / f"srv/{name}"
    copy_the_project(folder)
    migrations = folder / "core/migrations"
    for n, (sql, back) in enumerate(steps, 9001):
        after = max(path.stem for path in migrations.glob("[0-9]*.py"))
        text = MIGRATION.format(after=after, sql=sql, back=back)
        (migrations / f"{n}_trial.py").write_text(text)
    if spoilt:
        (folder / "gunicorn.conf.py").write_text("raise RuntimeError('a mistake')\n")
    machine.run(f"cp -a $(readlink -f {HERE})/.venv /srv/{name}/.venv")  # it has no network
    return f"/srv/{name}"


def fails(machine: Machine, command: str) -> str:
    """What a command says that must fail."""
    return machine.run(f"if {command} 2>&1; then echo It did not fail.; exit 1; fi")


def upgraded(
    machine: Machine, settings: str, *, ca: str, site: str, well: Callable[[Machine], None]
) -> None:
    """Update under load, then in vain, then back."""
    rows = f"{settings} bin/manage shell -v0 -c 'from core.models import User; print(User.objects.count())'"
    before = machine.run(rows)
    machine.run(PEOPLE.format(ca=ca, site=site))
    new = put(machine, "retainer-hub-new", ADDS)
    said = machine.run(f"{new}/deploy/upgrade")
    print(said, end="", flush=True)
    assert machine.run(f"readlink -f {HERE}").strip() == new
    assert machine.run(f"{settings} {APPLIED}").strip() == "1"
    well(machine)

    for name, step, spoilt in (("failing", FAILS, False), ("spoilt", MORE, True)):
        folder = put(machine, f"retainer-hub-{name}", ADDS, step, spoilt=spoilt)
        said = fails(machine, f"{folder}/deploy/upgrade")
        print(said, end="", flush=True)
        assert "The version before runs again" in said, said
        assert machine.run(f"readlink -f {HERE}").strip() == new
        assert machine.run(f"{settings} {APPLIED}").strip() == "1"
        well(machine)

    print(machine.run(f"{HERE}/deploy/upgrade --back"), end="", flush=True)
    assert machine.run(f"readlink -f {HERE}").strip() == f"{HERE}-first"
    assert machine.run(f"{settings} {APPLIED}").strip() == "0"
    well(machine)
    machine.run("touch /tmp/stop")
    assert machine.run(rows) == before
    answers = machine.run("sort /tmp/answers | uniq -c")
    print(f"--- what people were answered\n{answers}", end="", flush=True)
    codes = {line.split()[1] for line in answers.splitlines()}
    assert codes <= {"200", "503"}, "a page, or the page that says to wait"
