"""What the checks share: the verdict, and reading a learner's number or calling a learner's function.

A check compares meaning (values on many inputs, what changed and what did not), never source text.
Whatever it is given, it returns a `Verdict` and does not raise; only Ctrl-C gets through.
"""

import contextlib
import functools
import html
import pathlib
import re
import sysconfig
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

Numbers = float | np.ndarray
STATES = {  # {state: (sign, words, colour: that of JupyterLab's theme, light or dark)}
    "right": ("✓", "Right", "var(--jp-success-color0, #388e3c)"),
    "not yet": ("✗", "Not yet", "var(--jp-warn-color0, #e65100)"),
    "not answered": ("○", "Not answered yet", "var(--jp-ui-font-color2, #616161)"),
    "result": ("•", "Result", "var(--jp-info-color0, #1565c0)"),
}
HELPERS_FOLDER = str(pathlib.Path(__file__).resolve().parents[1])
STANDARD_LIBRARY_FOLDER = sysconfig.get_paths()["stdlib"]


class Verdict(str):
    """What a check says: a sentence with a state.

    It reads the same printed, as the last line of a cell and to a screen reader: a sign, words and
    a colour say the state.

    Args:
        state: "right", "not yet", "not answered" or "result".
        sentence: What to say about the answer. Lines after the first are shown as a table.

    Example:
        >>> from helpers import exercises
        >>> exercises.Verdict("right", "28 rows of 28 pixels.")
        ✓ Right: 28 rows of 28 pixels.
    """

    state: str

    def __new__(cls, state: str, sentence: str) -> "Verdict":
        sign, words, _ = STATES[state]
        verdict = super().__new__(cls, f"{sign} {words}: {sentence}")
        verdict.state = state
        return verdict

    @property
    def is_right(self) -> bool:
        """Whether the state is "right"."""
        return self.state == "right"

    def __repr__(self):
        return str(self)

    def _repr_html_(self):
        sign, words, colour = STATES[self.state]
        sentence, *table = self.removeprefix(f"{sign} {words}: ").split("\n")
        rows = f"<pre>{html.escape(chr(10).join(table))}</pre>" if table else ""
        return (
            f'<div role="status" style="border-left: 4px solid {colour}; padding-left: 10px">'
            f'<b><span style="color: {colour}">{sign}</span> {words}:</b> '
            f"{html.escape(sentence)}{rows}</div>"
        )


NOT_ANSWERED = Verdict("not answered", "replace None and run the cell again.")


class NotYet(Exception):
    """Ends a check from anywhere inside it; the message becomes the sentence of the verdict."""


def guarded(check: Callable[..., Verdict]) -> Callable[..., Verdict]:
    """Decorate a check so that it returns a verdict for any answer.

    None is "not answered", and `NotYet` becomes its sentence. If Ctrl-C stops a learner's function,
    the traceback begins in that function and shows no source of a check.

    Args:
        check: Function (answer, ...) -> `Verdict`, which may raise `NotYet`.

    Returns:
        The same check, which never raises anything but KeyboardInterrupt.
    """

    @functools.wraps(check)
    def verdict(answer, *arguments, **named):
        __tracebackhide__ = True
        if answer is None:
            return NOT_ANSWERED
        try:
            return check(answer, *arguments, **named)
        except NotYet as reason:
            return Verdict("not yet", str(reason))
        except KeyboardInterrupt as interrupt:
            learners = _below_helpers(interrupt.__traceback__)
        raise KeyboardInterrupt("stopped by you").with_traceback(learners)

    return verdict


def number_check(
    right: float, mistakes: dict[float, str], explanation: str
) -> Callable[[Callable], Callable[[Any], Verdict]]:
    """Decorate an empty function whose answer is one number, and make it a check.

    Args:
        right: The right answer.
        mistakes: {a wrong answer: which mistake leads to it}.
        explanation: What to say about the right answer.

    Returns:
        The decorator. The function it decorates gives the name and the docstring.
    """

    def decorate(question):
        @guarded
        @functools.wraps(question)
        def check(answer):
            compare(number(answer), right, {words: wrong for wrong, words in mistakes.items()})
            return Verdict("right", explanation)

        return check

    return decorate


def compare(
    value: Numbers, right: Numbers, mistakes: Mapping[str, Numbers], rtol: float = 1e-3
) -> None:
    """Compare a value with the right one, and name the mistake where it is a known one.

    Args:
        value: A float, or a float64 array as `numbers` returns.
        right: The right value, of the same shape.
        mistakes: {which mistake: the wrong value that it leads to}.
        rtol: How far a value may be from the right one, or from that of a mistake, relative to it.

    Raises:
        NotYet: if value has another shape, contains NaN or is not right.
    """
    _require_shape(np.asarray(value), np.shape(right))
    if np.isnan(value).any():
        raise NotYet("your result has nan in it, no number (0 / 0, or the log of less than 0).")
    if np.allclose(value, right, rtol=rtol, atol=1e-4):
        return
    for sentence, wrong in mistakes.items():
        if np.shape(wrong) == np.shape(value) and np.allclose(value, wrong, rtol=rtol, atol=1e-4):
            raise NotYet(sentence)
    got = "it" if np.ndim(value) else f"got {float(value):g}. It"
    raise NotYet(f"{got} is none of the usual slips: compare your formula with the text.")


