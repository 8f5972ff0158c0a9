"""Which planted failure is called what? python tests/benchmarks/diagnosis.py [--seeds 200 220] [--cures]

Plants every failure of `helpers.failures` on each seed, diagnoses it from its history and 1,000
samples, and prints how often which name was given. The limits of `helpers.diagnostics` were set
on seeds below 40. --cures: applies the cure to each run, too, and diagnoses it again.
"""

import argparse
import collections

from helpers import diagnostics, failures, training


def stretch(game, settings, updates):
    """Train with these settings; returns that stretch of the history, to its end or its NaN."""
    before = game.gan.updates_made
    try:
        for _ in range(updates // 50):
            game.train(settings, 50)
        history = game.gan.update_history
    except training.NonFiniteTraining as error:
        history = error.history
    return {name: values[before:] for name, values in history.items()}


def diagnosed(game, settings, updates, seed):
    history = stretch(game, settings, updates)
    samples = game.gan.sample(1000, seed=seed, averaged=False)
    return diagnostics.diagnose(history, samples, game.real(settings)).name


def count(seeds, cures=False):
    """{(planted, found): how many}; what was cured is called "cured: name"."""
    counts = collections.Counter()
    games = {name: failures.Game(name) for name in ("digits", "ring")}
    for failure in failures.FAILURES.values():
        game = games[failure.game]
        for seed in seeds:
            game.start(seed)
            counts[failure.name, diagnosed(game, failure.planted, failure.updates, seed)] += 1
            if cures:
                if failure.anew:
                    game.start(seed)
                found = diagnosed(game, failure.cured, 1000, seed)
                counts[f"cured: {failure.name}", found] += 1
        done = {found: n for (planted, found), n in counts.items() if planted == failure.name}
        print(f"{failure.name}: {done}", flush=True)
    return counts


def print_matrix(counts):
    planted = list(dict.fromkeys(name for name, _ in counts))
    found = [name for name in failures.FAILURES if any(counts[one, name] for one in planted)]
    print(
        "\nplanted (rows), found (columns)\n"
        + " " * 36
        + " ".join(f"{k + 1:>3}" for k in range(len(found)))
    )
    for row in planted:
        cells = (counts[row, name] for name in found)
        print(f"{row:36}" + " ".join(f"{number or '.':>3}" for number in cells))
    print("\n" + "; ".join(f"{k + 1} {name}" for k, name in enumerate(found)))
    failing = [name for name in failures.FAILURES if name != "healthy"]
    total = sum(number for (row, _), number in counts.items() if row in failing)
    right = sum(counts[name, name] for name in failing)
    calm = [row for row in planted if row not in failing]
    runs = sum(number for (row, _), number in counts.items() if row in calm)
    alarms = runs - sum(counts[row, "healthy"] for row in calm)
    print(
        f"named right: {right} of {total} failures; false alarms: {alarms} of {runs} healthy runs"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs=2, default=(200, 220), help="from, to below")
    parser.add_argument("--cures", action="store_true")
    arguments = parser.parse_args()
    print_matrix(count(range(*arguments.seeds), arguments.cures))
