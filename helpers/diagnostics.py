"""What went wrong, and how do you know? A history and samples in, findings with evidence out.

`Watch` looks at any pair of Keras players while they train; `diagnose` reads what was recorded.
The limits were set on seeds below 40 of `failures.FAILURES`; `tests/benchmarks/diagnosis.py` names
failures of other seeds and prints what was called what.
"""

import functools
import inspect
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

import keras
import numpy as np
import tensorflow as tf
from scipy.signal import find_peaks
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier

from . import inputs
from .losses import LOSSES
from .metrics import sliced_wasserstein

LOGISTIC = ("minimax", "non_saturating")
COLUMNS = {  # of a history
    "updates": "made so far",
    "discriminator_loss": "D's loss without penalties",
    "generator_loss": "G's loss",
    "real_score": "mean D(x), a probability",
    "fake_score": "mean D(G(z)), a probability",
    "real_accuracy": "D's accuracy on real samples",
    "fake_accuracy": "D's accuracy on generated samples",
    "discriminator_gradient_norm": "of D's loss with respect to D's weights",
    "generator_gradient_norm": "of G's loss with respect to G's weights",
    "discriminator_step": "D's update-to-weight ratio: length of the change of all learned weights "
    "in one update, over their own length; 0 at the first look",
    "generator_step": "G's update-to-weight ratio",
    "generator_alignment": "cosine, in [-1, 1], of the change of G's weights since the last look and "
    "the negative gradient of G's loss at that look; 0 at the first look",
    "distance": "sliced Wasserstein, of half of G(z) to half of real",
}


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
    """Measures two players now and then, whatever trains them, and keeps what it measured.

    generator: a Keras model, z -> samples. discriminator: samples -> one logit each (n, 1), no
    sigmoid. real: (n, ...), real samples as D sees them; z: (n, latent_dim), the same at every
    look, so that what changes was learned; both finite. loss: whose gradient is G's, a name in
    `losses.LOSSES` that is not paired. every: updates between two looks, where it is given to `fit`
    as a callback; a call of `fit`'s that makes many updates at once counts them all. A loop of your
    own calls `look(updates)`.

    `history`: {name: (looks,)}, with the names in `COLUMNS` but D's gradient norm; losses, scores
    and accuracies are over all of real and z, the losses being the logistic ones. `floor` is the
    "distance" of one half of real to the other. `real_logits`, `fake_logits` and `samples` are those
    of the last look; `film` has the samples of all looks.
    Raises: ValueError.
    """

    def __init__(self, generator, discriminator, real, z, loss="non_saturating", every=50):
        super().__init__()
        if loss not in LOSSES or LOSSES[loss].paired:
            allowed = sorted(name for name in LOSSES if not LOSSES[name].paired)
            raise ValueError(f"loss must be one of {allowed}, got {loss!r}")
        for name, player in (("generator", generator), ("discriminator", discriminator)):
            if not isinstance(player, keras.layers.Layer):
                raise ValueError(f"{name} must be a Keras model, got {type(player).__name__}")
        self.generator, self.discriminator = generator, discriminator
        self.every = inputs.whole_number("every", every)
        self._loss = LOSSES[loss].generator
        self._rows, self._before, self.film = [], None, []
        self._updates, self._last_batch = 0, -1
        self.change(real, z)
        self._learned = [_learned_weights(player) for player in (generator, discriminator)]
        self._rescaled = _rescaled_weights(generator) | _rescaled_weights(discriminator)

    def change(self, real, z):
        """Measure on other real samples and latent vectors from now on."""
        real, z = inputs.finite("real", real, "float32"), inputs.finite("z", z, "float32")
        if real.ndim < 2 or z.ndim < 2 or len(real) != len(z) or len(z) < 4:
            raise ValueError(
                "give as many real samples (n, ...) as latent vectors (n, latent_dim), 4 or more: "
                f"got {real.shape} and {z.shape}"
            )
        samples = _ask("generator", self.generator, z[:4])
        if samples.shape != (4, *real.shape[1:]):
            shape = ", ".join(map(str, samples.shape[1:]))
            raise ValueError(
                f"real must have the generator's shape, (n, {shape}), got {real.shape}"
            )
        logits = _ask("discriminator", self.discriminator, samples)
        if tuple(logits.shape) not in ((4, 1), (4,)):
            raise ValueError(
                f"the discriminator must give one logit a sample, (n, 1), got {tuple(logits.shape)}"
            )
        self.real, self._z = real, z
        self.floor = _distance(*self._halves(self.real))

    @property
    def history(self):
        if not self._rows:
            raise ValueError("nothing was looked at yet: train with this callback, or call look(0)")
        return {name: np.array([row[name] for row in self._rows]) for name in self._rows[0]}

    def on_train_begin(self, logs=None):
        if not self._rows:
            self.look(self._updates_made())

    def on_epoch_begin(self, epoch, logs=None):
        self._last_batch = -1

    def on_train_batch_end(self, batch, logs=None):
        before = self._rows[-1]["updates"] if self._rows else 0
        # with `steps_per_execution` Keras calls this once for many batches, with the last one's index
        self._updates += batch - self._last_batch if batch > self._last_batch else batch + 1
        self._last_batch = batch
        made = self._updates_made()
        if made // self.every > before // self.every:
            self.look(made)

    def _updates_made(self):
        """As the model counts them, if it does; else one for each batch."""
        return getattr(self.model, "updates_made", self._updates)

    def look(self, updates):
        """Measure both players after that many updates, a whole number from 0 on."""
        updates = inputs.whole_number("updates", updates, 0)
        weights = [weight.value for weight in self._learned[0]]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(weights)
            samples = _infer(self.generator, self._z)
            fake = tf.cast(_infer(self.discriminator, samples), "float32")
            loss = self._loss(None, fake)
        gradient = _flat_values(tape.gradient(loss, weights, unconnected_gradients="zero"))
        real = tf.cast(_infer(self.discriminator, self.real), "float32")
        self.real_logits, self.fake_logits = real.numpy().ravel(), fake.numpy().ravel()
        self.samples = tf.cast(samples, "float32").numpy()
        self.film.append(self.samples)
        moved = self._moved(updates, gradient)
        self._rows.append(
            {
                "updates": updates,
                "discriminator_loss": float(LOSSES["minimax"].discriminator(real, fake)),
                "generator_loss": float(loss),
                "real_score": float(tf.reduce_mean(tf.sigmoid(real))),
                "fake_score": float(tf.reduce_mean(tf.sigmoid(fake))),
                "real_accuracy": float((self.real_logits > 0).mean()),
                "fake_accuracy": float((self.fake_logits < 0).mean()),
                "generator_gradient_norm": float(np.linalg.norm(gradient)),
                **moved,
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

    def _moved(self, updates, gradient):
        """How far and which way each player has moved since the last look, by column."""
        now = [[weight.numpy() for weight in weights] for weights in self._learned]
        before, self._before = self._before, (updates, gradient, now)
        columns = ("generator_step", "discriminator_step", "generator_alignment")
        if before is None or updates <= before[0]:
            return dict.fromkeys(columns, 0.0)
        made, downhill = updates - before[0], -before[1]
        changes = [
            _flat_values(self._change(*each, made) for each in zip(weights, old, new))
            for weights, old, new in zip(self._learned, before[2], now)
        ]
        steps = [
            float(np.linalg.norm(change) / (np.linalg.norm(_flat_values(old)) + 1e-30) / made)
            for change, old in zip(changes, before[2])
        ]
        lengths = np.linalg.norm(downhill) * np.linalg.norm(changes[0])
        return dict(zip(columns, [*steps, float(downhill @ changes[0] / max(lengths, 1e-30))]))

    def _change(self, weight, old, new, updates):
        """new - old. Spectral normalization rescales a kernel in every call, learned or not: there
        the change of its direction counts, above what rounding makes of it."""
        if id(weight) not in self._rescaled:
            return new - old
        length = np.linalg.norm(old)
        change = new * (length / max(np.linalg.norm(new), 1e-30)) - old
        rounding = np.finfo("float32").eps * updates * length
        return change if np.linalg.norm(change) > rounding else np.zeros_like(old)


def _infer(model, values):
    """What a model gives at inference; `call` of a model of one's own need not know `training`."""
    if "training" in inspect.signature(model.call).parameters:
        return model(values, training=False)
    return model(values)


def _ask(name, player, values):
    try:
        return _infer(player, values)
    except Exception as error:  # Keras and TensorFlow raise many kinds
        raise ValueError(
            f"the {name} does not take an input of shape {tuple(values.shape)}: {error}"
        ) from error


def _learned_weights(player):
    """The weights that training moves. Moving statistics, counters and the like are none; weights
    that are frozen at the moment are: the classic Keras program freezes and thaws D in turns."""
    frozen = not player.trainable
    if frozen:
        player.trainable = True
    weights = player.trainable_weights
    if frozen:
        player.trainable = False
    return weights


def _rescaled_weights(player):
    """ids of the kernels that `keras.layers.SpectralNormalization` overwrites in every call."""
    if isinstance(player, keras.layers.SpectralNormalization):
        return {id(player.kernel)}
    return set().union(*map(_rescaled_weights, getattr(player, "layers", [])))


def _flat_values(arrays):
    return np.concatenate([np.zeros(1), *(np.ravel(one) for one in arrays)])


@dataclass(frozen=True)
class Limits:
    """Where a measurement becomes a finding: between what runs that fail that way and all others
    showed on seeds 0 to 5 of `failures.FAILURES` (oscillation: 0 to 33), before and after cures,
    and of the failures that `tests/benchmarks/diagnosis.py` adds."""

    variety: float = 0.35  # collapsed 0.10 or less, healthy 0.63 or more
    empty: float = 0.5  # healthy 0.15 or less, after a cure 0.40 or less, partly collapsed 0.60
    classes: float = 0.35  # missing of ten: after a cure 0.2 or less, without five of them 0.5
    repeats: float = 0.15  # the same few samples 0.1 or less, after a cure 0.24 or more
    colour: float = 0.2
    sure: float = 0.98  # D's accuracy, on both kinds of samples
    fooled: float = 0.1  # D's accuracy on generated samples
    slope: float = 0.05  # of the largest: saturated 0.005 or less, else 0.05 or more
    uphill: float = -0.15  # against its gradient -0.28 or less, else -0.01 or more
    still: float = 8.0  # range over standard error: 3 to 5 for a frozen D, 20 for a slow one
    swing: float = 0.1  # turns by as much: all others 1 or less, oscillating 4 or more
    turns: int = 3
    above_noise: float = 5.0  # standard deviations
    copies: float = 0.7  # memorised 0.5 or less, healthy 0.97 or more
    nearer: float = 0.8  # probability that a distance is the smaller one; 1/2 of equal ones
    span: float = 8.0
    rows: int = 20  # the least number of measurements that a history must have


LIMITS = Limits()


def diagnose(history, samples, real, features=None, loss="non_saturating", labels=None):
    """Look for every failure in `CHECKS` at once.

    history: {name: (n,)} of one run in order, with any of the columns in `COLUMNS`:
        `GAN.update_history`, `Watch.history`, or lists of your own; a `Watch` or what `fit` returns
        is read, too. Each check says which columns it needs. NaN counts as non-finite: leave out the
        rows that `GAN.step_alone` wrote, which has no values for the player that stood still.
    samples: (n, ...) generated at the end, 100 or more. real: (m, ...) what it was trained on.
    features: a function from samples to features (n, d), for the checks of variety; by default the
        16 principal components of half of the real samples.
    loss: a name in `losses.LOSSES`; where its logits are no log-odds, what is read from D's scores
        is left out.
    labels: ints (m,) >= 0, the classes of real: without them no class can be missed.
    Returns: `Diagnosis`, the cause first. Raises: ValueError.
    """
    columns = _check_history(history)
    samples, real = _check_samples(samples, real)
    if loss not in LOSSES:
        raise ValueError(f"loss must be one of {sorted(LOSSES)}, got {loss!r}")
    if features is not None and not callable(features):
        raise ValueError(f"features must be a function of samples, got {type(features).__name__}")
    run = _Run(columns, samples, real, features, _check_labels(labels, real))
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


def _check_history(history):
    history = getattr(history, "history", history)  # of a Watch, or of what `fit` returns
    if not isinstance(history, Mapping):
        raise ValueError(
            "history must be a dict of columns, a Watch or what `fit` returned, "
            f"got {type(history).__name__}"
        )
    unknown = [name for name in history if name not in COLUMNS]
    if unknown:
        raise ValueError(f"the columns of history may be {[*COLUMNS]}, got also {unknown}")
    columns = {
        name: inputs.array(f"history[{name!r}]", values, "float64")
        for name, values in history.items()
    }
    shapes = {name: values.shape for name, values in columns.items()}
    if len(set(shapes.values())) > 1 or any(len(shape) != 1 for shape in shapes.values()):
        raise ValueError(f"the columns of history must be (n,), all of one n, got {shapes}")
    return columns


def _check_samples(samples, real):
    samples, real = inputs.array("samples", samples), inputs.finite("real", real)
    if samples.ndim < 2 or samples.shape[1:] != real.shape[1:] or 0 in samples.shape[1:]:
        raise ValueError(
            f"samples and real must have samples of one shape, got {samples.shape}, {real.shape}"
        )
    if len(samples) < 100 or len(real) < 2:
        raise ValueError(
            "give 100 generated samples or more and 2 real ones or more, "
            f"got {len(samples)} and {len(real)}"
        )
    return samples.astype("float64"), real.astype("float64")


def _check_labels(labels, real):
    if labels is None:
        return None
    labels = inputs.array("labels", labels)
    if labels.shape != (len(real),) or labels.dtype.kind not in "iu" or labels.min() < 0:
        raise ValueError(
            f"labels must be ints of at least 0, one for each real sample, ({len(real)},), "
            f"got {labels.dtype} {labels.shape}"
        )
    return labels


class _Run:
    """What the checks read: columns, and samples."""

    MOST = 2000  # real samples that are compared with

    def __init__(self, columns, samples, real, features, labels):
        self.columns, self.samples, self.real = columns, samples, real
        self.labels, self._in_features = labels, features

    def end(self, name):
        """Mean of a column over its last quarter."""
        return float(self.columns[name][-(len(self.columns[name]) // 4) :].mean())

    @functools.cached_property
    def halves(self):
        """Indices of two sets of real samples, as many in both: features are fitted on the first and
        compared on the second, for which, as for generated samples, they were not made."""
        order = np.random.default_rng(0).permutation(len(self.real))[: self.MOST]
        return np.array_split(order, 2)

    @functools.cached_property
    def features(self):
        """Features (n, d) of both halves of the real samples, and of the generated ones."""
        sets = [*(self.real[half] for half in self.halves), self.samples]
        if self._in_features is None:
            sets = [_flat(one) for one in sets]
            size = min(16, *sets[0].shape)
            if not np.ptp(sets[0], axis=0).any():
                return [one[:, :1] for one in sets]  # nothing varies, so nothing has components
            components = PCA(size, random_state=0).fit(sets[0])
            return [components.transform(one) for one in sets]
        found = [
            inputs.finite("what features returned", self._in_features(one), "float64")
            for one in sets
        ]
        if any(one.ndim != 2 or len(one) != len(of) for one, of in zip(found, sets)):
            raise ValueError(
                "features must return one row for each sample, (n, d), "
                f"got {found[-1].shape} for {len(sets[-1])} samples"
            )
        return found

    @functools.cached_property
    def variety(self):
        """Mean distance between two generated samples, over that between two real ones."""
        _, real, generated = self.features
        return _spread(generated) / max(_spread(real), 1e-300)

    @functools.cached_property
    def collapsed(self):
        """Whether variety is small, and by far smaller than chance makes that of as many real ones:
        of sparse data some draws hold hardly anything, above all in components made for others."""
        if self.variety > LIMITS.variety:
            return False
        spaces = [self.features[1:]]
        if self._in_features is None:
            spaces.append([_flat(self.real[self.halves[1]]), _flat(self.samples)])
        rng = np.random.default_rng(0)
        for real, generated in spaces:
            size = min(len(generated), 300)
            draws = (real[rng.integers(len(real), size=size)] for _ in range(20))
            if _spread(generated) >= 0.5 * min(_spread(draw) for draw in draws):
                return False
        return True

    @functools.cached_property
    def copied(self):
        """(ratio, probability, words) if generated samples are copies of real ones or of real images
        moved by a pixel; else None, or why it cannot be told."""
        rng = np.random.default_rng(0)
        generated = rng.permutation(self.samples)[:200]
        real = rng.permutation(len(self.real))[:200]
        steps = [(0, 0)]
        if self.samples.ndim > 2 and min(self.samples.shape[1:3]) > 8:
            steps += [step for step in itertools.product((0, 1, -1), repeat=2) if any(step)]
        for moves, words in ((steps[:1], ""), (steps, ", moved by up to a pixel")):
            among_real = self._to_real(self.real[real], moves, real)
            if np.median(among_real) == 0:
                return "half of the real samples or more have an exact copy among them"
            ratio, nearer = _compared(self._to_real(generated, moves), among_real)
            if ratio <= LIMITS.copies and nearer >= LIMITS.nearer:
                return ratio, nearer, words
        return None

    def _to_real(self, queries, moves, own=None):
        """Distance of each query to the nearest real sample, among all of them (copies may be of any)
        and over these moves by pixels. own: indices of the queries themselves, which do not count."""
        edge = int(len(moves) > 1)
        real = _inner(self.real, edge, (0, 0))
        moved = [_inner(queries, edge, move) for move in moves]
        return np.min(_nearest(moved, real, own), axis=0)


def _flat(samples):
    return samples.reshape(len(samples), -1)


def _inner(images, edge, move):
    """Images without an edge of so many pixels, after a move by fewer of them, (down, right)."""
    if not edge:
        return images
    down, right = move
    height, width = images.shape[1:3]
    return images[:, edge - down : height - edge - down, edge - right : width - edge - right]


def _nearest(sets, references, own=None):
    """Distance of each query to the nearest reference, for several sets of queries (sets, n).

    own: indices of references, one for each query of a set, that do not count. Looked up in single
    precision, measured in double."""
    centre = references.mean(axis=0)
    references = _flat(references - centre)
    single = references.astype("float32")
    lengths, distances = (single**2).sum(axis=1), []
    for queries in sets:
        queries = _flat(queries - centre)
        squares = lengths - 2 * queries.astype("float32") @ single.T
        if own is not None:
            squares[np.arange(len(queries)), own] = np.inf
        distances.append(np.linalg.norm(queries - references[squares.argmin(axis=1)], axis=1))
    return np.stack(distances)


def _compared(distances, others):
    """Median of the distances over that of the others, and the probability that one of them is
    smaller than one of the others, ties counting half. Where values are discrete the medians jump;
    the probability does not."""
    below, equal = (compare(distances[:, None], others).mean() for compare in (np.less, np.equal))
    ratio = np.median(distances) / max(np.median(others), 1e-300)
    return float(ratio), float(below + equal / 2)


def _spread(points):
    """Mean distance between two of the points, over some pairs of each."""
    points = np.random.default_rng(0).permutation(points)  # they may have come sorted
    pairs = range(1, min(6, len(points)))
    return np.mean([np.linalg.norm(points - np.roll(points, k, axis=0), axis=1) for k in pairs])


def _non_finite(run):
    broken = [~np.isfinite(values) for name, values in run.columns.items()]
    rows = np.flatnonzero(np.any(broken, axis=0)) if broken else []
    if not len(rows) and np.isfinite(run.samples).all():
        return None
    evidence = (
        {"first row that is not finite": (rows[0] + 1, f"of {len(broken[0])}")} if len(rows) else {}
    )
    evidence["fraction of sample values that are not finite"] = (
        1 - np.isfinite(run.samples).mean(),
        "should be 0",
    )
    return Finding(
        "non-finite",
        "a loss, a gradient or a weight became NaN or infinite; all that came after is void.",
        "start over with a smaller learning rate; look for values in the data that are not finite, "
        "for log(0) and for a square root at 0.",
        evidence,
    )


def _different_scale(run):
    if run.samples.ndim < 3:
        return "samples are points, not images"
    found = _scales_differ(run, 0.001)  # G's last layer may be linear, and a pixel may stray
    if found is None or _scales_differ(run, 0) is None:  # nearly all pixels may be of one shade
        return None
    return found


def _scales_differ(run, tail):
    """A finding if the two ranges differ that hold all but that fraction of values at each end."""
    low, high = np.quantile(run.real, [tail, 1 - tail])
    least, most = np.quantile(run.samples, [tail, 1 - tail])
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
        "scale the data to the range of G's last activation: [-1, 1] for tanh, [0, 1] for sigmoid.",
        {
            "span of real over generated values": (ratio, f"threshold: > {LIMITS.span:g}"),
            "fraction of generated values outside": (outside, "threshold: ≥ 0.01"),
        },
    )


def _not_training(evidence):
    return Finding(
        "discriminator not training",
        "D has not moved at all, so it has learned nothing.",
        "compare D's weights before and after one update; look for `trainable = False` (in Keras 3 "
        "it acts on the training step, not on compile), an optimizer built for other variables, a "
        "learning rate of 0.",
        evidence,
    )


def _weights_stand_still(run):
    if run.columns["discriminator_step"][1:].max() > 0:  # at the first look there is none
        return None
    return _not_training({"largest update-to-weight ratio of D": (0.0, "threshold: 0")})


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
                f"threshold: ≤ {LIMITS.still:g}",
            ),
            "mean D(G(z)) at the end": (run.end("fake_score"), "threshold: ≥ 0.9"),
        }
    )


def _generator_stands_still(run):
    if run.columns["generator_step"][1:].max() > 0:
        return None
    return Finding(
        "generator not training",
        "G has not moved at all: its samples are those of its initial weights.",
        "compare G's weights before and after one update; look for `trainable = False`, a gradient "
        "of None (samples that went through NumPy), an optimizer built for other variables, a "
        "learning rate of 0.",
        {"largest update-to-weight ratio of G": (0.0, "threshold: 0")},
    )


def _moves_uphill(run):
    """Over the whole run: G's optimizer may hide single moves, but not their mean direction."""
    alignment = float(run.columns["generator_alignment"][1:].mean())
    if alignment > LIMITS.uphill:
        return None
    return Finding(
        "generator loss reversed",
        "G moves against the negative gradient of its loss: it makes its samples easier to detect.",
        "label generated samples as real in G's step (D's step labels them as generated); look for "
        "a missing or a second minus sign.",
        {
            "mean cosine of G's moves and its negative gradient": (
                alignment,
                f"threshold: ≤ {LIMITS.uphill:g}",
            )
        },
    )


def _probabilities(run):
    """A sigmoid keeps what D returns in (0, 1): none is negative, and a second one makes of them
    probabilities between sigmoid(0) and sigmoid(1)."""
    lowest, highest = (
        float(pick([pick(run.columns[name]) for name in ("real_score", "fake_score")]))
        for pick in (np.min, np.max)
    )
    right = float(run.columns["fake_accuracy"].max())
    top = 1 / (1 + np.exp(-1))
    if right > 0 or lowest < 0.5 or highest > top + 1e-4:
        return None
    return Finding(
        "probabilities for logits",
        "D returns probabilities where logits are expected: a second sigmoid flattens its loss, "
        "which never leaves 2 log 2 = 1.386 by much, and its gradients.",
        "remove the sigmoid from D's last layer, however deep it is nested, and keep from_logits="
        "True; if your loss takes probabilities, give `Watch` D without its sigmoid.",
        {
            "D's largest accuracy on generated samples": (right, "threshold: 0"),
            "lowest of D(x) and D(G(z)), read as sigmoids of logits": (lowest, "threshold: ≥ 0.5"),
            "highest": (highest, "threshold: ≤ sigmoid(1) = 0.731"),
        },
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
            "D's accuracy on generated samples": (right, f"threshold: ≤ {LIMITS.fooled:g}"),
            "mean D(G(z))": (fooled, "threshold: ≥ 0.9"),
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
        "D is sure of every sample, and where it is sure G's loss is flat: its gradient vanishes.",
        "the non-saturating loss, -log D(G(z)); then R1 and equal learning rates, as D has won.",
        {
            "G's gradient norm over its largest": (left, f"threshold: ≤ {LIMITS.slope:g}"),
            "mean D(G(z))": (run.end("fake_score"), "threshold: < 0.05"),
        },
    )


def _discriminator_wins(run):
    if not _d_is_sure(run):
        return None
    return Finding(
        "discriminator wins",
        "D tells every sample apart: its loss is near 0, and its gradient no longer helps G.",
        "R1; equal learning rates; fewer steps of D; look whether a trivial mark gives samples away.",
        {
            "D's accuracy on real samples": (
                run.end("real_accuracy"),
                f"threshold: > {LIMITS.sure:g}",
            ),
            "D's accuracy on generated samples": (
                run.end("fake_accuracy"),
                f"threshold: > {LIMITS.sure:g}",
            ),
            "mean D(G(z))": (run.end("fake_score"), "threshold: < 0.05"),
        },
    )


def turns(score, height):
    """How often a column turns in its later half: from a rise by `height` to a fall by `height` at
    least, or back.

    score: (n,), smoothed over 1/50 of the run before. height: > 0, in units of score.
    Raises: ValueError.
    """
    score, height = (
        inputs.finite("score", score, "float64"),
        inputs.number("height", height, above=0),
    )
    if score.ndim != 1 or len(score) < 4:
        raise ValueError(f"score must be (n,), n of at least 4, got {score.shape}")
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
        "D's score of generated samples goes up and down and does not converge: each player undoes "
        "what the other has just learned.",
        "R1; beta_1 = 0 in Adam; smaller learning rates; and show the EMA generator.",
        {
            f"reversals of D(G(z)) by {LIMITS.swing:g} or more": (
                found,
                f"threshold: ≥ {LIMITS.turns}",
            ),
            "width of its swing": (high - low, "5 % to 95 %"),
        },
    )


