"""The scripts in bin/ and the embedded services, tried from outside as a newcomer meets them."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
SCRIPTS = [
    script
    for script in [*(CHECKOUT / "bin").rglob("*"), CHECKOUT / ".ci" / "run"]
    if script.is_file() and script.suffix != ".py"
]
OWN_SERVERS = {"DATABASE_URL", "REDIS_URL", "FORDEL_SECRET_KEY"}  # without these, the services are embedded


def script(name: Path | str) -> str:
    return str(Path(name).relative_to(CHECKOUT))


def up(checkout: Path, path: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    """Run bin/up where it must fail before it starts anything."""
    port = env.pop("PORT", None) or str(a_free_port())
    search = f"{path}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [checkout / "bin" / "up"], env={**os.environ, **env, "PORT": port, "PATH": search},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fake(folder: Path, name: str, body: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)


@pytest.fixture
def bare_checkout(tmp_path: Path) -> Path:
    """A checkout in which nothing is installed yet, its path with a space in it."""
    checkout = tmp_path / "bare checkout"
    checkout.mkdir()
    shutil.copytree(CHECKOUT / "bin", checkout / "bin")
    for name in ["requirements.txt", "package-lock.json"]:
        shutil.copy(CHECKOUT / name, checkout)
    return checkout


@pytest.mark.parametrize("name", SCRIPTS, ids=script)
def test_script_is_well_formed_and_says_what_it_is_for(name: Path) -> None:
    subprocess.run(["bash", "-n", name], check=True)
    assert "# " in name.read_text().splitlines()[1]


def test_a_port_in_use_is_told_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = up(CHECKOUT, PORT=str(port))
    assert answer.returncode == 1
    assert re.fullmatch(rf"up: port {port} is in use .*\n", answer.stderr)


def test_an_old_python_is_told_in_one_line(bare_checkout: Path, tmp_path: Path) -> None:
    for name in ["python3", "python3.11", "python3.12", "python3.13"]:
        fake(tmp_path, name, 'if [ "$1" = --version ]; then echo Python 3.9.2; else exit 1; fi')
    answer = up(bare_checkout, path=str(tmp_path))
    assert answer.returncode == 1
    assert answer.stderr == "up: Python 3.11 or newer is needed; found Python 3.9.2.\n"


def test_a_full_disk_is_told_before_anything_is_installed(bare_checkout: Path, tmp_path: Path) -> None:
    fake(tmp_path, "df", "echo Filesystem; echo /dev/x 9000 8900 100 99% /")
    answer = up(bare_checkout, path=str(tmp_path))
    assert answer.returncode == 1
    assert answer.stderr == "up: 1500 MB of free disk is needed to install; 100 MB is left.\n"
    assert not (bare_checkout / ".venv").exists()


def test_a_missing_network_is_told_in_one_line(bare_checkout: Path) -> None:
    nowhere = f"http://127.0.0.1:{a_free_port()}/simple"
    answer = up(bare_checkout, PIP_INDEX_URL=nowhere, PIP_CONFIG_FILE=os.devnull, PIP_FIND_LINKS="")
    assert answer.returncode == 1
    assert "is there a network?" in answer.stderr.splitlines()[-1]
    assert len(answer.stderr.splitlines()) == 2  # the first says what is being installed


# What the embedded servers tell of themselves, from inside a `run`.
WHO = """
import os, psycopg, redis
with psycopg.connect(os.environ["DATABASE_URL"]) as database:
    (born, owner, superuser) = database.execute(
        "SELECT pg_postmaster_start_time(), rolname, rolsuper FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
broker = redis.Redis.from_url(os.environ["REDIS_URL"])
print(born, owner, superuser, broker.info()["run_id"], len(os.environ["FORDEL_SECRET_KEY"]) > 40)
"""


Services = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    """`python -m config.services` of a checkout of its own, within reach of the servers' user.

    Never of this one: its data are somebody's, and a bin/up may be running on them.
    """
    (CHECKOUT / ".local").mkdir(exist_ok=True)
    checkout = Path(tempfile.mkdtemp(prefix="test ", dir=CHECKOUT / ".local"))
    checkout.chmod(0o755)
    shutil.copytree(CHECKOUT / "config" / "services", checkout / "config" / "services")
    (checkout / "config" / "__init__.py").touch()
    env = {name: value for name, value in os.environ.items() if name not in OWN_SERVERS}
    env |= {"PYTHONPATH": str(checkout), "PYTHONSAFEPATH": "1"}

    def call(*words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "config.services", *words]
        return subprocess.run(
            command, env={**env, **more}, cwd=checkout, capture_output=True, text=True, check=False
        )

    yield call
    home = Path(call("status").stdout.splitlines()[0].split(maxsplit=2)[2])
    call("stop")
    shutil.rmtree(checkout)
    if home.parent == Path("/var/lib/fordel"):  # where a checkout in a private home has its data
        shutil.rmtree(home)


def test_services_are_found_again_and_stopped_by_the_last_one_out(services: Services, tmp_path: Path) -> None:
    who = tmp_path / "who.py"
    who.write_text(WHO)
    another = f"env -u DATABASE_URL -u REDIS_URL python -m config.services run -- python '{who}'"
    nested = f"python '{who}'; {another}; python '{who}'"
    answer = services("run", "--", "bash", "-c", nested)
    lines = answer.stdout.splitlines()
    assert len(lines) == 3, answer.stderr
    assert len(set(lines)) == 1, "the inner run should find the outer one's servers, and leave them running"
    assert " fordel_owner False " in lines[0]
    assert lines[0].endswith(" True")
    after = services("status")
    assert after.returncode == 3
    assert [line.split()[1] for line in after.stdout.splitlines()] == ["stopped", "stopped"]


def test_services_started_by_hand_outlive_a_run(services: Services) -> None:
    assert services("start").returncode == 0
    assert services("run", "--", "true").returncode == 0
    assert services("status").returncode == 0
    assert services("stop").returncode == 0
    assert services("status").returncode == 3


def test_a_command_s_exit_status_comes_through(services: Services) -> None:
    elsewhere = {"DATABASE_URL": "postgres://elsewhere/x", "REDIS_URL": "redis://elsewhere"}
    for body, status in [("exit 7", 7), ("kill -TERM $$", 143)]:
        assert services("run", "--", "sh", "-c", body, **elsewhere).returncode == status


@pytest.mark.parametrize("name", ["requirements", "requirements-dev", "requirements-node"])
def test_every_requirement_says_why_and_is_locked(name: str) -> None:
    wanted = [
        line for line in (CHECKOUT / f"{name}.in").read_text().splitlines() if not re.match(r"#|-c ", line)
    ]
    assert all(re.search(r"  # \S", line) for line in wanted)
    locked = (CHECKOUT / f"{name}.txt").read_text()
    blocks = re.findall(r"^[a-z0-9].*(?:\n[ #].*)*", locked, re.MULTILINE)
    assert len(blocks) >= len(wanted)
    assert all("==" in block and "--hash=sha256:" in block for block in blocks)
    assert "://" not in locked


def test_front_end_packages_are_locked_to_no_host() -> None:
    lock = (CHECKOUT / "package-lock.json").read_text()
    assert lock.count('"integrity"') == lock.count('"node_modules/')
    assert '"resolved"' not in lock
