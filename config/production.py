"""What Fordel refuses to start with where real patients are (FORDEL_PRODUCTION=1): one line for each fault.

Only the environment is asked here, so that `python -m config.production` can tell before anything is started;
what only the database knows is asked when a process begins to serve (config/starting.py).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

LOGINS = {"app": "fordel_app", "jobs": "fordel_jobs"}
# Django's own floor (security.W009), and its idea of too few different characters.
KEY_LENGTH, KEY_CHARACTERS = 50, 5
NEW_KEY = "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"


def refusals(env: Mapping[str, str]) -> list[str]:
    """One line for each thing that is wrong; none when Fordel may start."""
    found = [*_switches(env), *_addresses(env), *_secrets(env), *_mail(env)]
    return [f"FORDEL_PRODUCTION: {line}" for line in found]


def _switches(env: Mapping[str, str]) -> list[str]:
    lines = {
        "FORDEL_DEBUG": "FORDEL_DEBUG=1 viser pasienter i feilmeldinger. Slå den av.",
        "FORDEL_DEMO": "FORDEL_DEMO=1 viser innlogginger til hvem som helst. Slå den av.",
    }
    found = [line for name, line in lines.items() if env.get(name) == "1"]
    if env.get("FORDEL_HTTPS") != "1":
        found.append("FORDEL_HTTPS=1 mangler: uten TLS går passord og pasienter åpent over nettet.")
    return found


def _addresses(env: Mapping[str, str]) -> list[str]:
    hosts = [host.strip() for host in env.get("FORDEL_ALLOWED_HOSTS", "").split(",")]
    if not all(hosts):
        return ["FORDEL_ALLOWED_HOSTS mangler: skriv navnet Fordel svarer på, som fordel.example.no."]
    if any("*" in host for host in hosts):
        return ["FORDEL_ALLOWED_HOSTS kan ikke være *: da kan lenker peke til en annens server."]
    return []


def _secrets(env: Mapping[str, str]) -> list[str]:
    key, found = env.get("FORDEL_SECRET_KEY", ""), []
    if len(key) < KEY_LENGTH or len(set(key)) < KEY_CHARACTERS:
        found.append(f"FORDEL_SECRET_KEY må være minst {KEY_LENGTH} tilfeldige tegn. Lag en med: {NEW_KEY}")
    database, role = urlsplit(env.get("DATABASE_URL", "")), env.get("FORDEL_ROLE", "owner")
    if role in LOGINS and database.username != LOGINS[role]:
        found.append(
            f"DATABASE_URL må være {LOGINS[role]} sin egen når FORDEL_ROLE={role}: eierens adresse hører ikke hjemme"
            " i en prosess som tar imot fra nettet (docs/security.md)."
        )
    if role in LOGINS:
        found += [
            f"{name} skal ikke stå i miljøet til {LOGINS[role]}: hver prosess får bare sin egen adresse."
            for name in ("FORDEL_DATABASE_URL_APP", "FORDEL_DATABASE_URL_JOBS")
            if env.get(name)
        ]
    redis = urlsplit(env.get("REDIS_URL", ""))
    if redis.scheme == "redis" and not redis.password and not on_this_machine(redis.hostname):
        found.append(
            "REDIS_URL på en annen maskin må ha passord: den som skriver i køen, setter i gang jobber."
        )
    return found


def _mail(env: Mapping[str, str]) -> list[str]:
    if not (host := env.get("FORDEL_SMTP_HOST")):
        return []
    found = []
    if env.get("FORDEL_SMTP_SECURITY") == "none" and not on_this_machine(host):
        found.append(
            "FORDEL_SMTP_SECURITY=none sender e-post og passord åpent over nettet. Bruk starttls eller tls."
        )
    if not env.get("FORDEL_PUBLIC_URL", "").startswith("https://"):
        found.append("FORDEL_PUBLIC_URL må begynne med https:// når det sendes e-post.")
    return found


def on_this_machine(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


if __name__ == "__main__":
    sys.exit("\n".join(refusals(os.environ)) if os.environ.get("FORDEL_PRODUCTION") == "1" else 0)