def call(answer: Any, *arguments: Any, takes: str) -> Any:
    """Call a learner's function with copies of the arguments.

    Args:
        answer: The learner's function, or whatever was given as one.
        *arguments: What to call it with; arrays are copied.
        takes: The arguments in words, such as "p, q", for the messages.

    Returns:
        What the function returns.

    Raises:
        NotYet: if answer is no function, or raises.
    """
    if not callable(answer):
        raise NotYet(f"expected a function of ({takes}), got {short_repr(answer)}.")
    copies = [a.copy() if isinstance(a, np.ndarray) else a for a in arguments]
    with explain_errors("your function", f" It is called with ({takes})."):
        return answer(*copies)


@contextlib.contextmanager
def explain_errors(what: str, remark: str = "") -> Iterator[None]:
    """Turn whatever the block raises, except Ctrl-C, into a `NotYet` with the learner's line.

    Args:
        what: What may raise, as the first words of the message.
        remark: What to add at the end of the message. Nothing by default.

    Raises:
        NotYet: if the block raises.
    """
    try:
        yield
    except (KeyboardInterrupt, NotYet):
        raise
    except BaseException as error:  # a learner's code may also call exit()
        raise NotYet(f"{what} raised {_error_in_words(error)}.{remark}") from None


def numbers(
    value: Any, expected: str = "numbers", shape: tuple[int, ...] | None = None
) -> np.ndarray:
    """Read a learner's numbers as an array.

    Args:
        value: Numbers, or lists, arrays or tensors of them.
        expected: What was expected, in words, for the message.
        shape: The shape that it must have. None allows any shape.

    Returns:
        Array of float64.

    Raises:
        NotYet: if value is anything else, or has another shape.
    """
    try:
        given = np.asarray(value)
        array = given.astype("float64") if given.dtype.kind in "biufO" else None
    except KeyboardInterrupt:
        raise
    except BaseException:  # whatever an object raises that is asked for its numbers
        array = None
    if array is None or value is None:
        raise NotYet(f"expected {expected}, got {short_repr(value)}.")
    if shape is not None:
        _require_shape(array, shape)
    return array


def number(value: Any, expected: str = "a number") -> float:
    """Read a learner's number.

    Args:
        value: A number of any Python or NumPy type, or an array or tensor of shape ().
        expected: What was expected, in words, for the message.

    Returns:
        A float.

    Raises:
        NotYet: if value is anything else.
    """
    array = numbers(value, expected)
    if array.shape != () or isinstance(value, (bool, np.bool_)):
        raise NotYet(f"expected {expected}, got {short_repr(value)}.")
    return float(array)


def pair(value: Any, expected: str) -> tuple[float, float]:
    """Read a learner's two numbers.

    Args:
        value: A tuple, list, array or tensor of two numbers.
        expected: What was expected, in words, for the message.

    Returns:
        Two floats.

    Raises:
        NotYet: if value is anything else.
    """
    array = numbers(value, expected)
    if array.shape != (2,):
        raise NotYet(f"expected {expected}, got {short_repr(value)}.")
    return float(array[0]), float(array[1])


def letters(value: Any, expected: str) -> str:
    """Read the letters of a learner's text, as one string in capitals.

    Args:
        value: A string, or a list or tuple of strings.
        expected: What was expected, in words, for the message.

    Returns:
        A string; whatever is no letter is left out.

    Raises:
        NotYet: if value is anything else.
    """
    parts = value if isinstance(value, (str, list, tuple)) else [value]
    if not all(isinstance(part, str) for part in parts):
        raise NotYet(f"expected {expected}, got {short_repr(value)}.")
    return "".join(letter for part in parts for letter in part.upper() if letter.isalpha())


def short_repr(value: Any) -> str:
    """Describe a value so that its owner recognises it, in at most about 60 characters.

    It never raises, not even if the `repr` of the value does.

    Args:
        value: Anything.

    Returns:
        A string of one line.

    Example:
        >>> from helpers.exercises import answer
        >>> answer.short_repr([0.5, "one half"])
        "[0.5, 'one half']"
    """
    try:
        if value is None:
            return "None (a function without return gives None)"
        if callable(value):
            name = getattr(value, "__name__", type(value).__name__)
            return f"the function {name}" if name != "<lambda>" else "a lambda function"
        if hasattr(value, "shape") and tuple(value.shape) != ():
            return f"{type(value).__name__} of shape {tuple(value.shape)}"
        text = " ".join(repr(value).split())
    except KeyboardInterrupt:
        raise
    except BaseException:  # a repr of somebody's own
        return f"an object of type {type(value).__name__}"
    if text.startswith("<"):  # <generator object f at 0x7f…>: the address says nothing
        return f"an object of type {type(value).__name__}"
    return text if len(text) <= 60 else text[:57] + "…"


def _require_shape(array, shape):
    if array.shape != shape:
        raise NotYet(f"the answer should have shape {shape}, yours has shape {array.shape}.")


def _error_in_words(error):
    """An exception in words, with the last line of the learner's own code that led to it."""
    words = f"{type(error).__name__}"
    with contextlib.suppress(Exception):
        first = re.sub(" at 0x[0-9a-f]+", "", str(error).strip().partition("\n")[0], flags=re.I)
        words += f": {first[:200].rstrip('.')}" if first else ""
    own = [
        frame.line
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith((HELPERS_FOLDER, STANDARD_LIBRARY_FOLDER))
        and "site-packages" not in frame.filename
    ]
    return f"{words} (in the line: {own[-1].strip()})" if own and own[-1] else words


def _below_helpers(trace):
    """The part of a traceback that begins in the first frame outside this package, or None."""
    while trace is not None and _is_ours(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    return trace


def _is_ours(filename):
    return filename.startswith((HELPERS_FOLDER, contextlib.__file__))
