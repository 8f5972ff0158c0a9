from helpers import inputs

import numpy as np
import pytest

NOT_NUMBERS = [None, "3", "a", b"3", [3], {}, True, 1 + 0j, np.nan, np.inf, np.zeros(1), lambda: 3]


@pytest.mark.parametrize("value", [3, 3.0, np.int64(3), np.float32(3), np.uint8(3)])
def test_whole_numbers_of_any_kind_become_ints(value):
    result = inputs.whole_number("n", value, 3)
    assert result == 3 and type(result) is int


@pytest.mark.parametrize("value", [*NOT_NUMBERS, 2, -3, 3.5])
def test_the_message_about_a_whole_number_has_name_bound_and_value(value):
    with pytest.raises(ValueError, match="n must be a whole number of at least 3, got ") as raised:
        inputs.whole_number("n", value, 3)
    assert str(raised.value).endswith(repr(value))


def test_bounds_of_a_number_are_checked():
    assert inputs.number("s", 2, least=2, most=2) == 2.0
    assert inputs.number("s", np.float32(0.5), above=0) == 0.5
    for value, bounds in ((1.9, {"least": 2}), (2, {"above": 2}), (2.1, {"most": 2})):
        with pytest.raises(ValueError, match=f" 2 and finite, got {value}"):
            inputs.number("s", value, **bounds)


@pytest.mark.parametrize("value", NOT_NUMBERS)
def test_the_message_about_a_number_has_name_bound_and_value(value):
    with pytest.raises(ValueError, match="s must be above 0 and finite, got ") as raised:
        inputs.number("s", value, above=0)
    assert str(raised.value).endswith(repr(value))


@pytest.mark.parametrize(
    "values",
    [[[1, 2], [3]], "text", ["a"], [None], None, {}, [1j], np.array([object()]), lambda: 3],
)
def test_what_is_not_an_array_of_numbers_is_refused(values):
    with pytest.raises(ValueError, match="x must be an array of real numbers"):
        inputs.array("x", values)


def test_arrays_of_numbers_are_returned():
    for values in ([1, 2], (1.5,), np.zeros((2, 0)), np.array([True]), np.uint8([3])):
        assert np.array_equal(inputs.array("x", values), np.asarray(values))
    assert inputs.array("x", [1], "float32").dtype == np.float32


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_refused(value):
    assert inputs.finite("x", [1, 2]).tolist() == [1, 2]
    with pytest.raises(ValueError, match="x holds values that are not finite"):
        inputs.finite("x", [1, value])


def test_a_seed_makes_a_generator_and_a_generator_is_returned():
    rng = np.random.default_rng(3)
    assert inputs.random_generator(rng) is rng
    assert inputs.random_generator(3).random() == np.random.default_rng(3).random()
    for seed in (-1, "a", 1.5, lambda: 3):
        with pytest.raises(ValueError, match="seed must be a whole number"):
            inputs.random_generator(seed)
