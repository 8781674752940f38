"""What installs the product for others: systemd's units, the image, compose.yaml and the proxies.

`bin/test place` boots a machine with them.
"""

import os
import re
import shlex
import stat
import subprocess
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.jobs.queues import QUEUES
from retainer_hub import secret_files, serve
from retainer_hub.watching import alive

ROOT = Path(__file__).resolve().parents[1]
UNITS = ROOT / "deploy" / "systemd"
PROCESSES = {"web", "beat", *(f"worker-{queue.name}" for queue in QUEUES)}
GUIDE = (ROOT / "docs/install.md").read_text()
TABLE = (ROOT / "docs/operations.md").read_text()
SETTINGS = set(re.findall(r"^\| `([A-Z_]+)` \|", TABLE, re.M))
WITH_FILES = SETTINGS | {f"{name}_FILE" for name in secret_files.NAMES}
OPENLY_NEVER = {*secret_files.NAMES, "POSTGRES_PASSWORD"} - {"REDIS_URL"}  # its has no password
OF_PYTHON = {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
ONLY = "only"  # of what serve.py is asked


def asked(words: list[str]) -> dict[str, Any]:
    """What serve.py understands of these words; it ends at those that it does not know."""
    return vars(serve.parser().parse_args(words))


def unit(name: str) -> dict[str, list[str]]:
    """The values of each key of a unit."""
    found = defaultdict(list)
    for line in (UNITS / name).read_text().splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found[key].append(value)
    return found


# systemd


def test_systemd_starts_each_process_once() -> None:
    wanted = unit("retainer-hub.target")["Wants"]
    assert sorted(wanted) == sorted(f"retainer-hub@{name}.service" for name in PROCESSES)
    (command,) = unit("retainer-hub@.service")["ExecStart"]
    python, _module, module, *words = shlex.split(command)
    assert (python, module) == ("/srv/retainer-hub/.venv/bin/python", "retainer_hub.serve")
    for name in PROCESSES:
        assert asked([word.replace("%i", name) for word in words])[ONLY] == name


@pytest.mark.parametrize(
    ("key", "value"),
    {
        "Restart": "always",
        "StartLimitIntervalSec": "0",
        "KillMode": "mixed",
        "PartOf": "retainer-hub.target",
        "User": "retainer",
        "UMask": "0077",
        "NoNewPrivileges": "yes",
        "CapabilityBoundingSet": "",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "StateDirectory": "retainer-hub",
        "ReadWritePaths": "-/var/backups/retainer-hub",
    }.items(),
)
def test_a_service_comes_back_and_reaches_only_what_it_needs(key: str, value: str) -> None:
    assert unit("retainer-hub@.service")[key] == [value]


def test_the_installer_writes_settings_that_there_are() -> None:
    written = re.findall(r'"([A-Z_]+)=\'', (ROOT / "deploy" / "install").read_text())
    assert {"RH_VAR_DIR", "SECRET_KEY", "VAULT_KEYS", "SITE_URL"} <= set(written) <= SETTINGS


@pytest.mark.parametrize("program", ["install", "secrets"])
def test_a_program_that_is_asked_wrongly_does_nothing(program: str) -> None:
    for words in (["--hots", "hub.example"], ["--host"], ["--host", "https://hub.example/"]):
        answer = run(ROOT / "deploy" / program, *words)
        assert answer.returncode in (1, 2) and answer.stderr and "made" not in answer.stdout
    assert not (ROOT / "secrets").exists()


def test_an_update_that_is_asked_wrongly_or_by_nobody_in_charge_does_nothing() -> None:
    upgrade = ROOT / "deploy" / "upgrade"
    assert run(upgrade, "--forwards").returncode == 2
    assert "--back" in run(upgrade, "--help").stdout
    assert "There is no installation to update" in run(upgrade).stderr or os.geteuid() != 0


# Containers


def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return read


def of_ours() -> dict[str, dict[str, Any]]:
    found = compose()["services"].items()
    return {name: service for name, service in found if service["image"] == "retainer-hub"}


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, each with its words in one line."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.M)
    lines = text.replace("\\\n", " ").splitlines()
    pairs = (line.partition(" ") for line in lines if line.strip())
    return [(word, " ".join(rest.split())) for word, _, rest in pairs]


def test_a_container_runs_each_process_once() -> None:
    services = of_ours()
    migrate = services.pop("migrate")
    assert [*migrate["entrypoint"], *migrate["command"]][:3] == [
        ".venv/bin/python",
        "manage.py",
        "migrate",
    ]
    started = [asked(service["command"])[ONLY] for service in services.values()]
    assert sorted(started) == sorted(PROCESSES)
    assert asked(services["web"]["command"])["bind"] == "0.0.0.0:8000"


@pytest.mark.parametrize("name", sorted(of_ours()))
def test_a_container_of_ours_can_write_its_volumes_and_nothing_else(name: str) -> None:
    service = of_ours()[name]
    assert service["read_only"] and service["cap_drop"] == ["ALL"] and service["init"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["tmpfs"] == ["/tmp"]
    assert service["volumes"] == [
        "files:/var/lib/retainer-hub",
        "backups:/var/backups/retainer-hub",
    ]
    assert "ports" not in service, "the proxy alone is reached from outside"


def test_containers_get_settings_that_there_are_and_secrets_as_files() -> None:
    read = compose()
    for name, service in read["services"].items():
        given, secrets = service.get("environment", {}), service.get("secrets", [])
        named = {value.rpartition("/")[2] for key, value in given.items() if key.endswith("_FILE")}
        assert named <= set(secrets) <= set(read["secrets"]), name
        assert not set(given) & OPENLY_NEVER, name
    for service in of_ours().values():
        assert set(service["environment"]) <= WITH_FILES
    ways = {f"/run/secrets/{name}" for name in read["secrets"]}
    assert set(re.findall(r"_FILE: (\S+)", (ROOT / "compose.yaml").read_text())) <= ways


def test_all_that_compose_names_is_there() -> None:
    read = compose()
    for name, service in read["services"].items():
        assert set(service.get("depends_on", {})) <= set(read["services"]), name
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in read["volumes"] or (ROOT / source).is_file(), f"{name}: {source}"
    assert read["services"]["migrate"]["build"] == "."


def test_the_image_starts_the_web_server_as_a_user_of_its_own() -> None:
    found = instructions()
    last = {word: rest for word, rest in found if word not in ("RUN", "COPY")}
    entry, words = yaml.safe_load(last["ENTRYPOINT"]), yaml.safe_load(last["CMD"])
    assert entry == [".venv/bin/python", "-m", "retainer_hub.serve"]
    assert asked(words)[ONLY] == "web"
    assert last["USER"] == "10001:10001"
    assert "retainer_hub.watching.alive" in last["HEALTHCHECK"]
    named = {pair.partition("=")[0] for pair in last["ENV"].split()}
    assert named <= SETTINGS | OF_PYTHON
    for word, rest in found:
        *sources, _to = rest.split()
        if word == "COPY" and not rest.startswith("--from"):
            assert all((ROOT / source).exists() for source in sources)


def test_neither_the_image_nor_git_gets_what_belongs_to_an_installation() -> None:
    for name in (".env", "hub.env", "secrets/secret_key", "var/secret_key"):
        assert run("/usr/bin/git", "check-ignore", name, cwd=ROOT).returncode == 0, name
    left_out = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".*", "**/*.env", "secrets", "var", "**/tests"} <= set(left_out)


def test_secrets_are_made_once_for_their_owner(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    program = tmp_path / "deploy" / "secrets"
    program.write_text((ROOT / "deploy" / "secrets").read_text())
    program.chmod(0o755)
    assert run(program).returncode == 1, "it does not guess a host"
    assert run(program, "--host", "hub.example").returncode == 0
    made = read_all(tmp_path)
    assert {f"secrets/{name}" for name in compose()["secrets"]} <= set(made)
    assert made[".env"] == "HUB_HOST=hub.example\n"
    assert made["secrets/database_password"] in made["secrets/database_url"]
    assert len({made["secrets/secret_key"], made["secrets/vault_keys"]}) == 2
    assert len(made["secrets/secret_key"]) >= 50
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert run(program, "--host", "other.example").returncode == 0
    assert read_all(tmp_path) == made


def read_all(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


def run(program: str | Path, *words: str, cwd: Path | None = None) -> Any:
    return subprocess.run([program, *words], capture_output=True, text=True, cwd=cwd)


# The proxy, and whoever asks whether the web server lives


@pytest.mark.parametrize(
    ("proxy", "lines"),
    [
        (
            "nginx.conf",
            [
                "proxy_request_buffering on;",
                "proxy_buffering on;",
                "client_max_body_size 21m;",
                "client_body_timeout 30s;",
                "proxy_set_header Host $host;",
                "proxy_set_header X-Forwarded-For $remote_addr;",
                "proxy_set_header X-Forwarded-Proto $scheme;",
                "proxy_set_header X-Request-ID $request_id;",
                "return 308 https://$host$request_uri;",
            ],
        ),
        (
            "Caddyfile",
            [
                "request_buffers 21MB",
                "response_buffers 21MB",
                "max_size 21MB",
                "read_body 2m",
                "header_up X-Request-ID {http.request.uuid}",
            ],
        ),
    ],
)
def test_a_proxy_reads_whole_requests_and_says_who_asks(proxy: str, lines: list[str]) -> None:
    """What a client sends in these headers is replaced, because one proxy is trusted."""
    text = (ROOT / "deploy" / "proxy" / proxy).read_text()
    stripped = [line.strip() for line in text.splitlines()]
    assert [line for line in lines if line not in stripped] == []
    assert re.search(r"p\|sign-in", text), "links that open once stay out of its log"


@pytest.fixture
def answering() -> Iterator[Callable[[int], tuple[int, dict[str, str]]]]:
    """A web server on a port, which answers with a status; and what it was asked with."""
    heard: dict[str, str] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.update(self.headers.items() | {"path": self.path}.items())
            self.send_response(server.status)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Nothing."""

    class Server(HTTPServer):
        status = 200

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def with_status(status: int) -> tuple[int, dict[str, str]]:
        server.status = status
        return server.server_port, heard

    yield with_status
    server.shutdown()
    server.server_close()


def test_a_container_is_asked_as_the_proxy_asks(
    answering: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the answer is that the host is unknown, or that there is another address with https."""
    monkeypatch.setenv("SITE_URL", "https://hub.example")
    port, heard = answering(200)
    assert alive.is_alive(port)
    assert (heard["path"], heard["Host"]) == ("/health/live/", "hub.example")
    assert heard["X-Forwarded-Proto"] == "https"
    answering(503)
    assert not alive.is_alive(port)
    assert not alive.is_alive(1), "nobody listens there"


# The guide


def test_the_guide_names_units_and_containers_that_there_are() -> None:
    units = set(re.findall(r"retainer-hub@([\w-]+\w)", GUIDE))
    assert units == PROCESSES
    exec_of = set(re.findall(r"docker compose (?:exec|logs|stop) ([a-z][a-z ]*[a-z])", GUIDE))
    named = {word for words in exec_of for word in words.split()}
    assert named and named <= set(compose()["services"])
    stopped = re.search(r"docker compose stop ([a-z ]+)`", GUIDE)
    assert stopped and set(stopped[1].split()) == set(of_ours()) - {"migrate"}
