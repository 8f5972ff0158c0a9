"""Frechet distance to held-out digits after 10, 20, 30 and 60 s of training, for each preset.

Run: python tests/benchmarks/time_to_quality.py [--seeds 3] [--seconds 10 20 30 60] [--presets course]
Compiling is not counted. Features: the course's own classifier, trained on the same 4,000 digits;
the first rows are the real-vs-real baseline and uniform noise in the same features.
"""

import argparse

from helpers import data, metrics, training

import keras
import numpy as np
from sklearn.model_selection import train_test_split


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--seconds", type=float, nargs="+", default=[10, 20, 30, 60])
    parser.add_argument(
        "--presets", nargs="+", choices=training.PRESETS, default=[*training.PRESETS]
    )
    arguments = parser.parse_args()
    images, labels = data.load_mnist()
    train_images, held_out, train_labels, _ = train_test_split(
        images, labels, test_size=1000, stratify=labels, random_state=0
    )
    keras.utils.set_random_seed(1)
    classifier = metrics.digit_classifier(train_images, train_labels)
    real = metrics.features(classifier, held_out)

    def score(generated):
        return metrics.frechet_distance(real, metrics.features(classifier, generated))

    uniform = np.random.default_rng(0).uniform(-1, 1, (4000, 28, 28, 1)).astype("float32")
    print(f"real training digits {score(train_images):.2f}   uniform noise {score(uniform):.0f}")
    for name in arguments.presets:
        preset = training.PRESETS[name]
        for seed in range(arguments.seeds):
            keras.utils.set_random_seed(seed)
            gan = training.gan_from_preset(preset, seed=seed)
            line, before = f"{name:14} seed {seed}", 0.0
            for seconds in arguments.seconds:
                limit = training.TimeLimit(seconds - before)
                gan.fit(
                    train_images,
                    batch_size=preset.batch_size,
                    epochs=10**6,
                    callbacks=[limit],
                    verbose=0,
                )
                before = seconds
                distance = score(gan.sample(4000, seed=seed))
                line += f"   {seconds:g} s: {distance:.2f} ({gan.updates_made:,} updates)"
            print(line, flush=True)


if __name__ == "__main__":
    main()
