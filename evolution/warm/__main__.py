"""`python -m evolution.warm`: compile what this version of the code needs, unless that is done.

With the number of its parent it compiles what breeds, beside that.
"""

import sys

from data.leash import end_with_parent
from evolution.warm.breeding import breed, some_history
from evolution.warm.kernels import compile_kernels, is_warm

if __name__ == "__main__":
    if len(sys.argv) > 1:
        end_with_parent(int(sys.argv[1]))
        breed(some_history())
    elif not is_warm():
        print("compiling; once for this version of the code", flush=True)  # noqa: T201 - all that it has to say
        compile_kernels()
