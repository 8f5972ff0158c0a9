"""What both networks minimise: adversarial losses on logits, and gradient penalties."""

from .adversarial import (
    LOSSES,
    Loss,
    hinge_discriminator,
    least_squares_discriminator,
    least_squares_generator,
    logistic_discriminator,
    minimax_generator,
    non_saturating_generator,
    relativistic_discriminator,
    relativistic_generator,
    wasserstein_discriminator,
    wasserstein_generator,
)
from .penalties import (
    PENALTIES,
    Penalty,
    half_mean_square,
    interpolate,
    logits_and_penalties,
    unit_gradient_norm,
)
from .switchable import SwitchableLoss
