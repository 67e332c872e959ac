"""The screen of a strategy: its rule, its gates, its equity where the vault has judged, its trades in sample."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static, TabbedContent, TabPane

from data.errors import DataError
from organism.dashboard.base import Page
from organism.dashboard.choose import Choose
from organism.dashboard.strategy_panels import PANES, equity, head, trades
from organism.dashboard.words import SOFT, STATE_STYLES
from organism.views.board import Board
from organism.views.plain import from_plain
from organism.views.strategy import StrategyPage, TradeList

TABS = {**{name: title for name, (title, _) in PANES.items()}, "equity": "Equity", "trades": "Trades"}
ORDER = ("rule", "gates", "equity", "coins", "trades")
NOBODY = "No strategies yet. A search hands over its best when it ends:  organism evolve start configs/demo.toml"
COMPUTING = "simulating it on the in-sample bars ..."


class StrategyScreen(Page):
    """See the module."""

    MODE = "strategy"
    HELP_TEXT = (
        "All that is known of a strategy: the rule and what it does in words; how many rules were tried before it; "
        "each gate measured against its threshold, with what the number means and does not mean; equity and drawdown "
        "of the slices that the vault has opened for it, and of no others; coins and regimes; and its trades, in "
        "sample alone, simulated anew in a process of its own."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "choose", "Other", tooltip="Choose another strategy"),
        Binding("left", "turn(-1)", "Former tab", show=False),
        Binding("right", "turn(1)", "Next tab", key_display="←→"),
        Binding("l", "lineage", "Lineage"),
        Binding("y", "copy", "Copy", tooltip="Copy the id"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._page: StrategyPage | None = None
        self._trades: TradeList | str = COMPUTING

    def body(self) -> ComposeResult:
        """Yield who it is, and the tabs."""
        yield Static(id="strategy-head", markup=False)
        with TabbedContent(id="tabs"):
            for name in ORDER:
                with TabPane(TABS[name], id=f"tab-{name}"), VerticalScroll():
                    yield Static(id=f"strategy-{name}", classes="pane", markup=False)

    def on_screen_resume(self) -> None:
        """Show who was asked for; the first of the registry, if nobody was."""
        wanted = self.organism.wanted_strategy
        if wanted is not None:
            self.organism.wanted_strategy = None
            self._load(wanted)
        elif self._page is None:
            self._load_first()

    @work(exclusive=True, group="page")
    async def _load_first(self) -> None:
        board = await self._board()
        if board is None:
            return
        if board.cards:
            self._load(board.cards[0].id)
        else:
            self._say(NOBODY)

    @work(exclusive=True, group="page")
    async def _load(self, identifier: str) -> None:
        self._say(f"reading {identifier} ...")
        try:
            answer = await self.ask("strategy", identifier=identifier)
        except DataError as error:
            self._say(str(error), is_wrong=True)
            return
        self._page, self._trades = from_plain(StrategyPage, answer), COMPUTING
        self.drawn()
        self._load_trades(identifier)

    @work(exclusive=True, group="trades")
    async def _load_trades(self, identifier: str) -> None:
        try:
            wanted = await self.ask("simulated", identifier=identifier)
            self._trades = from_plain(TradeList, await self.simulate("trades", **wanted))
        except DataError as error:
            self._trades = str(error)
        self.drawn()

    async def _board(self) -> Board | None:
        try:
            return from_plain(Board, await self.ask("board"))
        except DataError as error:
            self._say(str(error), is_wrong=True)
            return None

    def drawn(self) -> None:
        """Draw every tab for the room that there is."""
        page = self._page
        if page is None:
            return
        width, height = self.size.width - 4, self.size.height - 6
        self.query_one("#strategy-head", Static).update(head(page))
        for name, (_, make) in PANES.items():
            self.query_one(f"#strategy-{name}", Static).update(make(page, width))
        self.query_one("#strategy-equity", Static).update(equity(page, width, height))
        self.query_one("#strategy-trades", Static).update(trades(self._trades, width))

    def _say(self, text: str, *, is_wrong: bool = False) -> None:
        self.query_one("#strategy-head", Static).update(Content.styled(text, "$text-error" if is_wrong else SOFT))

    def action_turn(self, step: int) -> None:
        """Go to the next tab, or the one before."""
        tabs = self.query_one("#tabs", TabbedContent)
        place = ORDER.index(tabs.active.removeprefix("tab-")) + step
        tabs.active = f"tab-{ORDER[place % len(ORDER)]}"

    @work(group="choose")
    async def action_choose(self) -> None:
        """Choose another strategy."""
        board = await self._board()
        if board is not None and board.cards:
            choices = [
                Content.assemble(
                    f"{card.id:<24} ", (f"{card.answer or card.state:<12}", STATE_STYLES.get(card.answer, SOFT))
                )
                for card in board.cards
            ]
            chosen = await self.app.push_screen_wait(Choose("Which strategy?", choices))
            if chosen is not None:
                self._load(board.cards[chosen].id)

    def action_lineage(self) -> None:
        """Show where it comes from."""
        if self._page is not None:
            self.organism.show_lineage(self._page.card.genotype_hash, self._page.card.run)

    def action_copy(self) -> None:
        """Put its id into the clipboard."""
        if self._page is not None:
            self.organism.copy(self._page.card.id)
