"""One row of measurements for each update."""

import numpy as np

HISTORY_COLUMNS = (
    "discriminator_loss",  # without the penalties; nats for the logistic losses
    "generator_loss",
    "real_score",  # mean D(x), a probability
    "fake_score",  # mean D(G(z))
    "real_accuracy",  # fraction of real samples that D calls real
    "fake_accuracy",  # fraction of generated samples that D calls generated
    "discriminator_gradient_norm",  # of the whole loss, penalties included
    "generator_gradient_norm",
)


class NonFiniteTraining(FloatingPointError):
    """A loss, a gradient or a weight became NaN or infinite; the message says when.

    Attributes:
        history: the run's `update_history`, with the rows of the call that broke at its end.
    """

    def __init__(self, message: str, history: dict[str, np.ndarray]):
        super().__init__(message)
        self.history = history


class UpdateHistory:
    """Rows of measurements, (updates, columns); row i is update i + 1.

    `half_update` holds what D's step measured while G's step has not been made yet: a row, with
    NaN in G's columns, and in all if there is none.
    """

    def __init__(self):
        columns = len(HISTORY_COLUMNS)
        self.set(np.empty((0, columns), "float32"), np.full(columns, np.nan, "float32"))

    def set(self, rows, half_update):
        self._parts, self.half_update = [rows], half_update

    def snapshot(self):
        return [*self._parts], self.half_update

    def restore(self, snapshot):
        self._parts, self.half_update = snapshot

    @property
    def rows(self) -> np.ndarray:
        if len(self._parts) > 1:
            self._parts = [np.concatenate(self._parts)]
        return self._parts[0]

    def append(self, rows):
        self._parts.append(rows)
        self.half_update = np.full_like(self.half_update, np.nan)

    def cut(self, updates):
        """Drop what was measured after that many updates."""
        self.set(self.rows[:updates], np.full_like(self.half_update, np.nan))

    def add_half_update(self, measured):
        """Keep what one network's step alone measured; a step of G completes the row."""
        row = self.half_update.copy()
        for name, value in measured.items():
            row[HISTORY_COLUMNS.index(name)] = value
        if "generator_loss" in measured:
            self.append(row[None])
        else:
            self.half_update = row

    def columns(self, more=()):
        """{column: float32 (updates,)}, with the rows in `more` at the end."""
        return dict(zip(HISTORY_COLUMNS, np.concatenate([self.rows, *more]).T.copy()))
