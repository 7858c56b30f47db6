"""Contracts: ownership cost with parts of unlike lives, commitments, leases, all contracts on one basis, switching."""

from accelxl.domain.contract.basis import BASIS_COLUMNS, KINDS, Contract, OnBasis, rent_vs_own
from accelxl.domain.contract.commitment import COMMIT_LINES, commit
from accelxl.domain.contract.leasing import LEASE_COLUMNS, STANDARDS, lease, nal
from accelxl.domain.contract.ownership import Ownership, Part, annual_charge, tco
from accelxl.domain.contract.switching import SWITCH_LINES, switch

__all__ = [
    "BASIS_COLUMNS",
    "COMMIT_LINES",
    "KINDS",
    "LEASE_COLUMNS",
    "STANDARDS",
    "SWITCH_LINES",
    "Contract",
    "OnBasis",
    "Ownership",
    "Part",
    "annual_charge",
    "commit",
    "lease",
    "nal",
    "rent_vs_own",
    "switch",
    "tco",
]
