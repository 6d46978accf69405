"""Embedded PostgreSQL and Valkey, for a machine that was given neither.

    python -m config.services start | stop | status | env
    python -m config.services run -- COMMAND …

`run` is what the scripts in bin/ are made of: it starts what is missing, runs the command with
the addresses in its environment, and stops the servers again when the last such command ends.
`start` leaves them running until `stop`; `env` prints the addresses for a shell's `eval`.
With DATABASE_URL or REDIS_URL set, that server is somebody else's and is left alone.

Both servers listen on loopback only, on a port of their own that is remembered, and want a
random password: loopback is open to every user of the machine. No Unix sockets, because their
paths may not pass 107 bytes and a checkout's may. No Django in here: this runs before it.
"""
