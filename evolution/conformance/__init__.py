"""What every opcode must pass; called on one of them, or on all by the tests."""

from evolution.conformance.cases import Case, cases_of
from evolution.conformance.checks import CHECKS, Check, Finding, conformance

__all__ = ["CHECKS", "Case", "Check", "Finding", "cases_of", "conformance"]
