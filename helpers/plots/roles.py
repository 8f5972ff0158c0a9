"""One colour and line style for each role, in all figures.

Each colour has a contrast of at least 4.5:1 to white, enough for text (WCAG 2.2, 1.4.3), and differs
from the others also for colour-blind eyes; `tests/plots/test_roles.py` computes both.
"""

REAL = "#00855F"  # bluish green
GENERATED = "#C75000"  # vermilion
DISCRIMINATOR = "#004C8F"  # blue
GRADIENT = "#B8508F"  # reddish purple
STYLES = {REAL: "-", GENERATED: "--", DISCRIMINATOR: "-.", GRADIENT: ":"}
