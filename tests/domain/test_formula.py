"""Formulas over the quantities of a signature: names, limits and shapes come from there."""

import warnings

import numpy as np
import pytest

from accelxl.arrays import formula, quantities
from accelxl.errors import ShapeError, WrongType
from accelxl.units import Count, Flows, Quantity, Share


def speed(distance: Count, share: Share, path: Flows = 0.0):
    return formula(speed, lambda d, s: d / s, distance, share)


def both(distance: Count, share: Share):
    return formula(both, lambda d, s: (d, d * s), distance, share)


def test_only_single_numbers_of_the_signature_are_taken():
    assert quantities(speed) == {"distance": Quantity("units", low=0), "share": Quantity("share", low=0, high=1)}


def test_scalars_give_a_float_and_arrays_their_broadcast_shape():
    assert type(speed(1.0, 0.5)) is float
    assert speed([[1.0], [2.0]], [0.5, 1.0]).tolist() == [[2.0, 1.0], [4.0, 2.0]]
    assert both([1.0, 2.0], 0.5).tolist() == [[1.0, 0.5], [2.0, 1.0]]


def test_what_lies_outside_its_limits_is_nan_and_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan(speed([-1.0, 1.0, 1.0, np.nan], [0.5, 1.5, 0.5, 0.5])).tolist() == [True, True, False, True]
        assert speed(1.0, 0.0) == np.inf
        assert np.isnan(both(-1.0, 0.5)).all()


def test_wrong_types_and_shapes_name_the_argument():
    with pytest.raises(WrongType, match="share is 'half'"):
        speed(1.0, "half")
    with pytest.raises(ShapeError, match="distance 2, share 3"):
        speed([1.0, 2.0], [0.1, 0.2, 0.3])


@pytest.mark.parametrize(
    "pair", [(1.0, 0.5), (-1.0, 0.5), (1.0, 0.0), (1.0, 1.5), (np.inf, 0.3), (np.nan, 0.3), (3.7, 0.1)]
)
def test_a_scalar_has_the_bits_of_its_place_in_an_array(pair):
    for function in (speed, both):
        alone = np.asarray(function(*pair))
        among = np.asarray(function(*([value, 1.0] for value in pair)))[0]
        assert np.array_equal(alone, among, equal_nan=True)
