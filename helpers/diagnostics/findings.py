"""What a diagnosis consists of, and the limits from which a measurement is a finding."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """One failure that was found, with its evidence.

    Args:
        name: name of the failure, one of those in `CHECKS`.
        description: what it means, a sentence.
        advice: what to try, the most promising first.
        evidence: {what was measured: (value, the threshold or reference)}.
    """

    name: str
    description: str
    advice: str
    evidence: dict[str, tuple[float, str]]

    def __str__(self) -> str:
        measured = "; ".join(
            f"{what} {value:.3g} ({limit})" for what, (value, limit) in self.evidence.items()
        )
        return (
            f"{self.name.upper()}: {self.description}\n  measured: {measured}\n  try: {self.advice}"
        )


@dataclass(frozen=True)
class Diagnosis:
    """The result of `diagnose`; `print` shows it in words.

    Args:
        findings: the failures that were found, a cause before its consequences.
        unchecked: {name of a failure: why it could not be checked}.
    """

    findings: tuple[Finding, ...]
    unchecked: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the first finding, or "healthy" if there is none."""
        return self.findings[0].name if self.findings else "healthy"

    def __str__(self) -> str:
        lines = [str(finding) for finding in self.findings] or ["Nothing found."]
        lines += [f"not checked: {name} ({why})" for name, why in self.unchecked.items()]
        return "\n".join(lines)


@dataclass(frozen=True)
class Limits:
    """The limits from which a measurement is a finding.

    Each limit separates runs that fail in that way from all other runs: on seeds 0 to 5 of
    `scenarios.FAILURES` (oscillation: 0 to 33), before and after the fix, and on the failures that
    `tests/benchmarks/diagnosis.py` adds. The comments give the values that were measured.
    """

    diversity: float = 0.35  # collapsed 0.10 or less, healthy 0.63 or more
    empty_clusters: float = 0.5  # healthy <= 0.15, after a fix <= 0.40, partly collapsed 0.60
    missing_classes: float = 0.35  # of ten classes: after a fix 0.2 or less, five missing 0.5
    repetition: float = 0.15  # the same few samples 0.1 or less, after a fix 0.24 or more
    colour: float = 0.2
    confident_accuracy: float = 0.98  # D's accuracy, on real and on generated samples
    fooled_accuracy: float = 0.1  # D's accuracy on generated samples
    gradient_fraction: float = 0.05  # of the largest: saturated <= 0.005, others >= 0.05
    alignment: float = -0.15  # sign of the loss reversed <= -0.28, others >= -0.01
    score_range: float = 8.0  # range over standard error: frozen D 3 to 5, a slow D 20
    reversal_height: float = 0.1  # reversals of this height: oscillating >= 4, others <= 1
    reversals: int = 3
    reversal_noise: float = 5.0  # least height of a reversal, in standard deviations of the noise
    memorisation: float = 0.7  # memorised 0.5 or less, healthy 0.97 or more
    smaller: float = 0.8  # probability that a distance is the smaller one; 1/2 for equal ones
    scale_ratio: float = 8.0
    rows: int = 20  # the least number of measurements that a history must have


LIMITS = Limits()


LOGISTIC = ("minimax", "non_saturating")
