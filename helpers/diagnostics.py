"""What went wrong, and how do you know? A history and samples in, findings with evidence out.

`Watch` looks at any pair of Keras players while they train; `diagnose` reads what was recorded.
The limits were set on seeds below 40 of `failures.FAILURES`; `tests/benchmarks/diagnosis.py` names
failures of other seeds and prints what was called what.
"""

import functools
from dataclasses import dataclass, field

import keras
import numpy as np
import tensorflow as tf
from scipy.signal import find_peaks
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from .losses import LOSSES
from .metrics import sliced_wasserstein

LOGISTIC = ("minimax", "non_saturating")


@dataclass(frozen=True)
class Finding:
    """Something that went wrong.

    name: of the failure. evidence: {what was measured: (value, what it is held against)}.
    sentence: what it means. advice: what to try, the likeliest first.
    """

    name: str
    sentence: str
    advice: str
    evidence: dict

    def __str__(self):
        measured = "; ".join(
            f"{what} {value:.3g} ({limit})" for what, (value, limit) in self.evidence.items()
        )
        return f"{self.name.upper()}: {self.sentence}\n  measured: {measured}\n  try: {self.advice}"


@dataclass(frozen=True)
class Diagnosis:
    """What `diagnose` found: `findings`, the cause before what follows from it; `unchecked`,
    {name of a failure: why it could not be looked for}. Printed, it says so in words."""

    findings: tuple
    unchecked: dict = field(default_factory=dict)

    @property
    def name(self):
        """The first finding's name, or "healthy"."""
        return self.findings[0].name if self.findings else "healthy"

    def __str__(self):
        words = [str(finding) for finding in self.findings] or ["Nothing found."]
        words += [f"not looked for: {name} ({why})" for name, why in self.unchecked.items()]
        return "\n".join(words)


class Watch(keras.callbacks.Callback):
    """Looks at two players now and then, whatever trains them, and keeps what it saw.

    generator: a Keras model, z -> samples. discriminator: samples -> one logit each (n, 1), no
    sigmoid. real: float32 (n, ...), real samples as D sees them; z: float32 (n, latent_dim), the
    same at every look, so that what changes was learned. loss: whose slope is G's, a name in
    `losses.LOSSES` that is not paired. every: batches between two looks, where it is given to `fit`
    as a callback; a loop of your own calls `look(updates)`.

    `history`: {name: (looks,)}: "updates"; the columns of `training.HISTORY_COLUMNS` but D's
    gradient norm, over all of real and z, losses being the logistic ones; and how far each player
    moved, "generator_step" and "discriminator_step", the length of the change of all its weights
    in one update over their own length (0 at the first look); "distance", sliced Wasserstein, of
    half of G(z) to half of real. `floor` is that of one half of real to the other. `real_logits`,
    `fake_logits` and `samples` are those of the last look; `film` has the samples of all looks.
    Raises: ValueError.
    """

    def __init__(self, generator, discriminator, real, z, loss="non_saturating", every=50):
        super().__init__()
        if loss not in LOSSES or LOSSES[loss].paired:
            allowed = sorted(name for name in LOSSES if not LOSSES[name].paired)
            raise ValueError(f"loss must be one of {allowed}, got {loss!r}")
        self.generator, self.discriminator, self.every = generator, discriminator, every
        self._price = LOSSES[loss].generator
        self._rows, self._before, self._batches, self.film = [], None, 0, []
        self.change(real, z)

    def change(self, real, z):
        """Look at other real samples and latent vectors from now on."""
        if len(real) != len(z) or len(z) < 4:
            raise ValueError(
                f"give as many real samples as latent vectors, 4 or more: {len(real)}, {len(z)}"
            )
        self.real, self._z = np.asarray(real, "float32"), np.asarray(z, "float32")
        self.floor = _distance(*self._halves(self.real))

    @property
    def history(self):
        if not self._rows:
            raise ValueError("nothing was looked at yet: train with this callback, or call look(0)")
        return {name: np.array([row[name] for row in self._rows]) for name in self._rows[0]}

    def on_train_begin(self, logs=None):
        if not self._rows:
            self.look(getattr(self.model, "updates_made", 0))

    def on_train_batch_end(self, batch, logs=None):
        self._batches += 1
        if self._batches % self.every == 0:
            self.look(getattr(self.model, "updates_made", self._batches))

    def look(self, updates):
        """Measure both players after that many updates."""
        weights = self.generator.trainable_variables
        with tf.GradientTape() as tape:
            samples = self.generator(self._z, training=False)
            fake = self.discriminator(samples, training=False)
            price = self._price(None, fake)
        slopes = [slope for slope in tape.gradient(price, weights) if slope is not None]
        real = self.discriminator(self.real, training=False)
        self.real_logits, self.fake_logits = real.numpy().ravel(), fake.numpy().ravel()
        self.samples = samples.numpy()
        self.film.append(self.samples)
        moved = self._moved(updates)
        self._rows.append(
            {
                "updates": updates,
                "discriminator_loss": float(LOSSES["minimax"].discriminator(real, fake)),
                "generator_loss": float(price),
                "real_score": float(tf.reduce_mean(tf.sigmoid(real))),
                "fake_score": float(tf.reduce_mean(tf.sigmoid(fake))),
                "real_accuracy": float((self.real_logits > 0).mean()),
                "fake_accuracy": float((self.fake_logits < 0).mean()),
                "generator_gradient_norm": float(tf.linalg.global_norm(slopes)),
                "generator_step": moved[0],
                "discriminator_step": moved[1],
                "distance": self._distance_to_real(),
            }
        )

    @staticmethod
    def _halves(samples):
        half = len(samples) // 2
        return samples[:half], samples[half : 2 * half]

    def _distance_to_real(self):
        """From one half of real to the samples of the other half of z: as many as for the floor."""
        return _distance(self._halves(self.real)[0], self._halves(self.samples)[1])

    def _moved(self, updates):
        """Relative length of each player's step since the last look, by update."""
        now = [  # all weights: what is marked `trainable` changes in the classic Keras program
            np.concatenate([np.zeros(1), *(weight.numpy().ravel() for weight in player.weights)])
            for player in (self.generator, self.discriminator)
        ]
        before, self._before = self._before, (updates, now)
        if before is None or updates <= before[0]:
            return 0.0, 0.0
        return [
            float(np.linalg.norm(new - old) / (np.linalg.norm(old) + 1e-30) / (updates - before[0]))
            for new, old in zip(now, before[1])
        ]


