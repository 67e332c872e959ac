"""The whole search again on its in-sample bars in another order: would it have found as much in nothing?

What is on record is read without the search engine; `planning` and `work` need it.
"""

from organism.permutations.plan import PermutationPlan, read_plan
from organism.permutations.record import PermutationRecord, read_record, records_of

__all__ = [
    "PermutationPlan",
    "PermutationRecord",
    "read_plan",
    "read_record",
    "records_of",
]
