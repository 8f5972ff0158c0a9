"""How does each failure come about, and what fixes it? Runs that fail reproducibly.

`FAILURES` holds for each failure the settings that cause it and those that fix it, within one run of
an `Experiment`: learning rates, penalty, loss, latent dimension, data.
"""

from dataclasses import dataclass

from .experiment import Experiment, Settings

__all__ = [
    "FAILURES",
    "HEALTHY",
    "HEALTHY_RING",
    "HEALTHY_WIDE",
    "Experiment",
    "Failure",
    "Settings",
]


@dataclass(frozen=True)
class Failure:
    """Settings that make a run fail, and settings that fix it.

    Args:
        name: what `diagnostics.diagnose` calls it; "healthy" for the run that does not fail.
        title: a short name for buttons and figures.
        experiment: name of the `Experiment`, "digits", "wide" or "ring".
        settings: what makes the run fail.
        fixed: what fixes the run when it goes on.
        updates: number of updates with `settings` until it fails.
        cause: a sentence.
        fix: a sentence.
        more_updates: number of updates that the fix gets, and the control without it.
        healthy_updates: number of updates with `fixed` that go before: it fails from there.
        restart: whether the weights are beyond repair, so that the fix needs fresh ones.

    Example:
        >>> from helpers.diagnostics import scenarios
        >>> collapse = scenarios.FAILURES["collapse"]
        >>> collapse.settings.r1, collapse.fixed.r1
        (0.0, 1.0)
    """

    name: str
    title: str
    experiment: str
    settings: Settings
    fixed: Settings
    updates: int
    cause: str
    fix: str
    more_updates: int = 1000
    healthy_updates: int = 0
    restart: bool = False


HEALTHY = Settings()
HEALTHY_RING = Settings(r1=0.3)
HEALTHY_WIDE = Settings(3e-3, 3e-3, r1=1.5)

FAILURES = {
    failure.name: failure
    for failure in (
        Failure(
            "healthy",
            "a healthy run",
            "wide",
            HEALTHY_WIDE,
            HEALTHY_WIDE,
            1500,
            "Both networks have the same learning rate, R1 regularises D, and D sees how much a "
            "batch varies (minibatch standard deviation).",
            "Nothing to fix: train on.",
        ),
        Failure(
            "collapse",
            "mode collapse",
            "digits",
            Settings(1e-3, 5e-5, r1=0.0),
            HEALTHY,
            500,
            "After healthy training, D's learning rate is set to a twentieth of G's and R1 is dropped: "
            "G moves all samples to where D errs just now, before D can learn better.",
            "Equal learning rates, and R1, as before.",
            healthy_updates=2500,
        ),
        Failure(
            "partial collapse",
            "partial collapse",
            "digits",
            Settings(latent_dim=1),
            HEALTHY,
            1000,
            "With one latent dimension G's samples form a curve in the space of digits; most classes "
            "lie off it.",
            "All 32 latent dimensions.",
        ),
        Failure(
            "discriminator wins",
            "D wins",
            "digits",
            Settings(1e-5, 2e-3, r1=0.0),
            HEALTHY,
            500,
            "D's learning rate is 200 times G's, and no penalty regularises D.",
            "Equal learning rates, and R1.",
        ),
        Failure(
            "saturation",
            "saturation",
            "digits",
            Settings(1e-5, 2e-3, r1=0.0, loss="minimax"),
            HEALTHY,
            500,
            "D wins, and the minimax loss log(1 - D) is flat where D is certain.",
            "The non-saturating loss, whose gradient is large there; equal learning rates, and R1.",
        ),
        Failure(
            "generator wins",
            "G wins",
            "digits",
            Settings(2e-3, 1e-5, r1=0.0),
            HEALTHY,
            500,
            "G's learning rate is 200 times D's, and D cannot keep up.",
            "Equal learning rates, and R1.",
        ),
        Failure(
            "oscillation",
            "oscillation",
            "ring",
            Settings(5e-3, 5e-3, r1=0.0),
            HEALTHY_RING,
            1000,
            "Momentum (beta_1 = 0.9) and no penalty: each network overshoots in response to the "
            "other.",
            "R1, which damps the oscillation (lesson 03), and smaller learning rates.",
        ),
        Failure(
            "memorisation",
            "memorisation",
            "digits",
            Settings(data="20 samples"),
            HEALTHY,
            2000,
            "Only 20 real digits: the best that D can do is to check if an image is one of them.",
            "More data.",
        ),
        Failure(
            "non-finite",
            "not finite",
            "digits",
            Settings(2e4, 2e4),
            HEALTHY,
            1000,
            "A missing minus sign: a learning rate of 2e4 instead of 2e-4.",
            "Start over with the right learning rate: weights of that size cannot be recovered.",
            restart=True,
        ),
        Failure(
            "discriminator not training",
            "D does not train",
            "digits",
            Settings(discriminator_learning_rate=0.0),
            HEALTHY,
            500,
            "D's weights never change, as in the program of lesson 07 that freezes it.",
            "A learning rate above 0 for D.",
        ),
        Failure(
            "different scale",
            "different scale",
            "digits",
            Settings(data="0..255"),
            HEALTHY,
            500,
            "Real pixels lie in [0, 255], those of G in [-1, 1], as tanh returns them.",
            "Real pixels divided by 127.5, minus 1.",
        ),
    )
}
