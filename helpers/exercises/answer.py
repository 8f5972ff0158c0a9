"""What does a check say? Verdicts, and the one guarded way to a learner's number or function.

A check compares meaning (values on many inputs, what moved and what did not), never source text.
Whatever it is given, it returns a `Verdict`; only Ctrl-C gets through.
"""

import contextlib
import functools
import html
import pathlib
import re
import sysconfig
import traceback

import numpy as np

LOOKS = {  # {state: (sign, words, colour: that of JupyterLab's theme, light or dark)}
    "right": ("✓", "Right", "var(--jp-success-color0, #388e3c)"),
    "not yet": ("✗", "Not yet", "var(--jp-warn-color0, #e65100)"),
    "not answered": ("○", "Not answered yet", "var(--jp-ui-font-color2, #616161)"),
    "result": ("•", "Result", "var(--jp-info-color0, #1565c0)"),
}
HELPERS = str(pathlib.Path(__file__).resolve().parents[1])
PYTHONS_OWN = sysconfig.get_paths()["stdlib"]


class Verdict(str):
    """A sentence with a state: "right", "not yet", "not answered" or "result".

    It reads the same printed, as the last line of a cell and to a screen reader: a sign, words and
    a colour say the state. `is_right` is True for right answers only.

    >>> Verdict("right", "28 rows of 28 pixels.")
    ✓ Right: 28 rows of 28 pixels.
    """

    def __new__(cls, state, sentence):
        sign, words, _ = LOOKS[state]
        verdict = super().__new__(cls, f"{sign} {words}: {sentence}")
        verdict.state = state
        return verdict

    @property
    def is_right(self):
        return self.state == "right"

    def __repr__(self):
        return str(self)

    def _repr_html_(self):
        sign, words, colour = LOOKS[self.state]
        sentence, *table = self.removeprefix(f"{sign} {words}: ").split("\n")
        rows = f"<pre>{html.escape(chr(10).join(table))}</pre>" if table else ""
        return (
            f'<div role="status" style="border-left: 4px solid {colour}; padding-left: 10px">'
            f'<b><span style="color: {colour}">{sign}</span> {words}:</b> '
            f"{html.escape(sentence)}{rows}</div>"
        )


NOT_ANSWERED = Verdict("not answered", "replace None and run the cell again.")


class NotYet(Exception):
    """Ends a check from anywhere inside; its message becomes the sentence."""


def guarded(check):
    """Decorates a function (answer, ...) -> Verdict: None is not answered, `NotYet` is a sentence.

    Where Ctrl-C stops a learner's function, the traceback begins in that function: it shows no
    source of a check.
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


def number_check(right, mistakes, praise):
    """Decorates an empty function whose answer is one number; its docstring is the question.

    right: the answer. mistakes: {a wrong answer: which mistake leads to it}. praise: a sentence.
    """

    def decorate(question):
        @guarded
        @functools.wraps(question)
        def check(answer):
            compare(number(answer), right, {words: wrong for wrong, words in mistakes.items()})
            return Verdict("right", praise)

        return check

    return decorate


def compare(value, right, mistakes):
    """Raises `NotYet` unless value is right to 0.1 %, with the mistake where it is a known one.

    value: float64 array, as `numbers` returns. mistakes: {which mistake: the wrong value}.
    """
    _require_shape(np.asarray(value), np.shape(right))
    if np.isnan(value).any():
        raise NotYet(
            "your result has nan in it, which is no number (0 / 0, or log of less than 0)."
        )
    if np.allclose(value, right, rtol=1e-3, atol=1e-4):
        return
    for sentence, wrong in mistakes.items():
        if np.shape(wrong) == np.shape(value) and np.allclose(value, wrong, rtol=1e-3, atol=1e-4):
            raise NotYet(sentence)
    got = f"got {float(value):g}. It" if np.ndim(value) == 0 else "it"
    raise NotYet(f"{got} is none of the usual slips: compare your formula with the text.")


def call(answer, *arguments, takes):
    """What a learner's function returns for copies of the arguments; `NotYet` if it raises.

    takes: what it is called with, in words such as "p, q".
    """
    if not callable(answer):
        raise NotYet(f"expected a function of ({takes}), got {shown(answer)}.")
    copies = [a.copy() if isinstance(a, np.ndarray) else a for a in arguments]
    with explained("your function", f" It is called with ({takes})."):
        return answer(*copies)


@contextlib.contextmanager
def explained(what, remark=""):
    """Turns whatever the block raises, except Ctrl-C, into a `NotYet` with the learner's line."""
    try:
        yield
    except (KeyboardInterrupt, NotYet):
        raise
    except BaseException as error:  # a learner's code may also call exit()
        raise NotYet(f"{what} raised {_told(error)}.{remark}") from None


def numbers(value, expected="numbers", shape=None):
    """value as a float64 array: numbers, lists, arrays and tensors of them; else `NotYet`.

    shape: that it must have; by default any.
    """
    try:
        array = np.asarray(value)
        array = array.astype("float64") if array.dtype.kind in "biufO" else None
    except KeyboardInterrupt:
        raise
    except BaseException:  # whatever an object raises that is asked for its numbers
        array = None
    if array is None:
        raise NotYet(f"expected {expected}, got {shown(value)}.")
    if shape is not None:
        _require_shape(array, shape)
    return array


def number(value, expected="a number"):
    """value as a float, from a number or an array or tensor of shape (); else `NotYet`."""
    array = numbers(value, expected)
    if array.shape != () or isinstance(value, (bool, np.bool_)):
        raise NotYet(f"expected {expected}, got {shown(value)}.")
    return float(array)


def pair(value, expected):
    """value as two floats, from a tuple, list, array or tensor of two numbers; else `NotYet`."""
    array = numbers(value, expected)
    if array.shape != (2,):
        raise NotYet(f"expected {expected}, got {shown(value)}.")
    return float(array[0]), float(array[1])


def letters(value, expected):
    """The letters of a string, or of a list of strings, as one string in capitals; else `NotYet`."""
    parts = value if isinstance(value, (str, list, tuple)) else [value]
    if not all(isinstance(part, str) for part in parts):
        raise NotYet(f"expected {expected}, got {shown(value)}.")
    return "".join(letter for part in parts for letter in part.upper() if letter.isalpha())


def shown(value):
    """A value as its owner would know it again, in at most about 60 characters. Never raises."""
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


def _told(error):
    """An exception in words, with the last line of the learner's own code that led to it."""
    words = f"{type(error).__name__}"
    with contextlib.suppress(Exception):
        first = re.sub(" at 0x[0-9a-f]+", "", str(error).strip().partition("\n")[0], flags=re.I)
        words += f": {first[:200].rstrip('.')}" if first else ""
    own = [
        frame.line
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith((HELPERS, PYTHONS_OWN))
        and "site-packages" not in frame.filename
    ]
    return f"{words} (in the line: {own[-1].strip()})" if own and own[-1] else words


def _below_helpers(trace):
    """The part of a traceback that begins in the first frame outside this package, or None."""
    while trace is not None and _is_ours(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    return trace


def _is_ours(filename):
    return filename.startswith((HELPERS, contextlib.__file__))
