"""The tests of training share the light box's model and photos."""

from tests.vision.conftest import model, photos

__all__ = ["model", "photos"]
