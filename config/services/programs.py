"""Running the programs that the two wheels carry, as somebody who is not root."""

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from config.services.place import AS_ROOT, LOCAL, ServiceError, data_home, reachable

SYSTEM_USER = "fordel"  # who the servers run as when we are root: PostgreSQL refuses to run as root
USERADD = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]


def ensure_user() -> None:
    if AS_ROOT and SYSTEM_USER not in {user.pw_name for user in pwd.getpwall()}:
        subprocess.run([*USERADD, SYSTEM_USER], check=True)


def own(path: Path) -> None:
    """Leave a file or folder to the servers' user, and to nobody else."""
    path.chmod(0o700 if path.is_dir() else 0o600)
    if AS_ROOT:
        shutil.chown(path, SYSTEM_USER, SYSTEM_USER)


@cache
def wheel(package: str) -> Path:
    """The folder of an installed package, or of a copy where the servers' user can reach it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ServiceError(f"the Python package {package} is not installed: run bin/up or bin/test once")
    installed = Path(spec.origin).parent
    if not AS_ROOT or reachable(installed):
        return installed
    copy = data_home() / f"{package}-{version(package)}"
    if not copy.exists():
        fresh = copy.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        for folder in installed.parent.glob(f"{package}*"):  # its libraries lie beside it, in package.libs
            shutil.copytree(folder, fresh / folder.name, symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", str(fresh)], check=True)
        fresh.rename(copy)
    return copy / package


def succeeds(*command: str | Path, folder: Path, stdin: str = "", **env: str) -> bool:
    """Run a program in its data folder, as the servers' user when we are root."""
    user: dict[str, Any] = {"user": SYSTEM_USER, "group": SYSTEM_USER, "extra_groups": []} if AS_ROOT else {}
    # Output goes to a file, not a pipe: a server that outlives its starter would hold the pipe open.
    with (LOCAL / "log" / "services.log").open("a") as log:
        done = subprocess.run(
            command,
            input=stdin,
            text=True,
            cwd=folder,
            stdout=log,
            stderr=log,
            env={"PATH": os.defpath, "LC_ALL": "C", **env},
            start_new_session=True,  # Ctrl-C in the terminal is not for the servers
            check=False,
            **user,
        )
    return done.returncode == 0


def insist(*command: str | Path, folder: Path, stdin: str = "") -> None:
    if not succeeds(*command, folder=folder, stdin=stdin):
        raise ServiceError(f"{Path(command[0]).name} failed, see {LOCAL}/log/services.log")


def wait_until(true: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + 30
    while not true():
        if time.monotonic() > deadline:
            raise ServiceError(otherwise)
        time.sleep(0.02)
