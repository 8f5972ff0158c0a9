"""The helpers of the course. Import one before TensorFlow: that makes TensorFlow load quietly."""

from . import _tensorflow  # noqa: F401  (first: the other modules import TensorFlow)
