"""The screen of the registry: who is in which state of life, how that came about, and the moves made by hand."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static

from data.errors import DataError
from organism.dashboard.base import Page
from organism.dashboard.confirm import Reason
from organism.dashboard.rows import Rows
from organism.dashboard.words import SOFT, STATE_STYLES, UNKNOWN, figure, indented
from organism.views.board import Board, Card, EventRow, shown_state
from organism.views.plain import from_plain

EACH_S = 5.0
"""Between two looks at the registry."""
MARKED = "*"
"""Behind a verdict by rules that nobody would expect, and before what is to be said of them."""
HEADS = ("strategy", "state", "verdict", "Sharpe", "trades", "run")
WORDS = {"dead": "Retire", "quarantined": "Put into quarantine"}
THEN = {
    "dead": "A retired strategy is never traded again; this is final.",
    "quarantined": "It is set aside until a person has looked. No command tests it again; retiring it is the way out.",
}

NOBODY = "No strategies yet. A search hands over its best when it ends:  organism evolve start configs/demo.toml"


class RegistryScreen(Page):
    """See the module."""

    MODE = "registry"
    HELP_TEXT = (
        "Every strategy that a search has handed over, by its state of life: testing, candidate (a graduate), paper, "
        "production, decaying, dead; or rejected, or in quarantine. Sharpe is in sample, where it was bred, and says "
        "little. Retire and quarantine ask for a reason, which is kept for ever, and are refused if the strategy has "
        "moved since it was shown."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "filter", "State"),
        Binding("enter", "strategy", "Strategy", show=False),
        Binding("l", "lineage", "Lineage"),
        Binding("r", "move('dead')", "Retire"),
        Binding("x", "move('quarantined')", "Quarantine"),
        Binding("y", "copy", "Copy"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._board: Board | None = None
        self._state = ""
        self._events: dict[tuple[str, int], tuple[EventRow, ...]] = {}

    def body(self) -> ComposeResult:
        """Yield the states, the list, and what is known of the one under the cursor."""
        yield Static(id="states", markup=False)
        with Container(id="registry-panels"):
            yield Rows(HEADS, "<<<>><", name="cards")
            with VerticalScroll(classes="panel", id="card"):
                yield Static(id="card-text", markup=False)

    def on_mount(self) -> None:
        """Begin to look."""
        self._timer = self.set_interval(EACH_S, self.look)
        self.query_one("#states", Static).update("Reading the registry ...")

    def on_screen_suspend(self) -> None:
        """Look no more while another screen is in front."""
        self._timer.pause()

    def on_screen_resume(self) -> None:
        """Look again."""
        self._timer.resume()
        self.look()

    @work(exclusive=True, group="board")
    async def look(self) -> None:
        """Ask the desk for the board."""
        try:
            board = from_plain(Board, await self.ask("board"))
        except DataError as error:
            self.query_one("#states", Static).update(Content.styled(str(error), "$text-error"))
            return
        if board != self._board:
            former, self._board = self.card, board
            self._show(board, former)

    @property
    def cards(self) -> tuple[Card, ...]:
        """Those that are listed."""
        return () if self._board is None else shown_state(self._state, self._board.cards)

    @property
    def card(self) -> Card | None:
        """The one under the cursor."""
        place = self.query_one("#cards", Rows).place
        return None if place is None or place >= len(self.cards) else self.cards[place]

    def _show(self, board: Board, former: Card | None) -> None:
        """List the cards, the cursor on the one that it was on."""
        self.query_one("#states", Static).update(_states(board, self._state))
        rows = [
            (
                card.id,
                card.state,
                f"{card.answer}{MARKED}" if card.marks else card.answer or UNKNOWN,
                figure(card.in_sample_sharpe),
                UNKNOWN if card.n_trades is None else f"{card.n_trades:,}",
                card.run,
            )
            for card in self.cards
        ]
        empty = f"Nobody is in state {self._state}; f shows the next one." if board.cards else NOBODY
        ids = [card.id for card in self.cards]
        place = ids.index(former.id) if former is not None and former.id in ids else 0
        self.query_one("#cards", Rows).show(rows, empty, place=place)
        self._describe()

    def on_option_list_option_highlighted(self, _event: OptionList.OptionHighlighted) -> None:
        """Tell of the one under the cursor."""
        self._describe()

    def on_option_list_option_selected(self, _event: OptionList.OptionSelected) -> None:
        """Open it."""
        self.action_strategy()

    def drawn(self) -> None:
        """Fit what is known of the one under the cursor into the room that there is."""
        self._describe()

    @work(exclusive=True, group="events")
    async def _describe(self) -> None:
        card = self.card
        text = self.query_one("#card-text", Static)
        if card is None:
            text.update("")
            return
        width = self.query_one("#card").content_size.width - 2
        key = card.id, card.version
        text.update(_about(card, self._events.get(key), width))
        if key not in self._events:
            try:
                found = await self.ask("events", strategy=card.id)
            except DataError as error:
                self.told(str(error), is_wrong=True)
                return
            self._events[key] = tuple(from_plain(EventRow, row) for row in found)
            text.update(_about(card, self._events[key], width))

    def action_filter(self) -> None:
        """List the next state that somebody is in, and after the last everybody."""
        if self._board is None:
            return
        former = self.card
        states = ["", *(column.state for column in self._board.columns if column.n)]
        self._state = states[(states.index(self._state) + 1) % len(states)] if self._state in states else ""
        self._show(self._board, former)

    def action_strategy(self) -> None:
        """Show all that is known of the strategy."""
        if self.card is not None:
            self.organism.show_strategy(self.card.id)

    def action_lineage(self) -> None:
        """Show where it comes from."""
        if self.card is not None:
            self.organism.show_lineage(self.card.genotype_hash, self.card.run)

    def action_copy(self) -> None:
        """Put its id into the clipboard."""
        if self.card is not None:
            self.organism.copy(self.card.id)

    def action_move(self, to: str) -> None:
        """Ask for the reason, and move it."""
        card = self.card
        if card is None:
            return
        if to not in card.moves:
            said = " or ".join(WORDS[move].lower() for move in card.moves) or "nothing"
            self.told(f"{card.id} is {card.state}: by hand it allows {said}.", is_wrong=True)
            return

        def decided(reason: str | None) -> None:
            if reason is not None:
                self._move(card, to, reason)

        self.app.push_screen(Reason(f"{WORDS[to]}: {card.id}?", THEN[to]), decided)

    @work(group="move")
    async def _move(self, card: Card, to: str, reason: str) -> None:
        try:
            await self.ask("move", strategy=card.id, version=card.version, to=to, reason=reason)
        except DataError as error:
            self.told(str(error), is_wrong=True)
        else:
            self.told(f"{card.id} is {to}.")
        self.look()


def _states(board: Board, chosen: str) -> Content:
    """Return each state with how many are in it; the chosen one stands out."""
    everybody = (f"all {len(board.cards)}", "reverse bold" if not chosen else SOFT)
    parts: list[str | tuple[str, str]] = [" ", everybody]
    for column in board.columns:
        if not column.n and column.state != chosen:
            continue
        style = "reverse bold" if column.state == chosen else STATE_STYLES.get(column.state, "")
        parts += ["  ", (f"{column.state} {column.n}", style)]
    return Content.assemble(*parts)


def _about(card: Card, events: tuple[EventRow, ...] | None, width: int) -> Content:
    lines = [
        Content.assemble((card.id, "bold"), "  ", (card.state, STATE_STYLES.get(card.state, ""))),
        Content(card.rendered),
        Content.styled(f"made by {card.operator} in generation {card.generation} of {card.run}", SOFT),
        *indented(Content.styled("genotype ", SOFT), Content.styled(card.genotype_hash, SOFT), width),
    ]
    if card.answer:
        answer = Content.styled(f"{card.answer}  ", STATE_STYLES.get(card.answer, "bold"))
        lines += indented(answer, Content(card.reason), width)
    if card.marks:
        lines.append(Content.styled(f"{MARKED} judged with {', '.join(card.marks)}", "$text-warning"))
    lines.append(Content(""))
    if events is None:
        lines.append(Content.styled("reading its events ...", SOFT))
    for event in events or ():
        head = Content.assemble((f"{event.at}  ", SOFT), f"{event.to_state:<12} ")
        lines += indented(head, Content(event.reason), width)
    return Content("\n").join(lines)
