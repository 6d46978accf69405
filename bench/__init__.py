"""What is measured: each module is a measurement, `bin/bench NAME --json`.

Django is set up here, so that a measurement can import models like any other module. As the owner: a
measurement makes its own database; the code it measures steps down to its role by itself (teams/wall.py).
Only the web server that a measurement starts (bench/pages_settings.py) is left to set itself up, and to log
in as the application's role, which walks through no wall.
"""

import os

import django

if os.environ.get("DJANGO_SETTINGS_MODULE") != "bench.pages_settings":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["FORDEL_ROLE"] = "owner"
    django.setup()
