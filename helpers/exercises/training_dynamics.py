"""Exercise of the lesson `training_dynamics`: the stability limit of the Dirac-GAN."""

import numpy as np

from .answer import NotYet, Verdict, guarded, number, short_repr


@guarded
def check_stability_limit(answer: float | None) -> Verdict:
    """Check the largest learning rate at which the Dirac-GAN oscillates without diverging: 4.

    The updates alternate, D first. Up to the limit both eigenvalues of an update have modulus 1
    (Mescheder et al. 2018).

    Args:
        answer: The learning rate, above 0. 4 must be met within 0.05.

    Returns:
        Verdict.
    """
    learning_rate = number(answer)
    if abs(learning_rate - 4) <= 0.05:
        return Verdict(
            "right", "up to 4 both eigenvalues lie on the unit circle, beyond it one leaves."
        )
    if np.isclose(learning_rate, 2):
        raise NotYet(
            "2 is the limit of learning rate times derivative, and the derivative at 0 is 1/2. "
            "Express it as a learning rate."
        )
    if not 0 < learning_rate < 1e6:
        raise NotYet(f"a learning rate is a number above 0, got {short_repr(answer)}.")
    if learning_rate < 4:
        raise NotYet(
            f"at {learning_rate:g} they still oscillate, and at larger learning rates too. Go on."
        )
    trace = learning_rate**2 / 4 - 2
    modulus = (trace + np.sqrt(trace**2 - 4)) / 2
    raise NotYet(
        f"at {learning_rate:g} an eigenvalue of modulus {modulus:.2f} has left the unit circle. "
        "Go back."
    )
