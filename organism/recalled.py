"""What the runs of a home have found out that a run need not find out again."""

from __future__ import annotations

from itertools import chain

from data.errors import DataError
from evolution.run.layout import MANIFEST_KEYS, RunFolder, read_json
from evolution.run.origin import Origin, origin_from_plain
from evolution.run.recall import Recall
from evolution.run.state import SearchState
from evolution.trials import generation_of, segments
from organism.home import Home
from organism.settings import FoundrySettings


def recall_of(
    home: Home, folder: RunFolder, state: SearchState | None, origin: Origin, settings: FoundrySettings
) -> Recall:
    """Return what the home's runs have found out on the same history by the same code, under the same minimum.

    Of the run itself only what a kill left behind its checkpoint: what came before is not bred again.

    Parameters
    ----------
    folder
        The run that is begun or resumed.
    state
        Its checkpoint; None if it has none yet.
    """
    others = [RunFolder(path) for path in sorted(home.runs.iterdir()) if path.is_dir() and path != folder.path]
    alike = (other for other in others if _is_alike(other, origin, settings))
    left = (path for path in segments(folder.trials) if state is None or generation_of(path) > state.generation)
    return Recall(chain(left, chain.from_iterable(segments(other.trials) for other in alike)))


def _is_alike(folder: RunFolder, origin: Origin, settings: FoundrySettings) -> bool:
    try:
        manifest = read_json(folder.manifest, *MANIFEST_KEYS)
        other = origin_from_plain(manifest["origin"], str(folder.manifest))
        minimum_trades = manifest["settings"]["search"]["minimum_trades"]
    except (DataError, KeyError, TypeError):
        # Not a run, or a damaged one: nothing is recalled of it, and `organism doctor` names it.
        return False
    return (other.snapshot, other.code, minimum_trades) == (
        origin.snapshot,
        origin.code,
        settings.search.minimum_trades,
    )
