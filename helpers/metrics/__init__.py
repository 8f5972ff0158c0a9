"""Metrics: how good are generated samples, in numbers?

Most functions compare two arrays of features, real samples first, generated samples second.

Pixels are poor features: two sevens one pixel apart are far from each other. So images are compared
in the last hidden layer of a small digit classifier that the course trains itself (`features`).
Such a score is comparable only with scores from the same classifier. Points in the plane, where the
density is known, are scored directly: by modes (`mode_coverage`) or along a curve
(`curve_coverage`).

"Perfect samples" are samples from the distribution of the real ones. With finitely many samples
even they do not score exactly 0 or 1, so print a real-vs-real baseline beside each score. The
metrics measure different things: memorised samples pass all tests here but
`nearest_neighbour_test`.
"""

from .coverage import (
    NDB,
    ClassBalance,
    CurveCoverage,
    ModeCoverage,
    class_balance,
    curve_coverage,
    mode_coverage,
    ndb,
)
from .features import cached_digit_classifier, digit_classifier, features
from .frechet import frechet_bias, frechet_distance, frechet_extrapolated
from .two_sample import (
    PRDC,
    classifier_test,
    kernel_distance,
    nearest_neighbour_test,
    nearest_neighbours,
    prdc,
    sliced_wasserstein,
)
