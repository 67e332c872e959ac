"""How long a population has been bred without getting better, and when a new one is drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Epoch:
    """One population from its first draw to its end."""

    number: int = 0
    began: int = 0
    """The generation that is, or will be, drawn from nothing."""
    improved: int = 0
    """The last generation whose best was better than every one before it in this epoch."""
    best: float | None = None
    """The first objective, weighted, of the best so far; None before the first generation."""

    def is_reunion(self, reunion: int) -> bool:
        """Tell whether it begins with the best of all epochs instead of fresh draws: one in `reunion`; 0: none does.

        The first one never does: there is nobody yet.
        """
        return self.number > 0 and reunion > 0 and self.number % reunion == reunion - 1

    def is_first(self, generation: int) -> bool:
        """Tell whether a generation is its first."""
        return generation == self.began

    def is_fresh(self, generation: int, reunion: int) -> bool:
        """Tell whether a generation is its first, and begins from nothing; see `is_reunion`."""
        return self.is_first(generation) and not self.is_reunion(reunion)

    def number_at(self, generation: int) -> int:
        """Return the number of the epoch that a generation is of, where this one is that which follows it.

        A generation that ends an epoch, or shortens its best, is still of that one.
        """
        return self.number if generation >= self.began else self.number - 1

    def after(self, generation: int, best: float | None) -> Epoch:
        """Return the epoch once a generation with this best is done; None: it has no individual."""
        if best is None or (self.best is not None and best <= self.best):
            return self
        return replace(self, improved=generation, best=best)

    def renewed(self, generation: int, patience: int) -> Epoch:
        """Return the epoch that the next generation belongs to.

        It is another one if the last `patience` generations have brought nothing better; with a patience of 0 never.
        """
        if patience == 0 or generation - self.improved < patience:
            return self
        return Epoch(self.number + 1, generation + 1, generation + 1)

    def postponed(self) -> Epoch:
        """Return an epoch that begins a generation later, because the best of those before it were looked at first."""
        return replace(self, began=self.began + 1, improved=self.improved + 1)


FIRST_EPOCH = Epoch()
