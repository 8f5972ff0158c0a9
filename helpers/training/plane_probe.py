"""What both networks do in the plane at one moment, for a picture while they train."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .gan import GAN


class PlaneProbe:
    """Evaluates a `GAN` of points in one compiled call, and changes nothing in it.

    Args:
        gan: a compiled `GAN`. Compiled anew, it needs a new probe.

    Raises:
        ValueError: if `compile` was not called.
    """

    def __init__(self, gan: GAN):
        gan._check_ready("PlaneProbe")
        self._gan = gan
        self._probe = tf.function(self._probe_now, jit_compile=gan.jit_compile, autograph=False)

    def __call__(
        self,
        real: np.ndarray,
        z: np.ndarray,
        points: np.ndarray,
        latent_grid: np.ndarray,
        ema: bool = False,
    ) -> dict[str, np.ndarray]:
        """Evaluate.

        Args:
            real: float32 (n, d), evaluated by paired losses only.
            z: float32 (n, latent_dim).
            points: float32 (m, d), where D is evaluated.
            latent_grid: float32 (k, latent_dim), where G is evaluated.
            ema: evaluate the EMA generator.

        Returns:
            A dict of float32 arrays: "samples" (n, d) = G(z); "negative_gradient" (n, d), minus the
            gradient of each sample's own loss for G with respect to that sample: the way in which
            G's loss would move it; "probabilities" (m,), D's at `points`; "latent_grid" (k, d), G there.
        """
        found = self._probe(real, z, points, latent_grid, ema)
        return {name: values.numpy() for name, values in found.items()}

    def _probe_now(self, real, z, points, latent_grid, ema):
        gan = self._gan
        samples = gan(z, ema=ema)
        with tf.GradientTape() as tape:
            tape.watch(samples)
            loss = gan.loss_function.lazy_generator(
                lambda: gan._logits(real, training=False), gan._logits(samples, training=False)
            )
        return {
            "samples": samples,
            "negative_gradient": -tape.gradient(loss, samples) * tf.cast(tf.shape(z)[0], "float32"),
            "probabilities": tf.sigmoid(gan._logits(points, training=False))[:, 0],
            "latent_grid": gan(latent_grid, ema=ema),
        }