@dataclass(frozen=True)
class Limits:
    """Where a measurement becomes a finding: between what runs that fail that way and all others
    showed on seeds 0 to 3 of `failures.FAILURES` (oscillation: 0 to 33), before and after cures."""

    variety: float = 0.35  # collapsed 0.10 or less, healthy 0.63 or more
    empty: float = 0.5  # healthy 0.30 or less, partly collapsed 0.65 or more
    sure: float = 0.98  # share that D gets right, of both kinds
    fooled: float = 0.1  # share of generated samples that D gets right
    slope: float = 0.05  # of the largest: saturated 0.005 or less, else 0.05 or more
    still: float = 8.0  # range over standard error: 3 to 5 for a frozen D, 20 for a slow one
    swing: float = 0.1  # turns by as much: all others 1 or less, oscillating 4 or more
    turns: int = 3
    above_noise: float = 5.0  # standard deviations
    copies: float = 0.7  # memorised 0.5 or less, healthy 0.97 or more
    span: float = 8.0
    rows: int = 20  # the least number of measurements that a history must have


LIMITS = Limits()


def diagnose(history, samples, real, features=None, loss="non_saturating"):
    """Look for every failure in `failures.FAILURES` at once.

    history: {name: (n,)} of one run in order, with any of the columns of
        `training.HISTORY_COLUMNS` and "discriminator_step": `GAN.update_history`, `Watch.history`,
        or lists of your own. Each check says which it needs. NaN counts as non-finite: leave out
        the rows that `GAN.step_alone` wrote, which has no values for the player that stood still.
    samples: (n, ...) generated at the end, 100 or more. real: (m, ...) what it was trained on.
    features: a function from samples to features (n, d), for the checks of variety; by default the
        16 principal components of the real samples.
    loss: a name in `losses.LOSSES`; where its logits are no log-odds, what is read from D's scores
        is left out.
    Returns: `Diagnosis`, the cause first. Raises: ValueError.
    """
    samples, real = _check_samples(samples, real)
    if loss not in LOSSES:
        raise ValueError(f"loss must be one of {sorted(LOSSES)}, got {loss!r}")
    columns = {name: np.asarray(values, "float64") for name, values in history.items()}
    shapes = {name: values.shape for name, values in columns.items()}
    if len(set(shapes.values())) > 1 or any(len(shape) != 1 for shape in shapes.values()):
        raise ValueError(f"the columns of history must be (n,), all of one n, got {shapes}")
    run = _Run(columns, samples, real, features)
    findings, unchecked, checked = [], {}, set()
    for name, needs, check in CHECKS:
        missing = [column for column in needs if column not in columns]
        if missing:
            unchecked[name] = f"history has no {', '.join(missing)}"
        elif needs and len(columns[needs[0]]) < LIMITS.rows:
            unchecked[name] = f"fewer than {LIMITS.rows} measurements"
        elif set(needs) & set(SCORES) and loss not in LOGISTIC:
            unchecked[name] = f"the logits of {loss} are no log-odds"
        else:
            found = check(run)
            if isinstance(found, str):
                unchecked[name] = found
                continue
            checked.add(name)
            if found is not None:
                findings.append(found)
                if name in ("non-finite", "different scale"):
                    break  # nothing else can be read beside these
    unchecked = {name: why for name, why in unchecked.items() if name not in checked}
    return Diagnosis(tuple(findings), unchecked)


