"""A small demo clinic, made once; whoever spoils it takes a copy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.attacks import demo_site
from tests.attacks.serving import Web


@pytest.fixture(scope="session")
def pattern(django_db_setup: None) -> Iterator[str]:
    """The database to look at or to copy."""
    demo_site.make()
    yield demo_site.MADE
    demo_site.gone()


@pytest.fixture(scope="session")
def attacked(pattern: str) -> Iterator[Web]:
    """The demo behind a TLS proxy, for attacks that change nothing when they fail."""
    with demo_site.copy("fordel_attacked_read") as database, demo_site.site(database) as served:
        yield served