def _collapse(run):
    if not run.collapsed:
        return None
    return Finding(
        "collapse",
        "all generated samples are nearly the same.",
        "R1; a smaller learning rate for G; minibatch standard deviation in D.",
        {
            "distance between two samples, over that of real ones": (
                run.variety,
                f"threshold: ≤ {LIMITS.variety:g}",
            )
        },
    )


def _partial_collapse(run):
    if run.collapsed:
        return None
    found = _colourless(run)
    if found is not None:
        return found
    if len(run.real) < 500:
        return "fewer than 500 real samples"
    return _empty_cells(run) or _repeated(run)


def _partly_collapsed(sentence, evidence):
    return Finding(
        "partial collapse",
        sentence,
        "more latent dimensions; R1; minibatch standard deviation in D; a longer run.",
        evidence,
    )


def _empty_cells(run):
    """Clusters of one half of the real samples that hold others of the other half, but hardly a
    generated one. The mean of five clusterings: one of them hangs on its start."""
    fitted, *sets = run.features
    empty = []
    for start in range(5):
        cells = KMeans(min(20, len(np.unique(fitted, axis=0))), n_init=1, random_state=start)
        cells.fit(fitted)
        real, generated = (
            np.bincount(cells.predict(one), minlength=cells.n_clusters) / len(one) for one in sets
        )
        empty.append(real[generated < 0.2 * real].sum())
    empty = float(np.mean(empty))
    if empty < LIMITS.empty:
        return None
    return _partly_collapsed(
        f"{empty:.0%} of the real samples are in clusters that G hardly ever generates.",
        {
            "fraction of real samples in clusters with less than a fifth of their generated ones": (
                empty,
                f"threshold: ≥ {LIMITS.empty:g}",
            )
        },
    )


