"""The whole search again on its in-sample bars in another order: would it have found as much in nothing?"""

from organism.permutations.plan import PermutationPlan, plan_permutations, read_plan
from organism.permutations.record import PermutationRecord, read_record, records_of
from organism.permutations.work import run_permutations

__all__ = [
    "PermutationPlan",
    "PermutationRecord",
    "plan_permutations",
    "read_plan",
    "read_record",
    "records_of",
    "run_permutations",
]
