"""Exercises of the lesson `training_failures`: naming failures, invariants, loss constants."""

from collections.abc import Callable, Sequence

import numpy as np

from .. import data, metrics
from ..diagnostics import unnamed
from .answer import NotYet, Verdict, call, compare, guarded, numbers, short_repr
from .published_bugs import BUGGY

FAILURE_SIGNS = {  # {name: (what such a run shows, where to look for it)}
    "healthy": ("scores of D that stay away from 0 and 1, and samples that vary", "every curve"),
    "collapse": (
        "samples that are nearly the same, while D is not yet sure of them",
        "the samples, side by side",
    ),
    "partial collapse": (
        "samples of a few classes only, while the curves are calm",
        "which digits there are among the samples, and which are not",
    ),
    "discriminator wins": (
        "accuracies of 1 on real and on generated samples, and a gradient of G that is large",
        "D's accuracies, and then G's gradient norm",
    ),
    "saturation": (
        "accuracies of 1 on real and on generated samples, and a gradient of G that has shrunk to "
        "nothing",
        "D's accuracies, and then G's gradient norm",
    ),
    "generator wins": (
        "a D(G(z)) near 1, while D(x) still changes a little",
        "D's accuracy on generated samples, and then D(x)",
    ),
    "oscillation": (
        "a D(G(z)) that goes up and down to the end",
        "D(G(z)) in the later half of the run",
    ),
    "memorisation": (
        "samples that lie on top of single real ones, while the curves are calm",
        "each sample beside the real one nearest to it",
    ),
    "non-finite": ("curves that break off at a NaN", "where the curves end"),
    "discriminator not training": (
        "a D(x) that never changes",
        "D(x) from the first update to the last",
    ),
    "different scale": (
        "real and generated pixels in different ranges",
        "the range of the pixels, real and generated",
    ),
}

_ALIKE = (
    "Samples that are alike can be a cause or only follow from one. Look at D first: is it "
    "undecided about them, or sure of the same answer all the time?"
)
_TWO_NAMES = {  # {two names that look alike: what tells one from the other, whichever is true}
    ("discriminator wins", "saturation"): (
        "Two failures have a D that is sure of everything. Look at G's gradient norm: it grows "
        "where G's loss is steep, and shrinks to nothing where it is flat."
    ),
    ("different scale", "discriminator wins"): (
        "D tells real from generated samples. Ask what gives generated images away: compare their pixels' "
        "range with that of real ones."
    ),
    ("different scale", "saturation"): (
        "D tells real from generated samples. Ask what gives generated images away: compare their pixels' "
        "range with that of real ones."
    ),
    ("discriminator not training", "generator wins"): (
        "Two failures have a D that takes all samples for real. Look at D(x): a D that learns too "
        "slowly still changes, one that does not learn stays the same."
    ),
    ("collapse", "partial collapse"): (
        "Lay the samples side by side: are they all one picture, or several classes with "
        "others missing?"
    ),
    ("collapse", "memorisation"): (
        "Lay the samples side by side: memorised digits differ from each other, collapsed ones do "
        "not."
    ),
    ("memorisation", "partial collapse"): (
        "Hold each sample beside the real one nearest to it: is it of the same class, or the "
        "very same picture?"
    ),
    ("healthy", "memorisation"): (
        "The curves alone look well in both. Hold each sample beside the real one nearest to it."
    ),
    ("healthy", "partial collapse"): (
        "The curves alone look well in both. Count which digits there are among the samples."
    ),
    **{
        tuple(sorted(("collapse", other))): _ALIKE
        for other in (
            "discriminator wins",
            "saturation",
            "generator wins",
            "discriminator not training",
            "different scale",
        )
    },
}


def _plain(name):
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())


def _by_plain_name(answer, expected):
    """A learner's {name: value} with names in lower case; `NotYet` if it is no such dictionary."""
    if not isinstance(answer, dict) or not all(isinstance(name, str) for name in answer):
        raise NotYet(f"expected {expected}, got {short_repr(answer)}.")
    return {_plain(name): value for name, value in answer.items()}


@guarded
def check_named_failures(answer: dict[str, str] | None) -> Verdict:
    """Check the names of failures that a learner gives to the four runs in `diagnostics.unnamed`.

    Args:
        answer: {"A": name of a failure, ...}, a name for each run, in any spelling of `FAILURE_SIGNS`
            with capitals, "_" or "-".

    Returns:
        Verdict. It says how many are right, and how to tell the first wrong one from the true one.
    """
    return _compare_names(answer, [*unnamed.names().values()])


