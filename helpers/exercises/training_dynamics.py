"""Exercises of lesson 02 on the dynamics of training."""

import numpy as np

from .answer import NotYet, Verdict, guarded, number, shown


@guarded
def check_circling_limit(answer):
    """The largest step size at which alternating steps of the Dirac-GAN circle: 4."""
    eta = number(answer)
    if abs(eta - 4) <= 0.05:
        return Verdict(
            "right", "up to 4 both eigenvalues lie on the unit circle, beyond it one leaves."
        )
    if np.isclose(eta, 2):
        raise NotYet(
            "2 is the limit of step size times slope, and the slope at 0 is 1/2. Express it in "
            "step sizes."
        )
    if not 0 < eta < 1e6:
        raise NotYet(f"a step size is a number above 0, got {shown(answer)}.")
    if eta < 4:
        raise NotYet(f"at {eta:g} they still circle, and at larger steps too. Go on.")
    trace = eta**2 / 4 - 2
    size = (trace + np.sqrt(trace**2 - 4)) / 2
    raise NotYet(f"at {eta:g} an eigenvalue of modulus {size:.2f} has left the circle. Go back.")
