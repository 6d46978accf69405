"""The command line of the embedded services; the package says what each word does."""

import argparse
import fcntl
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, ModuleType
from typing import IO

from config.services import postgres, valkey
from config.services.place import LOCAL, ServiceError, addresses, data_home, make_home
from config.services.programs import ensure_user

PINNED = LOCAL / "pinned"  # there while the servers were started by hand: then no `run` stops them


def ours() -> list[ModuleType]:
    """The servers that are ours to run: those whose address the environment does not give."""
    return [server for server in (postgres, valkey) if not os.environ.get(server.URL)]


@contextmanager
def locked(name: str, how: int) -> Iterator[IO[str]]:
    make_home()
    with (LOCAL / name).open("w") as file:
        fcntl.flock(file, how)
        yield file


def start() -> bool:
    """Start what does not run; whether anything ran already."""
    with locked("start.lock", fcntl.LOCK_EX):
        ensure_user()
        running = [server for server in ours() if server.runs()]
        for server in ours():
            if server not in running:
                server.start()
    return bool(running)


def stop() -> None:
    with locked("start.lock", fcntl.LOCK_EX):
        for server in ours():
            if server.runs():
                server.stop()
        PINNED.unlink(missing_ok=True)


def run(command: list[str]) -> int:
    """Run a command with the servers up, and stop them after the last such command.

    Each `run` holds one lock together with the others for as long as it lasts, and the kernel lets go
    of it for one that is killed. Who then gets it alone was the last.
    """
    with locked("users.lock", fcntl.LOCK_SH) as users:
        if not start():
            PINNED.unlink(missing_ok=True)  # left behind by a machine that went down
        status = obey(command)
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)  # the servers are stopped to the end
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return status
        if not PINNED.exists():
            stop()
    return status


def obey(command: list[str]) -> int:
    """Run the command to its end, pass signals on to it, and answer its exit status as a shell would."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    child = subprocess.Popen(command, env={**os.environ, **addresses(), "PATH": path})

    def pass_on(number: int, frame: FrameType | None) -> None:
        # Ctrl-C in a terminal has reached the command already, and a second one means "at once".
        if not (number == signal.SIGINT and sys.stdin and sys.stdin.isatty()):
            child.send_signal(number)

    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, pass_on)
    status = child.wait()
    return status if status >= 0 else 128 - status


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m config.services")
    parser.add_argument("word", choices=["start", "stop", "status", "env", "run"])
    parser.add_argument("command", nargs=argparse.REMAINDER, help="for run: -- and what to run")
    asked = parser.parse_args()
    if asked.word == "run":
        return run(asked.command[1:] if asked.command[:1] == ["--"] else asked.command)
    if asked.word == "start":
        start()
        PINNED.touch()
    elif asked.word == "stop":
        stop()
    elif asked.word == "env":
        print("\n".join(f"export {name}={shlex.quote(value)}" for name, value in addresses().items()))
    elif asked.word == "status":
        down = [server for server in ours() if not server.runs()]
        for server in ours():
            print(server.__name__.rpartition(".")[2], "stopped" if server in down else "running", data_home())
        return 3 if down else 0
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (ServiceError, OSError, subprocess.CalledProcessError) as problem:
        sys.exit(f"services: {problem}")