def _compare_names(answer, names):
    letters = [chr(ord("A") + k) for k in range(len(names))]
    given = _by_plain_name(answer, f"a dictionary with a name for each of {', '.join(letters)}")
    missing = [letter for letter in letters if given.get(letter.lower()) is None]
    if missing:
        raise NotYet(f"there is no name for {', '.join(missing)}.")
    known = {_plain(name): name for name in FAILURE_SIGNS}
    chosen = []
    for letter in letters:
        name = given[letter.lower()]
        if not isinstance(name, str) or _plain(name) not in known:
            raise NotYet(
                f"{short_repr(name)}, for {letter}, is none of the names. They are: "
                f"{', '.join(FAILURE_SIGNS)}."
            )
        chosen.append(known[_plain(name)])
    right = sum(one == true for one, true in zip(chosen, names))
    if right == len(names):
        return Verdict(
            "right",
            f"all {right}. No single curve names a failure; accuracies, G's gradient and the "
            "samples together do.",
        )
    letter, one, true = next(row for row in zip(letters, chosen, names) if row[1] != row[2])
    hint = _TWO_NAMES.get(tuple(sorted((one, true)))) or (
        f'A run called "{one}" shows {FAILURE_SIGNS[one][0]}. If {letter} does not, look at '
        f"{FAILURE_SIGNS[true][1]}."
    )
    raise NotYet(f'{right} of {len(names)} are right. {letter} is not "{one}". {hint}')


@guarded
def check_invariant(answer: Callable | None, name: str) -> Verdict:
    """Check an invariant that tells a published bug from right versions of the same code.

    It is tried five times on each version, because it may draw at random.

    Args:
        answer: Function (step) -> bool: True for every right version of `published_bugs.BUGGY[name]`,
            False for the bug. `BuggyStep.call` says how to call step.
        name: A key of `published_bugs.BUGGY`.

    Returns:
        Verdict.

    Example:
        >>> from helpers import exercises
        >>> exercises.check_invariant(lambda step: True, "penalty")
        ✗ Not yet: it lets the published bug pass. Hint: a root has no derivative at 0. Which gradients lead there?
    """
    if not isinstance(name, str) or name not in BUGGY:
        raise NotYet(f"the bugs are {', '.join(BUGGY)}; got {short_repr(name)}.")
    bug = BUGGY[name]
    if not callable(answer):
        raise NotYet(
            f"write a function of step that returns True or False, got {short_repr(answer)}. It may "
            f"call {bug.call}."
        )
    tries = 5  # an invariant may draw at random
    steps = {"the right version": bug.right, **bug.variants, "the published one": bug.buggy}
    held = {
        version: sum(_holds(answer, step, version, bug.call) for _ in range(tries))
        for version, step in steps.items()
    }
    passed = held.pop("the published one")
    if passed == tries and held["the right version"] == 0:
        raise NotYet("it is inverted: True should mean that all is well.")
    for version, times in held.items():
        if times < tries:
            how_often = "" if times == 0 else f", {tries - times} times in {tries}"
            which = "" if version == "the right version" else "another right version: "
            raise NotYet(f"your invariant also rejects {which}{version}{how_often}.")
    if passed:
        how_often = "" if passed == tries else f", {passed} times in {tries}"
        raise NotYet(f"it lets the published bug pass{how_often}. Hint: {bug.hint}")
    return Verdict("right", f"{bug.harm} Published: {bug.source}.")


def _holds(answer, step, version, takes):
    """Whether a learner's invariant holds for one version of a step, as a bool."""
    try:
        verdict = call(answer, step, takes="step")
    except NotYet as reason:
        raise NotYet(f"on {version}, {reason} It may call {takes}.") from None
    try:
        holds = np.asarray(verdict)
        fits = holds.shape == () and holds.dtype == bool
    except Exception:  # an object that cannot be an array
        fits = False
    if not fits:
        raise NotYet(
            f"it should return one True or False; on {version} it returned {short_repr(verdict)}."
        )
    return bool(holds)


