"""The fixture `calc`: one office with the add-in for all tests of a worker; import it where it is used."""

import pytest

from tests.calc.office import Office
from tests.conftest import demand


@pytest.fixture(scope="session")
def calc():
    """A Calc with the add-in; without LibreOffice the test is skipped, or fails when the run is strict."""
    demand("soffice", "uno")
    with Office() as office:
        yield office
