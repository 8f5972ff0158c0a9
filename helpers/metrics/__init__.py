"""How good, in numbers? Functions of two arrays of features: real first, generated second.

Pixels make poor features: two sevens one pixel apart are far from each other. So the course
measures in the last hidden layer of a small digit classifier of its own. Such a number can be
compared only with others from the same classifier. In the plane, where the density is known,
points are scored as they are: by modes, or along a curve. No score is perfect at 0 or 1 with
finitely many samples: print the real-vs-real row beside it. Each sees something else: copies of
the real samples pass all tests here but that of the nearest neighbour."""

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
    nearest,
    nearest_neighbour_test,
    prdc,
    sliced_wasserstein,
)
