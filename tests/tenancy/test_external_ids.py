"""The ids of rows that are typed in by hand."""

import re

from salestargets.tenancy.services.external_ids import new_external_id


def test_an_id_is_no_formula_in_a_spreadsheet_and_never_the_same() -> None:
    found = {new_external_id() for _ in range(500)}
    assert len(found) == 500
    assert all(re.fullmatch(r"[A-Za-z0-9]{12}", one) for one in found)