def _repeated(run):
    """Fewer different samples than a birthday test of as many real ones lets expect (Arora and
    Zhang 2017)."""
    if isinstance(run.copied, tuple):
        return None  # then repeats follow from that
    rng = np.random.default_rng(0)
    size = min(len(run.samples), 500)
    sets = (rng.permutation(one)[:size] for one in (run.samples, run.real))
    generated, real = (_nearest([one], one, np.arange(size))[0] for one in sets)
    ratio, nearer = _compared(generated, real)
    if ratio > LIMITS.repeats or nearer < LIMITS.nearer:
        return None
    return _partly_collapsed(
        "G generates few different samples, again and again.",
        {
            "distance to the nearest other generated sample, over that among real ones": (
                ratio,
                f"threshold: ≤ {LIMITS.repeats:g}",
            ),
            "probability that it is the smaller one": (nearer, f"threshold: ≥ {LIMITS.nearer:g}"),
        },
    )


def _colourless(run):
    """Of images with channels: how far the channels vary apart from each other."""
    if run.samples.ndim != 4 or run.samples.shape[-1] < 2:
        return None
    widths = []
    for images in (run.real[np.concatenate(run.halves)], run.samples):
        varied = images - images.mean(axis=0)
        widths.append((varied - varied.mean(axis=-1, keepdims=True)).std())
        brightness = varied.std()
    ratio = float(widths[1] / max(widths[0], 1e-300))
    if ratio > LIMITS.colour or widths[0] < 0.01 * brightness:
        return None
    return _partly_collapsed(
        "generated images hardly vary in colour, real ones do.",
        {
            "variation of colour, over that of real images": (
                ratio,
                f"threshold: ≤ {LIMITS.colour:g}",
            )
        },
    )


