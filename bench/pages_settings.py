"""The product's own settings, with the floors' addresses beside its own and a middleware that counts.

Whoever asks for neither pays one look-up in a dict for them, on a page as on a floor.
"""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.pages_floors"
MIDDLEWARE = ["bench.pages_watching.Watching", *MIDDLEWARE]  # noqa: F405  # the product's own
