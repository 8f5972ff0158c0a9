"""How good, in numbers? Functions of two arrays of features: real first, generated second.

Pixels make poor features: two sevens one pixel apart are far from each other. So the course
measures in the last hidden layer of a small digit classifier of its own. Such a number can be
compared only with others from the same classifier. In the plane, where the density is known,
points are scored as they are: by modes, or along a curve. No score is perfect at 0 or 1 with
finitely many samples: print the real-vs-real row beside it. Each sees something else: copies of
the real samples pass all tests here but that of the nearest neighbour."""

from .coverage import (
    ClassBalance,
    CurveCoverage,
    DifferentBins,
    ModeCoverage,
    class_balance,
    curve_coverage,
    different_bins,
    mode_coverage,
)
from .features import digit_classifier, features, kept_classifier
from .frechet import frechet_bias, frechet_distance, frechet_without_bias
from .two_sample import (
    Neighbourhoods,
    classifier_test,
    kernel_distance,
    nearest,
    nearest_neighbour_test,
    neighbourhoods,
    sliced_wasserstein,
)
