"""Every check of `helpers.exercises`, future ones too, returns a sentence whatever it is given."""

import decimal
import fractions
import inspect
import re
import traceback

from helpers import exercises
from helpers.exercises import answer, published_bugs

import keras
import numpy as np
import pytest
import tensorflow as tf
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from scipy.special import rel_entr

CHECKS = {
    name: check
    for name, check in vars(exercises).items()
    if inspect.isfunction(check) and next(iter(inspect.signature(check).parameters)) == "answer"
}
GIVEN = {  # {check: what a lesson gives it beside the answer}
    "be_the_discriminator": {"is_real": [True, False], "probabilities": [0.9, 0.2]},
    "check_frozen_discriminator": {"discriminator": lambda points: points[:, :1]},
    "check_invariant": {"name": "penalty"},
    "check_my_gan": {
        "images": np.zeros((128, 28, 28, 1), "float32"),
        "distance": np.std,
        "baselines": {"noise": 1.0},
        "seconds": 0.02,
    },
    "check_latent_order": {"generate": np.tanh, "z": np.eye(4, 3)},
    "check_one_sided_penalty": {"train_critic": lambda penalty: 1.03, "exact": 1.0},
    "check_new_discriminator": {"real": np.zeros((9, 2)), "generated": np.ones((9, 2))},
}


class Hostile:
    """Raises whatever it is asked for."""

    def _refuse(self, *_):
        raise RuntimeError("no")

    __repr__ = __str__ = __eq__ = __len__ = __iter__ = __bool__ = __float__ = __array__ = _refuse
    __getitem__ = __int__ = __index__ = __lt__ = __hash__ = _refuse


class SilentError(Exception):
    def __str__(self):
        raise RuntimeError("no")


def raising(error):
    def answer(*_):
        raise error

    return answer


def endless():
    while True:
        yield 1


def never_ends(*arguments):
    return never_ends(*arguments)


def own_gan():
    """The smallest answer to check_my_gan, which does not learn."""
    image = keras.layers.Dense(784), keras.layers.Reshape((28, 28, 1))
    generator = keras.Sequential([keras.Input((2,)), *image])
    shape = keras.Input((28, 28, 1))
    discriminator = keras.Sequential([shape, keras.layers.Flatten(), keras.layers.Dense(1)])
    return generator, discriminator, lambda real: None


NONSENSE = {
    "a string": "a string",
    "an empty string": "",
    "a number in quotes": "0.5",
    "bytes": b"784",
    "True": True,
    "nan": np.nan,
    "infinity": -np.inf,
    "a huge integer": 10**400,
    "a complex number": 1 + 2j,
    "a complex array": np.ones(2, complex),
    "an empty list": [],
    "a list with a word": [1, "two"],
    "a ragged list": [[1], [1, 2]],
    "three numbers": (1, 2, 3),
    "an empty dictionary": {},
    "a dictionary of other things": {"A": 3, 7: None, "minimax": Hostile()},
    "a set": {1, 2},
    "a slice": slice(3),
    "an endless generator": endless(),
    "a type": float,
    "a module": np,
    "an object": object(),
    "a hostile object": Hostile(),
    "words in an array": np.array(["a", "b"]),
    "a date": np.datetime64("2020-01-01"),
    "nothing in an array": np.zeros(0),
    "a wrong shape": np.zeros((2, 3, 4)),
    "an array of nan": np.full((25, 1), np.nan),
    "a ragged tensor": tf.ragged.constant([[1.0], [1.0, 2.0]]),
    "a tensor of strings": tf.constant(["a"]),
    "a symbolic tensor": keras.Input((2,)),
    "a Keras layer without weights": keras.layers.Reshape((7, 7)),
    "a function that takes nothing": lambda: 1.0,
    "a function that takes too much": lambda a, b, c, d, e: 1.0,
    "a function without return": lambda *_: None,
    "a function of a hostile object": lambda *_: Hostile(),
    "a function of words": lambda *_: "words",
    "a function of a dictionary": lambda *_: {"loss": 1.0},
    "a function of ragged lists": lambda *_: [[1], [1, 2]],
    "a function of nan": lambda *_: np.nan,
    "a function of a wrong shape": lambda *_: np.zeros((5, 4, 3)),
    "a function of a function": lambda *_: np.log,
    "a function of an endless generator": lambda *_: endless(),
    "a function that raises": raising(ZeroDivisionError("division by zero")),
    "a function that raises no words": raising(SilentError()),
    "a function that leaves": raising(SystemExit(3)),
    "a function that calls itself for ever": never_ends,
}


def assert_not_yet(verdict):
    assert isinstance(verdict, exercises.Verdict) and verdict.state == "not yet"
    assert verdict.startswith("✗ Not yet: ") and 25 < len(verdict) < 500 and "\n" not in verdict
    assert not any(words in verdict for words in ("Traceback", "helpers/", "0x"))


@pytest.mark.slow
@pytest.mark.parametrize("name", CHECKS)
def test_nonsense_gets_a_sentence(name):
    for kind, nonsense in NONSENSE.items():
        print(kind)  # shown where it fails
        assert_not_yet(CHECKS[name](nonsense, **GIVEN.get(name, {})))


@pytest.mark.parametrize("name", GIVEN)
def test_nonsense_beside_the_answer_gets_a_sentence_too(name):
    fine = {
        "be_the_discriminator": "RG",
        "check_frozen_discriminator": np.random.default_rng(0).normal(5, 1, (500, 2)),
        "check_latent_order": "ABCD",
        "check_one_sided_penalty": lambda critic, *_: tf.nn.relu(abs(critic(1.0)) - 1) ** 2,
        "check_new_discriminator": lambda points: 0.5 - points[:, 0],
        "check_my_gan": own_gan(),
    }
    for kind, nonsense in NONSENSE.items():
        for parameter in GIVEN[name]:
            print(kind, parameter)
            given = GIVEN[name] | {parameter: nonsense}
            assert_not_yet(CHECKS[name](fine.get(name, lambda *_: None), **given))


