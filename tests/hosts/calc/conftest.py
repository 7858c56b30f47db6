"""One office for each back end, for all tests of this folder."""

import pytest

from tests.calc.fixtures import calc  # noqa: F401  # a fixture
from tests.calc.office import Office
from tests.conftest import demand


@pytest.fixture(scope="session", params=["inside", "worker"])
def either(request):
    """A Calc with one back end, then with the other."""
    demand("soffice", "uno")
    with Office(backend=request.param) as office:
        office.kind = request.param
        yield office
