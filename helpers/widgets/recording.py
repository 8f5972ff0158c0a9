"""The pictures of a run, never more than some dozens."""


class Recording:
    """Keeps pictures spread evenly over a run of unknown length.

    When it is full, every second picture goes, and from then on only every second new one stays.

    Args:
        most: int >= 2, pictures that are kept.

    Attributes:
        pictures: list of bytes, in order; the last picture added is always among them.

    Example:
        >>> from helpers.widgets.recording import Recording
        >>> recording = Recording(most=4)
        >>> for moment in range(10):
        ...     recording.add(moment, b"%d" % moment)
        >>> recording.pictures
        [b'0', b'4', b'8', b'9']
    """

    def __init__(self, most: int = 60):
        self._most = most
        self.clear()

    def clear(self) -> None:
        """Forgets all pictures."""
        self._kept: list[tuple[int, bytes]] = []
        self._last: tuple[int, bytes] | None = None
        self._seen, self._stride = 0, 1

    def add(self, moment: int, picture: bytes) -> None:
        """Adds a picture; one of the same moment as the last replaces it.

        Args:
            moment: such as the number of updates made.
            picture: any bytes.
        """
        if self._last is not None and self._last[0] == moment:
            if self._kept[-1][0] == moment:
                self._kept[-1] = (moment, picture)
        else:
            if self._seen % self._stride == 0:
                self._kept.append((moment, picture))
            self._seen += 1
        self._last = (moment, picture)
        if len(self._kept) >= self._most:
            self._kept, self._stride = self._kept[::2], 2 * self._stride

    @property
    def pictures(self) -> list[bytes]:
        if self._last is None:
            return []
        kept = [picture for _, picture in self._kept]
        return kept if self._kept[-1][0] == self._last[0] else [*kept, self._last[1]]
