"""Where the servers' data, ports and secrets lie, and the addresses made of them."""

import hashlib
import os
import secrets
import socket
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
LOCAL = CHECKOUT / ".local"
AS_ROOT = os.geteuid() == 0
PORTS = range(20_000, 32_768)  # from 32768 the kernel lends ports out to outgoing connections


class ServiceError(Exception):
    """Told to the user as one line."""


def reachable(path: Path) -> bool:
    """Whether everybody may come all the way down to a folder and read it."""
    may_pass = all(above.stat().st_mode & stat.S_IXOTH for above in path.parents)
    return may_pass and bool(path.stat().st_mode & stat.S_IROTH)


def data_home() -> Path:
    """The folder of the servers' data: .local/, or one in /var/lib where .local/ is out of reach.

    As root the servers run as a system user, who cannot come into a private home. We do not open
    somebody's home for that; the data moves out instead.
    """
    if AS_ROOT and not reachable(CHECKOUT):
        return Path("/var/lib/fordel") / hashlib.sha256(bytes(CHECKOUT)).hexdigest()[:12]
    return LOCAL


def make_home() -> None:
    for folder in (LOCAL, data_home()):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711 if AS_ROOT else 0o700)  # the system user passes through, and sees nothing
    (LOCAL / "log").mkdir(mode=0o700, exist_ok=True)


def remembered(name: str, make: Callable[[], str]) -> str:
    """A secret or a port that is made once and read ever after; it lies with the data it belongs to."""
    file = data_home() / name
    if not file.exists():
        make_home()
        fresh = data_home() / f"{name}.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(f"{make()}\n")
        with suppress(FileExistsError):  # of two that start at once, the first one's word stays
            os.link(fresh, file)
        fresh.unlink()
    return file.read_text().strip()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


def free_port() -> int:
    while not is_free(port := secrets.choice(PORTS)):
        pass
    return port


def port_of(server: str) -> int:
    return int(remembered(f"{server}.port", lambda: str(free_port())))


def port_to_start_on(server: str) -> int:
    """The remembered port; a new one where somebody else has taken it meanwhile."""
    if not is_free(port_of(server)):
        (data_home() / f"{server}.port").unlink()
    return port_of(server)


def password_of(server: str) -> str:
    return remembered(f"{server}.password", lambda: secrets.token_hex(24))


def database_url() -> str:
    return f"postgres://fordel_owner:{password_of('postgres')}@127.0.0.1:{port_of('postgres')}/fordel"


def redis_url() -> str:
    return f"redis://:{password_of('valkey')}@127.0.0.1:{port_of('valkey')}/0"


def secret_key() -> str:
    return remembered("secret_key", lambda: secrets.token_urlsafe(50))


def addresses() -> dict[str, str]:
    """What the environment lacks of the three things that Django must be told."""
    makers = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "FORDEL_SECRET_KEY": secret_key}
    return {name: make() for name, make in makers.items() if not os.environ.get(name)}
