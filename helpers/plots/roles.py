"""One colour and line style for each role, in all figures."""

REAL = "#009E73"
GENERATED = "#D55E00"
DISCRIMINATOR = "#0072B2"
GRADIENT = "#CC79A7"
STYLES = {REAL: "-", GENERATED: "--", DISCRIMINATOR: "-.", GRADIENT: ":"}
