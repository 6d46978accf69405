#!/usr/bin/env python
"""Django's command line. `bin/manage` runs it against the right services."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:  # says by itself what to do
        sys.exit(f"manage.py: {problem}")


if __name__ == "__main__":
    main()
