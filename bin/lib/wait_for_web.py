"""Wait until web answers; give up when its process is gone, or after a minute and a half."""

import http.client
import os
import sys
import time

port, process = int(sys.argv[1]), int(sys.argv[2])
deadline = time.monotonic() + 90
while time.monotonic() < deadline:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        break
    try:
        web = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        web.request("GET", "/helse/")
        # A redirect to https, or a host name that is not allowed, is an answer as well.
        if web.getresponse().status < http.client.INTERNAL_SERVER_ERROR:
            sys.exit(0)
    except (OSError, http.client.HTTPException):
        pass
    time.sleep(0.1)
sys.exit(1)
