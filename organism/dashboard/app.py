"""The app: its screens, its commands, and what they share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from data.code_version import ROOT
from evolution.run.layout import RunFolder
from organism.dashboard.base import Page
from organism.dashboard.desk import READING, SIMULATING, DeskClient
from organism.dashboard.help import Help
from organism.dashboard.themes import DARK, LIGHT, THEMES
from organism.home import Home
from organism.views.newest import first_step, newest_run

THEIRS = {"app.focus_next", "app.focus_previous", "screen.copy_text", "app.back", "command_palette", "help_quit"}


def _made(mode: str) -> Screen[Any]:
    """Return a new screen, whose module is imported when it is first shown: the first one must not wait for all."""
    screen: Screen[Any] = getattr(import_module(f"organism.dashboard.{mode}_screen"), f"{mode.capitalize()}Screen")()
    return screen


class OrganismApp(App[None]):
    """The dashboard of a home.

    Parameters
    ----------
    home
        What is looked at.
    folder
        The run; None for the newest.
    """

    CSS_PATH = Path(__file__).with_name("style.tcss")
    TITLE = "organism"
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 - as in App
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {mode: partial(_made, mode) for mode in Page.NAMES}
    DEFAULT_MODE = "run"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "switch_mode('run')", "Run", show=False),
        Binding("2", "switch_mode('lineage')", "Lineage", show=False),
        Binding("3", "switch_mode('strategy')", "Strategy", show=False),
        Binding("4", "switch_mode('registry')", "Registry", show=False),
        Binding("question_mark,f1", "help", "Help", key_display="?"),
        Binding("t", "theme", "Light/dark", show=False),
        Binding("q", "quit", "Quit"),
    ]
    ENABLE_COMMAND_PALETTE = True

    def __init__(self, home: Home, folder: RunFolder | None = None) -> None:
        super().__init__()
        self.home = home
        self.folder = folder or newest_run(home)
        self.desk = DeskClient(home.root, ROOT, READING)
        self.simulator = DeskClient(home.root, ROOT, SIMULATING)
        self.wanted_genotype: str | None = None
        """What the screen of lineages is to begin with."""
        self.wanted_strategy: str | None = None
        """As above, of a strategy."""
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK

    @property
    def first_step(self) -> str:
        """What to do in a home without runs."""
        return first_step(self.home)

    async def on_unmount(self) -> None:
        """End the processes of their own."""
        await self.desk.close()
        await self.simulator.close()

    def choose(self, name: str) -> None:
        """Look at another run of the home."""
        self.folder = RunFolder(self.home.runs / name)

    def copy(self, text: str) -> None:
        """Put text into the clipboard, where the terminal allows it."""
        self.copy_to_clipboard(text)
        self.notify(f"copied: {text}", markup=False)

    def show_lineage(self, genotype: str, run: str | None = None) -> None:
        """Show where a genotype comes from."""
        if run is not None:
            self.choose(run)
        self.wanted_genotype = genotype
        self._go_to("lineage")

    def show_strategy(self, identifier: str) -> None:
        """Show all that is known of a strategy."""
        self.wanted_strategy = identifier
        self._go_to("strategy")

    def _go_to(self, mode: str) -> None:
        """Show a screen, which then looks for what is wanted of it; one that is shown already looks at once."""
        if self.current_mode == mode and isinstance(self.screen, Page):
            self.screen.on_screen_resume()
        else:
            self.switch_mode(mode)

    def action_help(self) -> None:
        """Explain the screen in front."""
        screen = self.screen
        if isinstance(screen, Page):
            keys = [
                (self.get_key_display(active.binding), active.binding.tooltip or active.binding.description)
                for active in screen.active_bindings.values()
                if active.enabled
                and (active.node is self or isinstance(active.node, Page))
                and _is_ours(active.binding)
            ]
            self.push_screen(Help(screen.NAMES[screen.MODE], screen.HELP_TEXT, keys))

    def action_theme(self) -> None:
        """Change between dark and light."""
        self.theme = LIGHT if self.theme == DARK else DARK

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Yield every command by its name: those of the screen, and those of the app."""
        for active in screen.active_bindings.values():
            binding = active.binding
            if _is_ours(binding):
                yield SystemCommand(
                    binding.description,
                    f"key {self.get_key_display(binding)}",
                    lambda action=binding.action, node=active.node: self.run_action_of(action, node),
                )
        yield from super().get_system_commands(screen)

    async def run_action_of(self, action: str, node: Any) -> None:
        """Do what a key does, where it does it."""
        await self.run_action(action, node)


def _is_ours(binding: Binding) -> bool:
    """Tell whether a key is one of the dashboard's, not one that every program has."""
    return bool(binding.description) and not binding.system and binding.action not in THEIRS
