"""Say in one line why web cannot listen on a port, before anything is installed or started."""

import socket
import sys

asked = sys.argv[1]
if not asked.isdecimal() or not 0 < int(asked) < 65536:
    sys.exit(f"up: PORT is {asked!r}; it must be a number from 1 to 65535.")
with socket.socket() as probe:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", int(asked)))
    except PermissionError:
        sys.exit(f"up: port {asked} is for root only. Choose another: PORT=8001 bin/up")
    except OSError:
        sys.exit(f"up: port {asked} is in use (another bin/up?). Choose another: PORT=8001 bin/up")
