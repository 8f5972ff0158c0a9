"""What a diagnosis consists of, and where a measurement becomes a finding."""

from dataclasses import dataclass, field


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


@dataclass(frozen=True)
class Limits:
    """Where a measurement becomes a finding: between what runs that fail that way and all others
    showed on seeds 0 to 5 of `scenarios.FAILURES` (oscillation: 0 to 33), before and after cures,
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
    reversals: int = 3
    above_noise: float = 5.0  # standard deviations
    copies: float = 0.7  # memorised 0.5 or less, healthy 0.97 or more
    nearer: float = 0.8  # probability that a distance is the smaller one; 1/2 of equal ones
    span: float = 8.0
    rows: int = 20  # the least number of measurements that a history must have


LIMITS = Limits()


LOGISTIC = ("minimax", "non_saturating")
