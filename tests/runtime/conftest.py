"""The counter of the small silo, for tests that put real instruments behind it."""

from tests.api.conftest import counter, staffed, unserved

__all__ = ["counter", "staffed", "unserved"]