def _missing_classes(run):
    if run.labels is None:
        return "give the labels of the real samples"
    if run.collapsed:
        return None
    *real, generated = run.features
    labels = run.labels[np.concatenate(run.halves)]
    if len(labels) < 100:
        return "fewer than 100 real samples"
    read = KNeighborsClassifier(5).fit(np.concatenate(real), labels).predict(generated)
    classes, counts = np.unique(labels, return_counts=True)
    wanted = counts / len(labels)
    missing = np.array([(read == one).mean() for one in classes]) < 0.2 * wanted
    fraction = float(wanted[missing].sum())
    if fraction < LIMITS.classes:
        return None
    return Finding(
        "missing classes",
        f"G hardly ever generates the classes {', '.join(map(str, classes[missing]))}.",
        "more latent dimensions; R1; minibatch standard deviation in D; a conditional GAN.",
        {
            "fraction of real samples in classes with less than a fifth of their generated ones": (
                fraction,
                f"threshold: ≥ {LIMITS.classes:g}",
            )
        },
    )


def _memorisation(run):
    if run.collapsed:
        return None
    if isinstance(run.copied, str) or run.copied is None:
        return run.copied
    ratio, nearer, moved = run.copied
    return Finding(
        "memorisation",
        "generated samples lie nearer to single real ones than real ones lie to each other.",
        "more data, or shifts of real and generated samples alike; stop earlier; a smaller G.",
        {
            f"distance to the nearest real one{moved}, over that among real ones": (
                ratio,
                f"threshold: ≤ {LIMITS.copies:g}",
            ),
            "probability that it is the smaller one": (nearer, f"threshold: ≥ {LIMITS.nearer:g}"),
        },
    )


