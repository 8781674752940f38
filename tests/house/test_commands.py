"""Every command in README and docs works as written, in a plain shell, once bin/run has started."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.copied import ROOT, copy_the_project
from tests.person import Person, letter

PAGES = [
    *(ROOT / "README.md", ROOT / "CONTRIBUTING.md"),
    *sorted((ROOT / "docs").rglob("*.md")),
]
PATIENCE = 600  # seconds for a start on a machine that is busy otherwise
pytestmark = pytest.mark.commands

PROGRAM = r"(?:manage\.py|bin/[\w-]+|deploy/(?:install|secrets)|gunicorn|celery)(?![\w./-])"
COMMAND = re.compile(
    rf"^(?:[A-Z_]+=\S*\s+)*(?:\./|\.venv/)?{PROGRAM}|/(?:manage\.py|bin/manage)(?![\w./-])"
)
FILE_NAME = "manage.py"  # alone it is the name of a file
SERVERS = (".venv/bin/gunicorn", ".venv/bin/celery")
#: Only asked for --help, which must know the words and options of the documents. bin/run itself
#: runs here. bin/pins writes other versions, which the next command would install into the
#: environment that these copies share with the tests.
ASKED_FOR_HELP = (
    *("bin/run", "bin/test", "bin/bench", "bin/pins", "bin/keep-release"),
    *("deploy/install", "deploy/secrets"),
)
PINS = ("requirements.txt", "requirements-dev.txt")
STOPPED = 130  # by Ctrl-C
NO_SUCH_ADDRESS = 67  # of receive_mail, as docs/operations.md says
SOMEBODY_IS_HERE = 1  # of first_owner, as it says itself
EXITS = {"receive_mail": NO_SUCH_ADDRESS, "first_owner": SOMEBODY_IS_HERE}


def fenced(text: str) -> list[str]:
    """The lines of fenced blocks, each as it stands."""
    return [
        line
        for block in re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S)
        for line in block.splitlines()
    ]


def inline(text: str) -> list[str]:
    """What stands between backticks outside of fenced blocks; a line break inside is a space."""
    rest = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    return [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", rest)]


def commands() -> list[str]:
    codes = [
        code for page in PAGES for code in [*fenced(page.read_text()), *inline(page.read_text())]
    ]
    return list(dict.fromkeys(code for code in codes if COMMAND.search(code) and code != FILE_NAME))


def production() -> list[str]:
    """The commands of a server, in their order: install, prepare, serve."""
    part = (ROOT / "docs/operations.md").read_text().partition("## Processes")[2]
    return fenced(part.partition("\n## ")[0])


class Shell:
    """A folder with a fresh copy of the project, like a clone, and a shell that knows nothing."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.root, self.log = folder / "hub", folder / "log"
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder / "home")} | environment
        (folder / "home").mkdir()
        copy_the_project(self.root)
        self.servers: list[subprocess.Popen[bytes]] = []

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE,
        )

    def serve(self, command: str) -> None:
        """Start it with a Ctrl-C that works: what begins in the background of a script ignores it.

        bin/test runs one of its lanes so, and a shell cannot take back what was ignored before.
        """
        with self.log.open("ab") as log:
            self.servers.append(
                subprocess.Popen(
                    ["/bin/sh", "-c", f"exec {command}"],
                    cwd=self.root,
                    env=self.environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
                )
            )

    def wait(self, is_ready: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not is_ready():
            assert time.monotonic() < end, self.log.read_text()
            assert all(server.poll() is None for server in self.servers), self.log.read_text()
            time.sleep(0.3)

    def stop(self, number: signal.Signals) -> list[int]:
        """Tell each of them, as a service manager does, or a terminal with all that they started.

        Returns their exit codes.
        """
        for server in self.servers:
            if server.poll() is None:
                (os.kill if number == signal.SIGTERM else os.killpg)(server.pid, number)
        codes = [server.wait(60) for server in self.servers]
        self.servers.clear()
        return codes


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def health(site: str, **headers: str) -> dict[str, str]:
    """What /health/ finds; empty while nothing answers."""
    try:
        with urllib.request.urlopen(
            urllib.request.Request(f"{site}/health/", headers=headers), timeout=10
        ) as answer:
            body = answer.read()
    except urllib.error.HTTPError as error:
        body = error.read()
    except OSError:
        return {}
    found: dict[str, str] = json.loads(body)["checks"]
    return found


PORT, SERVER_PORT = free_port(), free_port()
SITE, SERVER_SITE = f"http://127.0.0.1:{PORT}", f"http://127.0.0.1:{SERVER_PORT}"


@pytest.fixture(scope="module")
def empty(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The tests' empty database as a file; migrating one takes as long as everything else here."""
    path = tmp_path_factory.mktemp("empty") / "retainer_hub.sqlite3"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(path)])
    return path


