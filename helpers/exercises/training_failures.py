"""Exercises of lesson 05 on failures and bugs."""

import numpy as np

from .answer import NotYet, Verdict, call, compare, guarded, numbers, shown
from .published_bugs import BUGGY

FAILURE_SIGNS = {  # {name: (what such a run shows, where to look for it)}
    "healthy": ("scores of D that stay away from 0 and 1, and samples that vary", "every curve"),
    "collapse": (
        "samples that are nearly the same, while D is not yet sure of them",
        "the samples, side by side",
    ),
    "partial collapse": (
        "samples of a few kinds only, while the curves are calm",
        "which digits there are among the samples, and which are not",
    ),
    "discriminator wins": (
        "accuracies of 1 on both kinds, and a gradient of G that is large",
        "D's accuracies, and then G's gradient norm",
    ),
    "saturation": (
        "accuracies of 1 on both kinds, and a gradient of G that has shrunk to nothing",
        "D's accuracies, and then G's gradient norm",
    ),
    "generator wins": (
        "a D(G(z)) near 1, while D(x) still moves a little",
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
        "a D(x) that never moves",
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
        "where G's price is steep, and shrinks to nothing where it is flat."
    ),
    ("different scale", "discriminator wins"): (
        "D tells both kinds apart. Ask what gives generated images away: compare their pixels' "
        "range with that of real ones."
    ),
    ("different scale", "saturation"): (
        "D tells both kinds apart. Ask what gives generated images away: compare their pixels' "
        "range with that of real ones."
    ),
    ("discriminator not training", "generator wins"): (
        "Two failures have a D that takes all samples for real. Look at D(x): a D that learns too "
        "slowly still moves, one that does not learn stands still."
    ),
    ("collapse", "partial collapse"): (
        "Lay the samples side by side: are they all one picture, or several kinds with others "
        "missing?"
    ),
    ("collapse", "memorisation"): (
        "Lay the samples side by side: copies of several real digits differ from each other, "
        "collapsed ones do not."
    ),
    ("memorisation", "partial collapse"): (
        "Hold each sample beside the real one nearest to it: is it of the same kind, or the very "
        "same picture?"
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
        raise NotYet(f"expected {expected}, got {shown(answer)}.")
    return {_plain(name): value for name, value in answer.items()}


@guarded
def check_named_failures(answer, names):
    """{"A": name of a failure, ...} of runs without a label. names: the true ones, A's first."""
    if not isinstance(names, (list, tuple)) or not all(
        isinstance(name, str) and name in FAILURE_SIGNS for name in names
    ):
        raise NotYet(f"expected names: some of {', '.join(FAILURE_SIGNS)}; got {shown(names)}.")
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
                f"{shown(name)}, for {letter}, is none of the names. They are: "
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
def check_invariant(answer, name):
    """A function (step) -> bool, True for right versions of `published_bugs.BUGGY[name]`, False for the bug."""
    if not isinstance(name, str) or name not in BUGGY:
        raise NotYet(f"the bugs are {', '.join(BUGGY)}; got {shown(name)}.")
    bug = BUGGY[name]
    if not callable(answer):
        raise NotYet(
            f"write a function of step that returns True or False, got {shown(answer)}. It may "
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
        raise NotYet("it is turned round: True should mean that all is well.")
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
            f"it should return one True or False; on {version} it returned {shown(verdict)}."
        )
    return bool(holds)


@guarded
def check_loss_constants(answer):
    """{name: (D's loss, G's loss)} where all logits are 0, of four games of `losses.LOSSES`."""
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
        "the sign is turned: D minimises minus the value of the game.": -2 * log2,
        "1/2 is what D answers; its loss is minus the logarithm of that, twice.": 0.5,
        "D is undecided, not right: each half costs log 2.": 0.0,
    }
    mean_logit = {
        "no margin here: G's price is minus the mean logit of its samples.": 1.0,
        "no logarithm here: G's price is minus the mean logit of its samples.": log2,
    }
    mistakes = {
        ("minimax", "D"): logistic_d,
        ("minimax", "G"): {
            "the sign is turned: G minimises log(1 - D) itself, and log 1/2 is below 0.": log2,
            "that is the value of the game; its real half does not depend on G.": -2 * log2,
            bits: -1.0,
            "that is 1 - D; the logarithm of it is missing.": 0.5,
        },
        ("non_saturating", "D"): logistic_d,
        ("non_saturating", "G"): {
            "the sign is turned: G minimises -log D, and log 1/2 is below 0.": -log2,
            "that is D's price, with two halves; G's has one.": 2 * log2,
            bits: 1.0,
            "that is D; minus the logarithm of it is missing.": 0.5,
        },
        ("hinge", "D"): {
            one_half: 1.0,
            "D pays up to the margin of 1, not up to 0: at logit 0 each half costs 1.": 0.0,
            "that is the logistic price; this one has no logarithm: max(0, 1 - s).": 2 * log2,
            "the sign is turned: D pays for what is missing to the margin.": -2.0,
        },
        ("hinge", "G"): mean_logit,
        ("wasserstein", "D"): {
            "no logarithm here: D's price is the difference of two mean logits.": 2 * log2,
            "no margin here: D's price is the difference of two mean logits.": 2.0,
        },
        ("wasserstein", "G"): mean_logit,
    }
    given = _by_plain_name(
        answer, f"a dictionary with a pair (D's loss, G's loss) for each of {', '.join(right)}"
    )
    for name, prices in right.items():
        expected = f"{name} to have two numbers, (D's loss, G's loss)"
        values = numbers(given.get(_plain(name)), expected)
        if values.shape != (2,):
            raise NotYet(f"expected {expected}, got {shown(given.get(_plain(name)))}.")
        for player, value, price in zip("DG", values, prices):
            try:
                compare(value, price, mistakes[name, player])
            except NotYet as reason:
                raise NotYet(f"{player} of {name}: {reason}") from None
    return Verdict(
        "right",
        "a loss tells little until you know where it stands when D cannot tell. Least squares draws "
        "logits to 1 and 0, so where D cannot tell they are 1/2: D pays 1/4, G 1/8.",
    )