def _check_samples(samples, real):
    samples, real = np.asarray(samples), np.asarray(real)
    if samples.ndim < 2 or samples.shape[1:] != real.shape[1:]:
        raise ValueError(
            f"samples and real must have samples of one shape, got {samples.shape}, {real.shape}"
        )
    if len(samples) < 100 or len(real) < 2:
        raise ValueError(
            "give 100 generated samples or more and 2 real ones or more, "
            f"got {len(samples)} and {len(real)}"
        )
    if not np.isfinite(real).all():
        raise ValueError("real holds values that are not finite (NaN or infinity): mend the data")
    return samples, real


class _Run:
    """What the checks read: columns, and flat samples."""

    MOST = 2000  # real samples that are compared with

    def __init__(self, columns, samples, real, features):
        self.columns, self.samples, self.real = columns, samples, real
        self._in_features = features

    def end(self, name):
        """Mean of a column over its last quarter."""
        return float(self.columns[name][-(len(self.columns[name]) // 4) :].mean())

    @functools.cached_property
    def some_real(self):
        order = np.random.default_rng(0).permutation(len(self.real))
        return self.real[order[: self.MOST]]

    @functools.cached_property
    def features(self):
        """Features of real and of generated samples."""
        real = self.some_real
        if self._in_features is not None:
            return [np.asarray(self._in_features(one), "float64") for one in (real, self.samples)]
        flat = _flat(real)
        components = PCA(min(16, flat.shape[1], len(flat) - 1), random_state=0).fit(flat)
        return [components.transform(flat), components.transform(_flat(self.samples))]

    @functools.cached_property
    def variety(self):
        """Median distance between two generated samples, over that between two real ones."""
        medians = []
        for points in self.features:
            order = np.random.default_rng(0).permutation(len(points) // 2 * 2)
            points = points[order]  # they may have come sorted
            medians.append(np.median(np.linalg.norm(points[::2] - points[1::2], axis=1)))
        return float(medians[1] / max(medians[0], 1e-300))


def _flat(samples):
    return samples.reshape(len(samples), -1).astype("float64")


def _non_finite(run):
    broken = [~np.isfinite(values) for name, values in run.columns.items()]
    rows = np.flatnonzero(np.any(broken, axis=0)) if broken else []
    if not len(rows) and np.isfinite(run.samples).all():
        return None
    evidence = (
        {"first row that is not finite": (rows[0] + 1, f"of {len(broken[0])}")} if len(rows) else {}
    )
    evidence["share of sample values that are not finite"] = (
        1 - np.isfinite(run.samples).mean(),
        "should be 0",
    )
    return Finding(
        "non-finite",
        "a loss, a gradient or a weight became NaN or infinite; all that came after is void.",
        "start over with a smaller learning rate; look for values in the data that are not finite, "
        "for log(0) and for a root at 0.",
        evidence,
    )


def _different_scale(run):
    if run.samples.ndim < 3:
        return "samples are points, not images"
    low, high = np.quantile(run.real, [0.001, 0.999])
    least, most = np.quantile(run.samples, [0.001, 0.999])
    span, reached = high - low, most - least
    ratio = max(span, 1e-9) / max(reached, 1e-9)
    outside = float(np.mean((run.samples < low - 0.1 * span) | (run.samples > high + 0.1 * span)))
    if low > -1.01 and high < 1.01 and reached < 1e-3 * span and outside < 0.01:
        return None  # blank samples of one shade tell nothing of a scale; they are a collapse
    one_sided = reached > 0.3 * span and (least > low + 0.4 * span or most < high - 0.4 * span)
    if 1 / LIMITS.span < ratio < LIMITS.span and outside < 0.01 and not one_sided:
        return None
    return Finding(
        "different scale",
        f"real values lie in [{low:.3g}, {high:.3g}], generated ones in [{least:.3g}, {most:.3g}]: "
        "D needs no more than that to tell them apart.",
        "carry the data to the range of G's last activation: [-1, 1] for tanh, [0, 1] for sigmoid.",
        {
            "span of real over generated values": (ratio, f"finding above {LIMITS.span:g}"),
            "share of generated values outside": (outside, "finding from 0.01"),
        },
    )


def _not_training(evidence):
    return Finding(
        "discriminator not training",
        "D has not moved at all, so nothing taught it.",
        "compare D's weights before and after one step; look for `trainable = False` (in Keras 3 it "
        "acts on the step, not on compile), an optimizer built for other variables, a rate of 0.",
        evidence,
    )


def _weights_stand_still(run):
    if run.columns["discriminator_step"][1:].max() > 0:  # at the first look there is none
        return None
    return _not_training({"largest step of D's weights": (0.0, "finding at 0")})


def _answers_stand_still(run):
    """What D says of real samples does not change by more than batches differ."""
    if "discriminator_step" in run.columns:
        return None
    blocks = np.array_split(run.columns["real_score"], 10)
    noise = np.mean([block.std() for block in blocks]) / np.sqrt(len(blocks[0])) + 1e-12
    moved = float(np.ptp([block.mean() for block in blocks]) / noise)
    if moved > LIMITS.still or run.end("fake_score") < 0.9:
        return None
    return _not_training(
        {
            "range of D(x) over the run, in standard errors": (
                moved,
                f"finding to {LIMITS.still:g}",
            ),
            "mean D(G(z)) at the end": (run.end("fake_score"), "finding from 0.9"),
        }
    )


def _generator_wins(run):
    right, fooled = run.end("fake_accuracy"), run.end("fake_score")
    if right > LIMITS.fooled or fooled < 0.9:
        return None
    return Finding(
        "generator wins",
        "D takes generated samples for real ones and does not catch up; G learns nothing from it.",
        "a larger learning rate for D or a smaller one for G; more steps of D; a wider D.",
        {
            "share of generated samples that D gets right": (
                right,
                f"finding to {LIMITS.fooled:g}",
            ),
            "mean D(G(z))": (fooled, "finding from 0.9"),
        },
    )


def _d_is_sure(run):
    return min(run.end("real_accuracy"), run.end("fake_accuracy")) > LIMITS.sure and (
        run.end("fake_score") < 0.05
    )


def _slope_left(run):
    """G's gradient norm in the last quarter, over the largest of 20 stretches."""
    stretches = np.array_split(run.columns["generator_gradient_norm"], 20)
    medians = np.array([np.median(stretch) for stretch in stretches])
    return float(medians[-5:].mean() / max(medians.max(), 1e-300))


def _saturation(run):
    left = _slope_left(run)
    if not _d_is_sure(run) or left > LIMITS.slope:
        return None
    return Finding(
        "saturation",
        "D is sure of every sample, and where it is sure G's price is flat: its gradient is gone.",
        "the non-saturating price, -log D(G(z)); then R1 and equal learning rates, as D has won.",
        {
            "G's gradient norm over its largest": (left, f"finding to {LIMITS.slope:g}"),
            "mean D(G(z))": (run.end("fake_score"), "finding below 0.05"),
        },
    )


def _discriminator_wins(run):
    if not _d_is_sure(run):
        return None
    return Finding(
        "discriminator wins",
        "D tells every sample apart: its loss is near 0, and what it teaches no longer helps G.",
        "R1; equal learning rates; fewer steps of D; look whether a trivial mark gives samples away.",
        {
            "share that D gets right, real": (
                run.end("real_accuracy"),
                f"finding above {LIMITS.sure:g}",
            ),
            "share that D gets right, generated": (
                run.end("fake_accuracy"),
                f"finding above {LIMITS.sure:g}",
            ),
            "mean D(G(z))": (run.end("fake_score"), "finding below 0.05"),
        },
    )


def turns(score, height):
    """How often a column turns in its later half: from a rise by `height` to a fall by `height` at
    least, or back.

    score: (n,), smoothed over 1/50 of the run before. height: > 0, in units of score.
    """
    smooth, _ = _later_half(score)
    return sum(len(find_peaks(side, prominence=height)[0]) for side in (smooth, -smooth))


def _later_half(score):
    """A column smoothed over 1/50 of the run, and the standard deviation that is left in it of what
    differs from row to row."""
    window, half = max(1, len(score) // 50), len(score) // 2
    smooth = np.convolve(score, np.ones(window) / window, mode="valid")[half:]
    return smooth, np.diff(score[half:]).std() / np.sqrt(2 * window)


def _oscillation(run):
    score = run.columns["fake_score"]
    found = turns(score, LIMITS.swing)
    if found < LIMITS.turns:
        return None
    smooth, noise = _later_half(score)
    if turns(score, max(LIMITS.swing, LIMITS.above_noise * noise)) < LIMITS.turns:
        return "from row to row D(G(z)) jumps as far as it swings: measure more often"
    low, high = np.quantile(smooth, [0.05, 0.95])
    return Finding(
        "oscillation",
        "D's opinion of generated samples goes up and down and does not settle: each player undoes "
        "what the other has just learned.",
        "R1; beta_1 = 0 in Adam; smaller rates; and show the averaged generator.",
        {
            f"turns of D(G(z)) by {LIMITS.swing:g} or more": (
                found,
                f"finding from {LIMITS.turns}",
            ),
            "width of its swing": (high - low, "5 % to 95 %"),
        },
    )


def _collapse(run):
    if run.variety > LIMITS.variety:
        return None
    return Finding(
        "collapse",
        "all generated samples are nearly the same.",
        "R1; a smaller learning rate for G; minibatch standard deviation in D.",
        {
            "distance between two samples, over that of real ones": (
                run.variety,
                f"finding to {LIMITS.variety:g}",
            )
        },
    )


def _partial_collapse(run):
    if len(run.real) < 500:
        return "fewer than 500 real samples"
    if run.variety <= LIMITS.variety:
        return None
    real, generated = run.features
    cells = KMeans(20, n_init=1, random_state=0).fit(real)
    shares = [
        np.bincount(found, minlength=20) / len(found)
        for found in (cells.labels_, cells.predict(generated))
    ]
    empty = float((shares[1] < 0.2 * shares[0]).mean())
    if empty < LIMITS.empty:
        return None
    return Finding(
        "partial collapse",
        f"{empty:.0%} of 20 kinds of real samples hardly ever come out of G.",
        "more latent numbers; R1; minibatch standard deviation in D; a longer run.",
        {"share of kinds below a fifth of their share": (empty, f"finding from {LIMITS.empty:g}")},
    )


def _memorisation(run):
    if run.variety <= LIMITS.variety:
        return None
    real, generated = _flat(run.real), _flat(run.samples)  # all: copies may be of any of them
    search = NearestNeighbors(n_neighbors=2, algorithm="brute").fit(real)
    to_real = np.median(search.kneighbors(generated[:1000], 1)[0])
    among_real = np.median(search.kneighbors(_flat(run.some_real[:500]))[0][:, 1])
    ratio = float(to_real / max(among_real, 1e-300))
    if ratio > LIMITS.copies:
        return None
    return Finding(
        "memorisation",
        "generated samples lie nearer to single real ones than real ones lie to each other.",
        "more data, or shifts of real and generated samples alike; stop earlier; a smaller G.",
        {
            "distance to the nearest real one, over that among real ones": (
                ratio,
                f"finding to {LIMITS.copies:g}",
            )
        },
    )


SCORES = ("real_score", "fake_score", "real_accuracy", "fake_accuracy")
CHECKS = (  # name, columns needed, function of a `_Run`; the cause before what follows from it
    ("non-finite", (), _non_finite),
    ("different scale", (), _different_scale),
    ("discriminator not training", ("discriminator_step",), _weights_stand_still),
    ("discriminator not training", ("real_score", "fake_score"), _answers_stand_still),
    ("generator wins", SCORES[1:], _generator_wins),
    ("saturation", (*SCORES[1:], "generator_gradient_norm"), _saturation),
    ("discriminator wins", SCORES[1:], _discriminator_wins),
    ("oscillation", ("fake_score",), _oscillation),
    ("collapse", (), _collapse),
    ("partial collapse", (), _partial_collapse),
    ("memorisation", (), _memorisation),
)


def _distance(real, generated):
    flat = [np.reshape(samples, (len(samples), -1)) for samples in (real, generated)]
    if not np.isfinite(flat[1]).all():
        return np.nan
    return sliced_wasserstein(*flat)