SCORES = ("real_score", "fake_score", "real_accuracy", "fake_accuracy")
CHECKS = (  # name, columns needed, function of a `_Run`; the cause before what follows from it
    ("non-finite", (), _non_finite),
    ("different scale", (), _different_scale),
    ("discriminator not training", ("discriminator_step",), _weights_stand_still),
    ("discriminator not training", ("real_score", "fake_score"), _answers_stand_still),
    ("generator not training", ("generator_step",), _generator_stands_still),
    ("generator loss reversed", ("generator_alignment",), _moves_uphill),
    ("probabilities for logits", SCORES, _probabilities),
    ("generator wins", SCORES[1:], _generator_wins),
    ("saturation", (*SCORES[1:], "generator_gradient_norm"), _saturation),
    ("discriminator wins", SCORES[1:], _discriminator_wins),
    ("oscillation", ("fake_score",), _oscillation),
    ("collapse", (), _collapse),
    ("missing classes", (), _missing_classes),
    ("partial collapse", (), _partial_collapse),
    ("memorisation", (), _memorisation),
)


def _distance(real, generated):
    flat = [np.reshape(samples, (len(samples), -1)) for samples in (real, generated)]
    if not np.isfinite(flat[1]).all():
        return np.nan
    return sliced_wasserstein(*flat)
