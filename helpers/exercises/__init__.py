"""Exercises: is my answer right, and if not, which mistake is it?

One module per lesson, named as its notebook without the number. `answer` has what the checks share,
`published_bugs` the bugs that one of the exercises is about, `own_gan` the training of a learner's GAN.
"""

from .answer import Verdict
from .dense_mnist import (
    check_my_gan,
    check_shift_each_image,
    check_walk_length,
)
from .measuring_samples import (
    check_coverage_of_perfect_samples,
    check_own_comparison,
    check_permutation_test,
    check_power_of_rates,
)
from .other_losses import (
    check_gradient_penalty,
    check_least_squares_logit,
    check_one_sided_penalty,
    check_wasserstein_on_a_line,
)
from .scoring_the_spiral import (
    check_kl_with_off,
    check_new_discriminator,
    check_perfect_curve,
    check_value_bound,
)
from .start_here import (
    LATENT_CHANGES,
    check_closed_walk,
    check_latent_order,
    check_nearest_class,
    check_shifted_distance,
)
from .the_minimax_loss import (
    check_discriminator_loss,
    check_jsd_estimate,
    check_kl,
    check_ratio_of_derivatives,
    check_value_with_a_missing_mode,
)
from .the_spiral import (
    check_area_factor,
    check_dimension,
    check_frozen_discriminator,
    check_mirrored_fraction,
    check_r3gan_step,
)
from .training_dynamics import (
    check_best_gamma,
    check_extragradient,
    check_one_sided_noise,
    check_stability_limits,
    check_updates_needed,
)
from .training_failures import (
    FAILURE_SIGNS,
    check_control,
    check_invariant,
    check_loss_constants,
    check_named_failures,
)
from .two_players import (
    be_the_discriminator,
    check_exponential_samples,
    check_gradient_through_d,
    check_logit_with_prior,
)