@guarded
def check_loss_constants(answer: dict[str, Sequence[float]] | None) -> Verdict:
    """Check D's and G's loss where all logits are 0, for four losses of `losses.LOSSES`.

    Args:
        answer: {name: (D's loss, G's loss)}, in nats, for minimax, non_saturating, hinge and
            wasserstein.

    Returns:
        Verdict.
    """
    log2 = float(np.log(2))
    right = {
        "minimax": (2 * log2, -log2),
        "non_saturating": (2 * log2, log2),
        "hinge": (2.0, 0.0),
        "wasserstein": (0.0, 0.0),
    }
    one_half = "that is the mean of both halves, or only one of them; the course adds them."
    bits = "that is in bits; we count in nats, with the natural logarithm."
    logistic_d = {
        one_half: log2,
        bits: 2.0,
        "the sign is turned: D minimises minus the value function V(D, G).": -2 * log2,
        "1/2 is D's probability; its loss is minus the logarithm of that, twice.": 0.5,
        "D is undecided, not right: each half of the loss is log 2.": 0.0,
    }
    mean_logit = {
        "no margin here: G's loss is minus the mean logit of its samples.": 1.0,
        "no logarithm here: G's loss is minus the mean logit of its samples.": log2,
    }
    mistakes = {
        ("minimax", "D"): logistic_d,
        ("minimax", "G"): {
            "the sign is turned: G minimises log(1 - D) itself, and log 1/2 is below 0.": log2,
            "that is the value function V(D, G); its real half does not depend on G.": -2 * log2,
            bits: -1.0,
            "that is 1 - D; the logarithm of it is missing.": 0.5,
        },
        ("non_saturating", "D"): logistic_d,
        ("non_saturating", "G"): {
            "the sign is turned: G minimises -log D, and log 1/2 is below 0.": -log2,
            "that is D's loss, with two halves; G's has one.": 2 * log2,
            bits: 1.0,
            "that is D; minus the logarithm of it is missing.": 0.5,
        },
        ("hinge", "D"): {
            one_half: 1.0,
            "the margin is 1, not 0: at logit 0 each half of D's loss is 1.": 0.0,
            "that is the logistic loss; this one has no logarithm: max(0, 1 - s).": 2 * log2,
            "the sign is turned: D's loss is what is missing to the margin.": -2.0,
        },
        ("hinge", "G"): mean_logit,
        ("wasserstein", "D"): {
            "no logarithm here: D's loss is the difference of two mean logits.": 2 * log2,
            "no margin here: D's loss is the difference of two mean logits.": 2.0,
        },
        ("wasserstein", "G"): mean_logit,
    }
    given = _by_plain_name(
        answer, f"a dictionary with a pair (D's loss, G's loss) for each of {', '.join(right)}"
    )
    for name, losses in right.items():
        expected = f"{name} to have two numbers, (D's loss, G's loss)"
        values = numbers(given.get(_plain(name)), expected)
        if values.shape != (2,):
            raise NotYet(f"expected {expected}, got {short_repr(given.get(_plain(name)))}.")
        for network, value, loss in zip("DG", values, losses):
            try:
                compare(value, loss, mistakes[name, network])
            except NotYet as reason:
                raise NotYet(f"{network} of {name}: {reason}") from None
    return Verdict(
        "right",
        "a loss tells little until you know its value where D cannot tell real from generated. Least "
        "squares draws logits to 1 and 0, so there they are 1/2: D's loss is 1/4, G's 1/8.",
    )


@guarded
def check_control(answer: Callable | None) -> Verdict:
    """Check a failure on the ring of eight modes, its fix, and the control without the fix.

    Args:
        answer: Function (seed) -> {"failed": samples, "control": samples, "fixed": samples}, each
            (n, 2) with n at least 500: a GAN that covers at most 4 of the modes of
            `data.ring(sigma=0.05)`, then trained on in two ways. It is called once.

    Returns:
        Verdict, with the modes covered.
    """
    keys = ("failed", "control", "fixed")
    given = call(answer, 7, takes="seed")
    expected = f"a dictionary with samples (n, 2), n >= 500, for each of {', '.join(keys)}"
    if not isinstance(given, dict) or not all(key in given for key in keys):
        raise NotYet(f"your function should return {expected}; it returned {short_repr(given)}.")
    samples = {key: numbers(given[key], f"{expected}; for {key}") for key in keys}
    ring = data.ring(sigma=0.05)
    for key, points in samples.items():
        if points.ndim != 2 or points.shape[1] != 2 or len(points) < 500:
            raise NotYet(f"expected {expected}; for {key} it returned {points.shape}.")
    for one, other in (("failed", "control"), ("failed", "fixed"), ("control", "fixed")):
        if np.array_equal(samples[one], samples[other]):
            raise NotYet(
                f"the samples of {one} and {other} are the same: train on from the failed weights, "
                "once without and once with the fix, and draw samples after each."
            )
    found = {
        key: metrics.mode_coverage(points, ring.centres, ring.sigma).modes
        for key, points in samples.items()
    }
    counted = ", ".join(f"{key} {modes}" for key, modes in found.items())
    if found["failed"] > 4:
        raise NotYet(f"modes covered: {counted}. It has not failed: at most 4 should be covered.")
    if found["fixed"] <= 4 and found["control"] >= 7:
        raise NotYet(f"modes covered: {counted}. Control and fixed seem to have changed places.")
    if found["fixed"] < 7:
        raise NotYet(f"modes covered: {counted}. Not fixed yet: at least 7 should be covered.")
    if found["control"] >= found["fixed"]:
        raise NotYet(
            f"modes covered: {counted}. The control recovered as well, so nothing shows that the "
            "fix did it."
        )
    return Verdict("right", f"modes covered: {counted}. One seed; try others.")
