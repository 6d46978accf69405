"""What is measured: each module is a measurement, `bin/bench NAME --json`.

Django is set up here, so that a measurement can import models like any other module. As the owner: a
measurement makes its own database; the code it measures steps down to its role by itself (teams/wall.py).
"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["FORDEL_ROLE"] = "owner"
django.setup()