@pytest.fixture(scope="module")
def server(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """Production behind a proxy, made by the commands of docs/operations.md in their order."""
    folder = tmp_path_factory.mktemp("server")
    shell = Shell(
        folder,
        SECRET_KEY="k3" * 40,
        SITE_URL="https://hub.example",
        ALLOWED_HOSTS="hub.example",
        TRUSTED_PROXIES="1",
        RH_VAR_DIR=str(folder / "var"),
        GUNICORN_CMD_ARGS=f"--bind 127.0.0.1:{SERVER_PORT}",
    )
    (shell.root / ".venv").symlink_to(sys.prefix)
    (folder / "var").mkdir()
    shutil.copy(empty, folder / "var")
    for command in production():
        if command.startswith(SERVERS):
            shell.serve(command)
        else:
            answer = shell.run(command)
            assert answer.returncode == 0, f"{command}\n{answer.stdout}{answer.stderr}"
    yield shell
    shell.stop(signal.SIGKILL)


@pytest.fixture(scope="module")
def hub(server: Shell, empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """bin/run has loaded the demo and serves, while the servers of production start."""
    shell = Shell(tmp_path_factory.mktemp("hub"))
    (shell.root / ".venv").symlink_to(sys.prefix)
    (shell.root / "var").mkdir()
    shutil.copy(empty, shell.root / "var")
    start(shell)
    for name in ("backups", "archived"):
        (shell.root / name).mkdir()
    shell.run("bin/manage schema > migrations")
    made = shell.run("bin/manage backup --to archived")  # before others: two at once are refused
    assert made.returncode == 0, made.stderr
    yield shell
    shell.stop(signal.SIGTERM)


def start(shell: Shell) -> None:
    shell.log.unlink(missing_ok=True)
    shell.serve(f"bin/run --port {PORT}")
    shell.wait(lambda: health(SITE).get("beat") == "ok")


FIRST_SCREEN = [
    r"Loading the demo \.\.\.",
    r"",
    r"Retainer Hub  http://127\.0\.0\.1:\d+  \(Ctrl-C stops it\)",
    r"Links that open once, no password:",
    r"  \S.* \((freelancer|client)\)",
    r"    http://127\.0\.0\.1:\d+/\S+/",
    r"  Emails: .*    Health: .*    Admin: bin/manage createsuperuser, then .*",
    r"\[serve\] stopping",
    r"Service Unavailable: /health/",
    r".* ERROR django\.request Service Unavailable: /health/",  # this test asks early
]


def unexpected(screen: str) -> list[str]:
    return [
        line
        for line in screen.splitlines()
        if not any(re.fullmatch(known, line) for known in FIRST_SCREEN)
    ]


def test_the_documents_are_read_for_commands() -> None:
    found = commands()
    assert {"bin/run", "bin/manage audit", "bin/manage check --deploy", *production()} <= set(found)
    assert any(command.startswith("bin/run  ") for command in found), "a line of a fenced block"
    assert any("/bin/manage receive_mail" in command for command in found), (
        "a line of somebody's own program"
    )
    assert not [command for command in found if "celery.py" in command]


def test_the_first_screen_says_what_matters_and_nothing_else(hub: Shell) -> None:
    screen = hub.log.read_text()
    assert not unexpected(screen)
    assert screen.startswith("Loading the demo ...")
    assert "Lanna Legal (client)" in screen


def test_a_second_start_on_the_same_port_is_one_sentence(hub: Shell) -> None:
    again = hub.run(f"bin/run --port {PORT}")
    assert again.returncode == 1
    assert (
        again.stdout + again.stderr == f"\nPort {PORT} is taken. Try:  bin/run --port {PORT + 1}\n"
    )


def test_every_command_works_as_written(hub: Shell) -> None:
    """In a shell with only PATH and HOME, while bin/run serves. Servers, bin/setup: see below."""
    asked = [command for command in commands() if not command.startswith((*SERVERS, "bin/setup"))]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        failures = list(filter(None, pool.map(lambda command: failure(hub, command), asked)))
    assert not failures, "\n\n".join(failures)
    for name in PINS:  # else the packages of these very tests would be replaced
        assert (hub.root / name).read_text() == (ROOT / name).read_text()


def failure(hub: Shell, command: str) -> str:
    """What went wrong, or nothing."""
    if command.startswith(ASKED_FOR_HELP):
        program, *words = command.partition(" #")[0].split()
        told = hub.run(f"{program} --help")
        missing = [
            word
            for word in words
            if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", told.stdout)
        ]
        known = told.returncode == 0 and not [
            word for word in missing if word.startswith("-") or word == words[0]
        ]
        return (
            ""
            if known
            else f"{command}: {program} --help does not name {' '.join(missing)}\n{told.stdout}"
        )
    answer = hub.run(with_examples(hub, command))
    expected = next((code for name, code in EXITS.items() if name in command), 0)
    if answer.returncode == expected and "Traceback" not in answer.stderr:
        return ""
    return f"{command}: {answer.returncode}\n{answer.stdout[-500:]}{answer.stderr[-1500:]}"


def with_examples(hub: Shell, command: str) -> str:
    """What a person or a mail server fills in, by values of this installation."""
    examples = {
        "EMAIL": "demo@retainerhub.example"
        if re.search("sign_in_link|reset_second_factor", command)
        else "ploy@baancoffee.example",
        "FILE": str(next((hub.root / "var" / "media").rglob("*.pdf"))),
        "DAY": "2026-12-01",
        "ARCHIVE": str(next((hub.root / "archived").glob("*.tar"))),
        "MIGRATIONS": str(hub.root / ("migrations" if "--back-to" in command else "applied")),
        "FOLDER": str(hub.root / "backups"),
        "PRIVATE_KEY": str(hub.root / "backups/key"),
        '"$1"': "reply+nobody@hub.example",
        "/srv/retainer-hub": str(hub.root),
    }
    if "bin/manage restore" in command:  # in a place of its own, which knows the key
        key = (hub.root / "var/secret_key").read_text().strip()
        command = f"RH_VAR_DIR={hub.root}/restored SECRET_KEY={key} DEBUG=on {command}"
    for word, value in examples.items():
        command = command.replace(word, value)
    return command


def test_web_server_worker_and_beat_work_together_through_queues_in_files(hub: Shell) -> None:
    """The worker sends the sign-up email that the web server asked for; both heartbeats are new."""
    nan = Person(SITE)
    nan.go("/accounts/signup/")
    nan.go(
        "/accounts/signup/",
        name="Nan",
        email="nan@studio.example",
        password1="ninety-nine oaks",
    )
    assert "nan@studio.example" in letter(SITE, "Confirm your email")
    hub.wait(lambda: set(health(SITE).values()) == {"ok"})


def test_both_spellings_are_one_program_from_any_folder(hub: Shell) -> None:
    expected = (1, "", "CommandError: There is no active user nobody@hub.example.\n")
    for program in ("manage.py", "bin/manage"):
        answer = hub.run(f"cd / && {hub.root}/{program} sign_in_link nobody@hub.example")
        assert (answer.returncode, answer.stdout, answer.stderr) == expected


def test_the_servers_of_production_serve_and_stop(server: Shell, hub: Shell) -> None:
    proxied = {"Host": "hub.example", "X-Forwarded-Proto": "https"}
    server.wait(lambda: set(health(SERVER_SITE, **proxied).values()) == {"ok"})
    assert server.stop(signal.SIGTERM) == [0] * 5
    assert "Traceback" not in server.log.read_text()


def test_ctrl_c_stops_it_quietly_and_the_next_start_loads_nothing(hub: Shell) -> None:
    assert hub.stop(signal.SIGINT) == [0]
    assert not unexpected(hub.log.read_text())
    start(hub)
    assert hub.stop(signal.SIGINT) == [0]
    screen = hub.log.read_text()
    assert not unexpected(screen)
    assert "Loading" not in screen
    assert "Lanna Legal (client)" in screen


def test_ctrl_c_stops_a_first_start_quietly_too(hub: Shell, tmp_path: Path) -> None:
    hub.environment["RH_VAR_DIR"] = str(tmp_path)
    hub.log.unlink()
    hub.serve(f"bin/run --port {PORT}")
    hub.wait((tmp_path / "retainer_hub.sqlite3").exists)
    assert hub.stop(signal.SIGINT) == [STOPPED]
    assert hub.log.read_text() == ""


def test_before_an_installation_a_command_says_how_to_make_one(tmp_path: Path) -> None:
    bare = Shell(tmp_path)
    for command in ("./manage.py help", "bin/manage help"):
        answer = bare.run(command)
        assert answer.returncode == 1
        assert re.fullmatch(
            r".+ Please run bin/setup, or bin/run, which also starts Retainer Hub\.\n",
            answer.stderr,
        )


def test_a_shim_of_a_python_that_is_not_active_is_passed_over_in_silence(tmp_path: Path) -> None:
    """pyenv has shims on the PATH for every version; most only print how to activate theirs."""
    bare, shims = Shell(tmp_path), tmp_path / "shims"
    shims.mkdir()
    for version in ("13", "12", "11"):
        (shims / f"python3.{version}").write_text(
            "#!/bin/sh\necho command not found >&2; exit 127\n"
        )
        (shims / f"python3.{version}").chmod(0o755)
    bare.environment["PATH"] = f"{shims}:{sys.base_prefix}/bin:/usr/bin:/bin"
    answer = bare.run("""sh -c '. bin/setup.sh; find_python; "$PYTHON" --version' bin/run""")
    assert answer.stderr == ""
    assert answer.stdout == f"Python {sys.version.split()[0]}\n"