def test_every_check_is_tried_here():
    checks = {name for name in vars(exercises) if name.startswith("check_")}
    assert checks <= set(CHECKS) and len(NONSENSE) >= 15
    for name, check in CHECKS.items():
        given = list(inspect.signature(check).parameters)[1:]
        assert given == list(GIVEN.get(name, {})), f"give {name} its arguments in GIVEN above"
        assert check.__doc__ and check.__name__ == name


@pytest.mark.parametrize("name", CHECKS)
def test_none_is_not_answered(name):
    verdict = CHECKS[name](None, **GIVEN.get(name, {}))
    assert verdict == "○ Not answered yet: replace None and run the cell again."
    assert verdict.state == "not answered" and not verdict.is_right


def calls_the_answer(name):
    called = []
    CHECKS[name](lambda *_: called.append(1), **GIVEN.get(name, {}))
    return bool(called)


@pytest.mark.parametrize("name", [name for name in CHECKS if calls_the_answer(name)])
def test_control_c_gets_through_and_shows_no_source_of_a_check(name):
    def learners_own(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        CHECKS[name](learners_own, **GIVEN.get(name, {}))
    trace = caught.value.__traceback__
    frames = traceback.extract_tb(trace)
    assert frames[-1].name == "learners_own"
    ours = [frame for frame in frames if "helpers" in frame.filename]
    assert {frame.filename for frame in ours} == {answer.__file__}  # the guard, no solution
    assert caught.value.__context__ is None


def test_control_c_in_a_cell_shows_the_learners_line_only():
    shell = InteractiveShell()
    with capture_output() as shown:
        shell.run_cell(
            "from helpers import exercises\n"
            "def answer(d):\n    raise KeyboardInterrupt\n"
            "exercises.check_logit_with_prior(answer)",
            store_history=False,
        )
    output = re.sub("\x1b\\[[0-9;]*m", "", shown.stdout + shown.stderr)
    assert "KeyboardInterrupt" in output and "raise KeyboardInterrupt" in output
    assert "answer.py" not in output and "np.log" not in output and "sign is turned" not in output


def test_what_a_learners_function_raised_is_reported_with_its_line():
    def off_by_one(s):
        return s[len(s)]

    verdict = exercises.check_logit_with_prior(off_by_one)
    assert "raised IndexError: index 25 is out of bounds" in verdict
    assert "(in the line: return s[len(s)])" in verdict and "called with (s, an array)" in verdict


def test_the_line_reported_is_the_learners_and_not_that_of_a_library():
    def of_words(d):
        return fractions.Fraction("words")

    verdict = exercises.check_logit_with_prior(of_words)
    assert (
        "ValueError" in verdict and '(in the line: return fractions.Fraction("words"))' in verdict
    )


def test_a_function_that_changes_its_argument_is_not_judged_by_it():
    def in_place(p, q):
        divergence = rel_entr(p, q).sum()
        p[:], q[:] = 1, 2
        return divergence

    assert exercises.check_kl(in_place).is_right


@pytest.mark.parametrize(
    "value",
    [
        1,
        1.0,
        np.int64(1),
        np.float32(1),
        np.array(1),
        tf.constant(1),
        tf.Variable(1.0),
        fractions.Fraction(1),
        decimal.Decimal(1),
    ],
)
def test_a_number_may_come_in_any_of_its_types(value):
    assert exercises.check_nearest_class(value).is_right


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("1", "expected a number, got '1'."),
        (True, "expected a number, got True."),
        ([1], "expected a number, got [1]."),
        (np.zeros((3, 2)), "expected a number, got ndarray of shape (3, 2)."),
        (np.log, "expected a number, got the function log."),
        (5, "got 5. It is none of the usual slips"),
        (np.nan, "no number"),
    ],
)
def test_the_message_states_what_was_passed_and_what_was_expected(value, words):
    assert words in exercises.check_nearest_class(value)


def test_the_three_states_look_different_and_read_alike():
    """Sign, words and colour differ; text, HTML and print say the same."""
    verdicts = [exercises.check_nearest_class(value) for value in (1, 7, None)]
    assert [verdict.state for verdict in verdicts] == ["right", "not yet", "not answered"]
    assert [verdict.is_right for verdict in verdicts] == [True, False, False]
    pages = [DisplayFormatter().format(verdict)[0] for verdict in verdicts]
    for verdict, page in zip(verdicts, pages):
        assert page["text/plain"] == str(verdict) == f"{verdict}"
        sign, words = verdict.split(" ", 1)
        assert sign in page["text/html"] and words.split(":")[0] in page["text/html"]
        assert 'role="status"' in page["text/html"]
    assert len({page["text/html"].split("color")[1].split(";")[0] for page in pages}) == 3
    assert len({verdict[0] for verdict in verdicts}) == 3


def test_a_learners_text_is_no_html():
    page = exercises.check_nearest_class("<script>alert(1)</script>")._repr_html_()
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_a_table_keeps_its_columns():
    page = exercises.be_the_discriminator("RG", [True, False], [0.9, 0.2])._repr_html_()
    assert page.count("<pre>") == 1 and "picture  2 is generated   you: generated" in page


def test_a_mistake_is_named_in_the_same_words_for_all_bugs():
    for name in published_bugs.BUGGY:
        verdict = exercises.check_invariant(raising(ValueError("mine")), name)
        assert "on the right version, your function raised ValueError: mine" in verdict
