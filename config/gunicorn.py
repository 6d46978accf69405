"""gunicorn's settings (Procfile). In production it says what is wrong in one line each, and does not start."""

import os
import sys

from gunicorn.http import wsgi

from config.production import refusals

if os.environ.get("FORDEL_PRODUCTION") == "1" and (refused := refusals(os.environ)):
    sys.exit("\n".join(refused))

wsgi_app = "config.wsgi"
worker_class = "config.slow_clients.Worker"
workers = 2
threads = 4
worker_connections = 500  # how many may be on their way in at once, in each worker
graceful_timeout = 4
control_socket_disable = True
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
# Which program answers is nobody's business.
wsgi.SERVER = "Fordel"
