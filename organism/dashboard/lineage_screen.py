"""The screen of lineages: any genome, its relatives, and what each change of a rule did."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from data.errors import DataError
from organism.dashboard.base import Page
from organism.dashboard.choose import Choose
from organism.dashboard.lineage_panels import ALIGNED, HEADS, beside, family_line, genome_cells
from organism.dashboard.rows import Rows
from organism.dashboard.words import SOFT
from organism.views.lineage import Behaviour, Comparison, Family, Found, GenomeRow
from organism.views.plain import from_plain

PAUSE_S = 0.25
"""Before the trades of the genome under the cursor are asked for, so that running down a list asks little."""
RELATIVES = ("ancestors", "descendants", "siblings", "children", "parents")
COMPUTING = "simulating both on the in-sample bars ..."
SEARCH = "words that must all hold: rsi  hoist  3fa9  sharpe>1.5  generation<=3  kept"


class LineageScreen(Page):
    """See the module."""

    MODE = "lineage"
    HELP_TEXT = (
        "Every genome of the run, searched (/) and filtered; of the one under the cursor its parent beside it: what "
        "differs in the rule, the operator that made it, what that did to the figures, and to the trades: which were "
        "added, removed or shifted, and where the equities part. Trades are simulated anew, on the in-sample bars of "
        "the run alone, in a process of its own. Rules are kept of whoever was in the population or the hall of fame, "
        "so every parent has one."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", key_display="/"),
        Binding("a", "relatives('ancestors')", "Ancestors"),
        Binding("d", "relatives('descendants')", "Descendants"),
        Binding("b", "relatives('siblings')", "Siblings"),
        Binding("f", "first", "First", tooltip="Who had a part of its rule first"),
        Binding("n", "next_parent", "Next parent", show=False),
        Binding("c", "relatives('children')", "Children", show=False),
        Binding("u", "relatives('parents')", "Parents", show=False),
        Binding("y", "copy", "Copy", show=False),
        Binding("backspace", "former", "Back", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[GenomeRow, ...] = ()
        self._run = ""
        self._which_parent = 0
        self._comparison: Comparison | None = None
        self._behaviour: Behaviour | str | None = None
        self._trail: list[tuple[str, str]] = []
        """Genotypes and relations that were shown, for going back."""

    def body(self) -> ComposeResult:
        """Yield the search, the list, and the comparison."""
        yield Input(placeholder=SEARCH, id="query", compact=True)
        yield Static(id="lineage-status", markup=False)
        with Container(id="lineage-panels"):
            yield Rows(HEADS, ALIGNED, name="genomes")
            with VerticalScroll(id="beside", classes="panel"):
                yield Static(id="beside-text", markup=False)

    def on_screen_resume(self) -> None:
        """Show what was asked for, or everybody."""
        folder, wanted = self.organism.folder, self.organism.wanted_genotype
        if folder is None:
            self._say(self.organism.first_step)
            return
        is_other, self._run = folder.name != self._run, folder.name
        if wanted is not None:
            self.organism.wanted_genotype = None
            self._show_family(wanted, "ancestors")
        elif is_other or not self._rows:
            self._find(self.query_one("#query", Input).value)
        self.query_one("#genomes", Rows).list.focus()

    @property
    def row(self) -> GenomeRow | None:
        """The one under the cursor."""
        place = self.query_one("#genomes", Rows).place
        return None if place is None or place >= len(self._rows) else self._rows[place]

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Search."""
        self._find(event.value)
        self.query_one("#genomes", Rows).list.focus()

    def on_option_list_option_highlighted(self, _event: OptionList.OptionHighlighted) -> None:
        """Lay the one under the cursor beside its parent."""
        self._which_parent = 0
        self._lay_beside()

    def on_option_list_option_selected(self, _event: OptionList.OptionSelected) -> None:
        """Put it into the middle."""
        self.action_relatives("ancestors")

    @work(exclusive=True, group="list")
    async def _find(self, query: str) -> None:
        self._say("reading the trials of the run ...")
        try:
            found = from_plain(Found, await self.ask("find", run=self._run, query=query))
        except DataError as error:
            self._say(str(error), is_wrong=True)
            return
        self._show_found(found, "the best first")

    @work(exclusive=True, group="list")
    async def _appearance(self, part: str, genotype: str) -> None:
        try:
            answer = await self.ask("appearance", run=self._run, part=part, genotype=genotype)
        except DataError as error:
            self._say(str(error), is_wrong=True)
            return
        self._show_found(from_plain(Found, answer), "the oldest first")

    def _show_found(self, found: Found, order: str) -> None:
        listed = "" if len(found.rows) == found.n else f", {len(found.rows):,} of them listed"
        note = f"  {found.note}" if found.note else ""
        self._say(f"{found.n:,} of {found.n_trials:,} genomes{listed}, {order}{note}")
        self._list(found.rows, "Nobody fits. Take a word away, or press / and search for another.")

    @work(exclusive=True, group="list")
    async def _show_family(self, genotype: str, relation: str) -> None:
        try:
            family = from_plain(Family, await self.ask("family", run=self._run, genotype=genotype))
        except DataError as error:
            self._say(str(error), is_wrong=True)
            return
        self._trail.append((genotype, relation))
        rows: tuple[GenomeRow, ...] = getattr(family, relation)
        shown = (family.genome, *(row for row in rows if row.genotype != genotype))
        status = Content.assemble(family_line(family), (f"  showing {relation}", SOFT))
        self.query_one("#lineage-status", Static).update(
            Content.assemble(status, (f"  {family.note}", "$text-warning")) if family.note else status
        )
        self._list(shown, "")

    def _list(self, rows: tuple[GenomeRow, ...], empty: str) -> None:
        self._rows = rows
        self.query_one("#genomes", Rows).show([genome_cells(row) for row in rows], empty)
        self._lay_beside()

    @work(exclusive=True, group="beside")
    async def _lay_beside(self) -> None:
        row = self.row
        if row is None:
            self.query_one("#beside-text", Static).update("")
            return
        try:
            answer = await self.ask("beside", run=self._run, genotype=row.genotype, parent=self._which_parent)
        except DataError as error:
            self.query_one("#beside-text", Static).update(Content.styled(str(error), "$text-error"))
            return
        found = from_plain(Comparison, answer)
        self._comparison = found
        can_trade = found.before is not None and bool(found.rule)
        self._behaviour = COMPUTING if can_trade else None
        self.drawn()
        if can_trade:
            self._ask_behaviour(found)

    @work(exclusive=True, group="behaviour")
    async def _ask_behaviour(self, asked: Comparison) -> None:
        assert asked.before is not None
        genotypes = [asked.before.genotype, asked.after.genotype]
        # Whoever moves on within this time cancels it.
        await self._nap()
        found: Behaviour | str
        try:
            rules = await self.ask("rules", run=self._run, genotypes=genotypes)
            answer = await self.simulate("behaviour", run=self._run, before=rules[0], after=rules[1])
        except DataError as error:
            found = str(error)
        else:
            found = from_plain(Behaviour, answer)
        # Another pair may have come in front meanwhile: it must not be shown the equities of this one.
        if asked is self._comparison:
            self._behaviour = found
            self.drawn()

    async def _nap(self) -> None:
        await asyncio.sleep(PAUSE_S)

    def drawn(self) -> None:
        """Draw the comparison for the room that there is."""
        if self._comparison is not None:
            width = max(40, self.query_one("#beside").content_size.width - 2)
            text = beside(self._comparison, self._behaviour, width)
            self.query_one("#beside-text", Static).update(text)

    def _say(self, text: str, *, is_wrong: bool = False) -> None:
        self.query_one("#lineage-status", Static).update(Content.styled(text, "$text-error" if is_wrong else SOFT))

    def action_search(self) -> None:
        """Go to the search."""
        self.query_one("#query", Input).focus()

    def action_relatives(self, relation: str) -> None:
        """Show relatives of the one under the cursor."""
        if self.row is not None:
            self._show_family(self.row.genotype, relation)

    def action_former(self) -> None:
        """Go back to whose relatives were shown before."""
        if len(self._trail) > 1:
            self._trail.pop()
            self._show_family(*self._trail.pop())
        else:
            self._trail.clear()
            self._find(self.query_one("#query", Input).value)

    def action_next_parent(self) -> None:
        """Lay it beside its other parent."""
        self._which_parent += 1
        self._lay_beside()

    @work(group="part")
    async def action_first(self) -> None:
        """Ask for a part of its rule, and show who had it first."""
        row = self.row
        if row is None:
            return
        try:
            family = from_plain(Family, await self.ask("family", run=self._run, genotype=row.genotype))
        except DataError as error:
            self.told(str(error), is_wrong=True)
            return
        if not family.subtrees:
            self.told(family.note or "This rule has no parts.", is_wrong=True)
            return
        parts = family.subtrees
        question = Choose("Who had which part of this rule first?", [Content(part.rendered) for part in parts])
        chosen = await self.app.push_screen_wait(question)
        if chosen is not None:
            self._appearance(parts[chosen].text, row.genotype)

    def action_copy(self) -> None:
        """Put the genotype into the clipboard."""
        if self.row is not None:
            self.organism.copy(self.row.genotype)
