"""What spreadsheet-auditor finds wrongly in a template, each with the reason; a reason that nothing needs is refused by the test."""

import re

from accelxl.workbook.lint.facts import CHECKS, INPUTS


def of_another_check(finding, _facts):
    return finding["rule_id"] == "FORMULA_DRIFT" and finding["sheet"] == CHECKS and finding["cell"][0] in "DE"


def of_another_record(finding, facts):
    block = facts.value(facts.at(finding["sheet"]), 0, 0) == "Blocks"
    return finding["rule_id"] == "FORMULA_DRIFT" and block


def powers_of_ten(finding, _facts):
    bare = re.sub(r'"[^"]*"', "", finding["formula"] or "")
    left = re.sub(r"\b10\^\d+\b", "", bare)
    other = re.search(r"(?<![\w.$])(?!(?:0|1|2|12|24|100|365|1000)\b)\d", left)
    return finding["rule_id"] == "LITERAL_CONSTANT" and bare != left and not other


def texts_of_inputs(finding, facts):
    if finding["rule_id"] != "NUMBERS_STORED_AS_TEXT" or finding["sheet"] != INPUTS or finding["cell"][0] != "C":
        return False
    return any(item.unit in {"choice", "text"} and item.row == int(finding["cell"][1:]) - 1 for item in facts.inputs)


SUPPRESSIONS = {
    of_another_check: "each row of Checks is a check of its own: value and tolerance differ from those of its neighbours",
    of_another_record: "each row of a block is a record of its own, such as a contract, that an ACCEL function reads",
    powers_of_ten: "10^n is the change of a unit, which a formula may hold beside the few numbers of F01",
    texts_of_inputs: "an input whose unit is text or a choice, such as the year of a forecast, is text on purpose (I05 exempts it)",
}
"""A test of a finding, and why such findings are let pass."""
