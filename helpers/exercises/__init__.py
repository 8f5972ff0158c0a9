"""Exercises: is my answer right, and if not, which mistake is it?

One module per lesson, named as its notebook without the number. `answer` has what the checks share,
`published_bugs` the bugs that one of the exercises is about.
"""

from .answer import Verdict
from .dense_mnist import (
    check_confused_discriminator,
    check_generator_loss,
    check_generator_step,
    check_pixel_scale,
)
from .measuring_samples import check_seeds_needed
from .scoring_the_spiral import check_dropped_modes, check_modes_covered, check_two_sigma
from .start_here import check_latent_walk, check_minutes_of_training, check_values_per_image
from .the_minimax_loss import (
    check_discriminator_loss,
    check_jsd,
    check_optimal_discriminator,
    check_saturating_loss,
    check_value_without_overlap,
)
from .the_spiral import check_best_setting, check_gradient
from .training_dynamics import check_stability_limit
from .training_failures import (
    FAILURE_SIGNS,
    check_invariant,
    check_loss_constants,
    check_named_failures,
)
from .two_players import (
    SEVEN_STEPS,
    be_the_discriminator,
    check_equilibrium_accuracy,
    check_false_equilibrium,
    check_logit,
    check_normal_generator,
    check_seven_steps,
)
