"""What starts and what refuses: commands on a bare clone, servers, and commands after bin/run."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from core.continuity import outside, standing
from core.models import Heartbeat, Standing, User
from retainer_hub import development, start
from retainer_hub.demo import play
from tests.world import NOW, World

ROOT = Path(__file__).resolve().parents[1]
KEY = "k3" * 40
WEB = ("-m", "gunicorn", "--bind", "127.0.0.1:0", "retainer_hub.wsgi")
WORKER, BEAT = (("-m", "celery", "-A", "retainer_hub", name) for name in ("worker", "beat"))


def run(
    folder: Path, program: tuple[str, ...], **environment: str
) -> subprocess.CompletedProcess[str]:
    """A process with these settings and no other."""
    bare = {"PATH": os.environ["PATH"], "HOME": str(folder.parent), "RH_VAR_DIR": str(folder)}
    command = [sys.executable, *program]
    return subprocess.run(
        command, cwd=ROOT, env=bare | environment, capture_output=True, text=True, timeout=300
    )


@pytest.mark.parametrize("asked", ["help", "check --help"])
def test_help_needs_no_key_and_makes_no_folder(tmp_path: Path, asked: str) -> None:
    answer = run(tmp_path / "var", ("manage.py", *asked.split()))
    assert (answer.returncode, answer.stderr) == (0, "")
    assert not (tmp_path / "var").exists()


def test_what_commands_write_is_for_their_user_alone(tmp_path: Path) -> None:
    answer = run(tmp_path / "var", ("manage.py", "migrate", "-v0"), SECRET_KEY=KEY)
    assert (answer.returncode, answer.stderr) == (0, "")
    written = [tmp_path / "var", *(tmp_path / "var").rglob("*")]
    assert len(written) > 1
    assert [path.name for path in written if path.stat().st_mode & 0o077] == []


ONLY = ("-m", "retainer_hub.serve", "--only", "worker-mail")  # as systemd and containers start it


@pytest.mark.parametrize(
    "server", [WEB, WORKER, BEAT, ONLY], ids=["web", "worker", "beat", "one of serve"]
)
def test_no_server_starts_on_what_is_wrong_and_each_names_all_of_it(
    tmp_path: Path, server: tuple[str, ...]
) -> None:
    answer = run(tmp_path / "var", server, CHARGING="maybe")
    assert answer.returncode == start.REFUSED
    assert (
        "rh.E001: There is no SECRET_KEY. Set SECRET_KEY to 50 or more random characters"
        in answer.stderr
    )
    assert "rh.E004: CHARGING is 'maybe'" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_copied_development_folder_is_served_to_nobody(tmp_path: Path) -> None:
    """Commands work on it; a server takes neither DEBUG nor the key from it."""
    (tmp_path / "secret_key").write_text("d" * 80)
    (tmp_path / development.FILE).write_text("DEBUG=on\nSITE_URL=http://127.0.0.1:8000\n")
    assert run(tmp_path, ("manage.py", "check")).returncode == 0
    answer = run(tmp_path, WEB)
    assert answer.returncode == start.REFUSED
    assert "rh.E002: SECRET_KEY is the one that bin/run made" in answer.stderr


@pytest.mark.django_db
def test_a_folder_of_another_user_is_named(
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.VAR_DIR, settings.SECRET_KEY = tmp_path, ""
    monkeypatch.setattr(
        os, "access", lambda *_: False
    )  # root, who runs this in a container, may do everything
    with pytest.raises(SystemExit):
        start.prepare()
    assert (
        f"rh.E001: There is no SECRET_KEY. {tmp_path} belongs to another user"
        in capsys.readouterr().err
    )


CHOSEN = {
    "RH_VAR_DIR": "anywhere",
    "DEBUG": "on",
    "SITE_URL": "http://127.0.0.1:8123",
    "PATH": "/usr/bin",
}


def recalled(folder: Path, **environment: str) -> dict[str, str]:
    development.recall(folder, environment)
    return environment


def test_a_command_learns_the_mode_and_the_address_of_bin_run(tmp_path: Path) -> None:
    development.remember(tmp_path, CHOSEN)
    assert recalled(tmp_path) == {"DEBUG": "on", "SITE_URL": "http://127.0.0.1:8123"}
    assert (
        recalled(tmp_path, SITE_URL="http://127.0.0.1:9", LOG_LEVEL="INFO")["SITE_URL"]
        == "http://127.0.0.1:9"
    )
    assert recalled(tmp_path / "nowhere") == {}


@pytest.mark.parametrize("name", development.BY_HAND)
def test_one_setting_made_by_hand_ends_the_remembering(tmp_path: Path, name: str) -> None:
    development.remember(tmp_path, CHOSEN)
    assert recalled(tmp_path, **{name: "x"}) == {name: "x"}
    development.remember(tmp_path, CHOSEN | {name: "x"})
    assert recalled(tmp_path) == {}


def test_nothing_but_the_mode_and_the_address_is_taken_from_the_file(tmp_path: Path) -> None:
    (tmp_path / development.FILE).write_text(
        "DEBUG=on\nALLOWED_HOSTS=*\nPYTHONPATH=/tmp\n# SECRET_KEY=x\n"
    )
    assert recalled(tmp_path) == {"DEBUG": "on"}


@pytest.mark.django_db
def test_a_server_in_production_ends_the_remembering(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR, settings.SECRET_FILE, settings.FOLDERS = tmp_path, tmp_path / "secret_key", []
    settings.SECRET_KEY, settings.ALLOWED_HOSTS = KEY, ["hub.example"]
    development.remember(tmp_path, CHOSEN)
    settings.DEBUG = False
    start.prepare()
    assert recalled(tmp_path) == {}


def test_root_leaves_nothing_that_the_owner_of_the_folder_cannot_change() -> None:
    folder = Path(tempfile.mkdtemp())
    owner = 65534 if os.geteuid() == 0 else os.geteuid()
    try:
        folder.chmod(0o755)
        os.chown(folder, owner, -1)
        write = (
            "import pathlib, runpy, sys; folder = pathlib.Path(sys.argv[2]);"
            "runpy.run_path(sys.argv[1])['become_owner_of'](folder / 'not' / 'there');"
            "(folder / 'made').touch()"
        )
        for_everybody = shutil.which("python3", path="/usr/local/bin:/usr/bin")
        python = for_everybody or sys.executable
        subprocess.run(
            [python, "-c", write, ROOT / "retainer_hub" / "owner.py", folder], cwd="/", check=True
        )
        assert (folder / "made").stat().st_uid == owner
    finally:
        shutil.rmtree(folder)


def test_an_interrupted_demo_is_loaded_anew(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEBUG = True
    played = []

    def play_half(*, now: Any) -> None:
        played.append(User.objects.create_user("demo@retainerhub.example", None))
        if len(played) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(play, "play", play_half)
    with pytest.raises(KeyboardInterrupt):
        call_command("demo")
    for _each in ("loads it anew", "leaves it alone"):
        call_command("demo")
        assert User.objects.get() == played[1]
        assert not Heartbeat.objects.exists()


def test_an_installation_that_has_run_can_be_given_the_demo_anew(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is kept outside says that it has run; without its own row it would stand still."""
    settings.DEBUG = True
    monkeypatch.setattr(outside, "stores", lambda: [outside.FileStore(tmp_path / "marks")])
    Standing.objects.all().delete()
    standing.begin(now=NOW)
    standing.advance(now=NOW)

    def play_again(*, now: Any) -> None:
        World()
        standing.advance(now=now)

    monkeypatch.setattr(play, "play", play_again)
    call_command("demo", "--reset")
    assert standing.in_doubt() is None
