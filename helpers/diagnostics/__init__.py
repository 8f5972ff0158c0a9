"""What went wrong, and how do you know? A history and samples in, findings with evidence out.

`Monitor` looks at any pair of Keras players while they train; `diagnose` reads what was recorded.
The limits were set on seeds below 40 of `scenarios.FAILURES`; `tests/benchmarks/diagnosis.py` names
failures of other seeds and prints what was called what."""

from .diagnose import CHECKS, COLUMNS, diagnose
from .findings import LIMITS, Diagnosis, Finding, Limits
from .monitor import Monitor
from .run import reversals
