"""What went wrong in a GAN's training, and how do you know?

`Monitor` measures a generator and a discriminator while they train, and `diagnose` turns a history
and generated samples into findings with evidence. `scenarios` (imported by its own name) holds runs
that fail reproducibly. The limits were set on seeds below 40 of `scenarios.FAILURES`;
`tests/benchmarks/diagnosis.py` diagnoses failures of other seeds and prints what each was called.
"""

from .diagnose import CHECKS, COLUMNS, diagnose
from .findings import LIMITS, Diagnosis, Finding, Limits
from .monitor import Monitor
from .run import reversals
