"""The lab in the window: builder, network, output and plots, wired to a session and to the trainer beside it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from engine.measures import first_not_finite
from visualizer.session.builder.choices import facts_of, refitted
from visualizer.session.document import Document
from visualizer.session.plots.curves import plotted
from visualizer.session.session import Change, Prepared, Session, prepare, prepare_iteration
from visualizer.session.training.lab import Halt
from visualizer.ui.builder.panel import BuilderPanel
from visualizer.ui.network_view import NetworkView
from visualizer.ui.output_panel import OutputPanel
from visualizer.ui.plots.dock import PlotsPanel
from visualizer.ui.settings import settings
from visualizer.ui.trainer import Trainer
from visualizer.ui.work import Work

if TYPE_CHECKING:
    from visualizer.session.training.lab import Lab
    from visualizer.session.training.recipe import Recipe
    from visualizer.session.training.snapshot import Snapshot
    from visualizer.ui.theme import Theme

OUTPUT_EVERY = 0.3  # s between two pictures of the output while it trains: numbers are to be read
SLOW = 500  # ms after which a person is told that runs are being set up
CSV_FILTER = "Tables (*.csv *.tsv *.txt);;All files (*)"


class Laboratory(QObject):
    """Holds the lab's widgets: ``builder``, ``network``, ``output`` and ``plots``, and the ``trainer``.

    ``entered`` comes when the session shows the steps of an iteration that was asked for, ``status_changed`` when the
    runs have gone on or stand still, ``said`` with a sentence for the person.
    """

    entered = Signal()
    status_changed = Signal()
    said = Signal(str)

    def __init__(self, session: Session, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._selected = 0
        self._work: Work | None = None
        self._snapshots: tuple[Snapshot, ...] = ()
        self._scores: list[dict[str, float]] = []
        self._marks: list[tuple[int, str]] = []
        self._enters = False  # whether to show the steps once what is being trained is done
        self._preparing = self._runs_then = False  # whether runs are being set up, and are to be trained at once
        self._output_shown = 0.0
        self._edited_here = False  # whether a change is the builder's own
        self._left_at: tuple[Lab, int] | None = None  # where the runs stood when their steps were shown
        self.trainer = Trainer(self)
        self.builder = BuilderPanel(theme)
        self.network = NetworkView(theme)
        self.output = OutputPanel(theme)
        self.plots = PlotsPanel(theme)
        self.builder.recipes_changed.connect(self._change)
        self.builder.file_wanted.connect(self._choose_file)
        self.network.opened.connect(self.enter)
        self.network.layer_chosen.connect(self._choose_layer)
        self.output.sample_wanted.connect(self.trainer.show_sample)
        self.output.wrong_wanted.connect(lambda: self.trainer.show_wrong(self._selected))
        self.trainer.all_right.connect(self._all_right)
        self.plots.iteration_chosen.connect(self.enter_at)
        self.trainer.progressed.connect(self._progressed)
        self.trainer.snapped.connect(self._show_snapshots)
        self.trainer.running_changed.connect(self._running_changed)
        self.trainer.halted.connect(self._halted)
        self.trainer.failed.connect(self.said)
        session.subscribe(self._changed)
        self._recall()
        self._take_lab()

    @property
    def lab(self) -> Lab | None:
        """The runs of the open document; None where it has none."""
        return self._session.lab

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        for part in (self.builder, self.network, self.output, self.plots):
            part.set_theme(theme)

    def remember(self) -> None:
        """Keep which plots are shown and which sections are folded, for the next time."""
        settings().setValue("plots", json.dumps(self.plots.state()))
        settings().setValue("builder", self.builder.state())

    def _recall(self) -> None:
        self.builder.restore(str(settings().value("builder", "")))
        try:
            state = json.loads(str(settings().value("plots", "{}")))
        except ValueError:  # a broken file harms nothing
            return
        if isinstance(state, dict):
            self.plots.restore(state)

    def close(self) -> None:
        """End the trainer."""
        self._drop_work()
        self.trainer.close()

    # The runs ---------------------------------------------------------------------------------------------------------

    def _changed(self, change: Change) -> None:
        if Change.LAB in change:
            if not self._edited_here:
                self.builder.forget()  # what was being written was meant for another document, or another version
            self._take_lab()

    def _take_lab(self) -> None:
        lab = self.lab
        self.trainer.set_lab(lab)
        self._snapshots, self._scores, self._marks = (), [], []
        if lab is None:
            return
        self._selected = min(self._selected, len(lab.runs) - 1)
        self._scores = [{} for _ in lab.runs]
        samples = lab.samples
        raw = samples.raw_test
        self.output.set_points(
            samples.raw_train.features,
            samples.raw_train.target,
            None if raw is None else raw.features,
            None if raw is None else raw.target,
            samples.classes,
            samples.raw_train.feature_names,
        )
        self.plots.set_runs(plotted(lab))
        self.plots.set_marks([])
        self._show_recipes()
        self.status_changed.emit()

    def _show_recipes(self) -> None:
        lab = self.lab
        if lab is not None:
            samples, program = lab.samples, lab.document_of(self._selected).program
            facts = facts_of(samples.raw_train)
            self.builder.show_recipes(lab.recipes, lab.labels, self._selected, program, samples.steps, facts)

    def _change(self, recipes: Sequence[Recipe], selected: int) -> None:
        """Train something else, or look at another of the runs."""
        self._selected = selected
        if self.lab is not None and tuple(recipes) == self.lab.recipes:
            self._show_recipes()
            self._show_selected()
        else:
            source, before = self._session.source, facts_of(self.lab.samples.raw_train) if self.lab else None
            # The builder cannot know the samples of a file that was just chosen: networks are fitted to them here.
            self.set_up(lambda: source.with_recipes(refitted(recipes, source.folder, before)), here=True)

    def set_up(self, make: Callable[[], Document], then: Callable[[], None] | None = None, here: bool = False) -> None:
        """Have the session show another version of its document, which a worker prepares; the latest one counts.

        ``here`` says that the builder made it.
        """

        def show(prepared: Prepared) -> None:
            self._edited_here = here
            self._session.edit(prepared)
            self._edited_here = False
            if then is not None:
                then()

        self._prepare(lambda: prepare(make()), show)

    def _prepare(self, make: Callable[[], Prepared], show: Callable[[Prepared], None]) -> None:
        self._enters = self._runs_then = False
        self._preparing = True
        self.trainer.pause()
        self._drop_work()
        work = self._work = Work(make, self)
        slow = QTimer(work, singleShot=True, interval=SLOW)
        slow.timeout.connect(lambda: self.said.emit("Setting up the runs…"))
        slow.start()

        def done(prepared: Prepared) -> None:
            slow.stop()
            self._preparing = False
            show(prepared)
            if self._runs_then:
                self.trainer.run()

        def failed(sentence: str) -> None:
            slow.stop()
            self._preparing = False
            self._show_recipes()  # the controls say what is trained
            self.said.emit(sentence)

        work.done.connect(done)
        work.failed.connect(failed)
        work.start()

    def tell(self, make: Callable[[], Document]) -> None:
        """Set up a chapter of the document's story: train as far as it says, and show the steps where it does."""

        def begin() -> None:
            source = self._session.source
            if source.chapter is None:
                return
            chapter = source.chapters[source.chapter]
            self._enters = chapter.inside
            if chapter.iterations:
                self.trainer.run(chapter.iterations)
            elif chapter.inside:
                self.enter()

        self.set_up(make, begin)

    def _running_changed(self, running: bool) -> None:
        if running:
            self.plots.set_iteration(None)  # follow the latest
        elif self._enters:
            self._enters = False
            self.enter()
        self.status_changed.emit()

    def _drop_work(self) -> None:
        if self._work is not None:
            self._work.cancel()

    def _choose_file(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        path, _ = QFileDialog.getOpenFileName(self.builder, "Choose a table of samples", "", CSV_FILTER)
        if path and self.lab is not None:
            self.use_file(Path(path))

    def use_file(self, path: Path) -> None:
        """Train on the samples of a CSV file."""
        self.builder.use_file(str(path))

    # While it trains ----------------------------------------------------------------------------------------------

    def _progressed(self) -> None:
        self.plots.refresh()
        self.status_changed.emit()

    def _show_snapshots(self, snapshots: tuple[Snapshot, ...]) -> None:
        lab = self.lab
        if lab is None or len(snapshots) != len(lab.runs):
            return
        self._snapshots = snapshots
        for kept, snapshot in zip(self._scores, snapshots, strict=True):
            kept.update(snapshot.scores)
        self._show_selected()
        self.plots.set_arrays(
            max(snapshots[0].iteration - 1, 0),
            [
                {
                    name: (layer.weights, layer.gradient)
                    for name, layer in zip(run.records.layers, snapshot.layers, strict=False)  # a program has no layers
                    if layer.gradient is not None
                }
                for run, snapshot in zip(lab.runs, snapshots, strict=True)
            ],
        )
        if not self.trainer.running:
            self.plots.refresh(at_once=True)
        self.status_changed.emit()

    def _all_right(self) -> None:
        """Say that no sample is wrong, and of which set."""
        if self.lab is not None:
            self.said.emit(f"All {'training' if self.lab.samples.test is None else 'test'} samples are right.")

    def _choose_layer(self, column: int) -> None:
        """The histogram is that of the layer whose column was clicked; the inputs' has none."""
        if self.lab is not None and column:
            self.plots.pick_layer(self.lab.runs[self._selected].records.layers[column - 1])

    def _show_selected(self) -> None:
        self.trainer.select(self._selected)
        if self._selected < len(self._snapshots):
            snapshot = self._snapshots[self._selected]
            self.network.show_snapshot(snapshot)
            now = time.monotonic()
            if not self.trainer.running or now - self._output_shown > OUTPUT_EVERY:
                self._output_shown = now
                self.output.show_snapshot(snapshot, self._scores[self._selected])

    def _halted(self, halt: Halt) -> None:
        if halt.wrong:
            self._marks.append((halt.iteration - 1, halt.sentence))
            self.plots.set_marks(self._marks)
            self.said.emit(f"{halt.sentence}. F11 shows where.")
        elif halt.run is not None:  # a chosen number of iterations stands on the bar
            self.said.emit(f"{halt.sentence}.")

    def run(self, iterations: int | None = None) -> None:
        """Train; runs that are still being set up are trained once they are there."""
        if self._preparing:
            self._runs_then = True
        else:
            self.trainer.run(iterations)

    def follow(self) -> None:
        """Have the plots show the latest iteration, or the one that was gone back to."""
        lab = self.lab
        if lab is not None:
            self.plots.set_iteration(max(lab.iteration - 1, 0) if lab.iteration < lab.recorded else None)

    # Moves over iterations ------------------------------------------------------------------------------------------

    def go(self, iteration: int) -> None:
        """To where ``iteration`` iterations lie behind."""
        self.trainer.pause()
        lab = self.lab
        if lab is not None:
            target = min(max(iteration, 0), lab.recorded)

            def there(_: object) -> None:
                self.follow()
                self.trainer.refresh()

            self.trainer.ask(lambda: lab.seek(target), there)

    def train_epoch(self) -> None:
        """Train until the end of the epoch."""
        lab = self.lab
        if lab is not None and not self.trainer.running:
            self.trainer.run(lab.iterations_per_epoch - lab.iteration % lab.iterations_per_epoch)

    def reset(self) -> None:
        """Begin anew from the same weights, in the same order of samples."""
        document = self._session.source
        self._prepare(lambda: prepare(document), self._session.restart)

    def new_seed(self) -> None:
        """Begin anew from other weights, in another order of samples."""
        lab = self.lab
        if lab is not None:
            seed = max(recipe.training.seed for recipe in lab.recipes) + 1
            self._change([recipe.with_seed(seed) for recipe in lab.recipes], self._selected)

    # Into the steps -------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Show the steps of the iteration just made; of the first one at the start."""
        self.trainer.pause()
        lab = self.lab
        if lab is not None:
            self.enter_at(max(lab.runs[self._selected].iteration - 1, 0))

    def enter_at(self, iteration: int) -> None:
        """Show the steps of an iteration; where its numbers stopped being finite, at the step that brought it about."""
        self.trainer.pause()
        lab, which = self.lab, self._selected
        if lab is None:
            return
        run = lab.runs[which]
        target = min(max(iteration, 0), max(len(run.records) - (run.stopped is not None), 0))

        def show(prepared: Prepared) -> None:
            if prepared.lab is not self.lab:
                return
            self._session.show(prepared)
            if run.stopped is not None and prepared.iteration == run.stopped.iteration:
                found = first_not_finite(prepared.trace)
                if found is not None:
                    self._session.go_to(prepared.trace.steps.index(found[0]) + 1)
            self.plots.set_iteration(prepared.iteration)
            self._left_at = (lab, lab.iteration)
            self.entered.emit()

        self.trainer.ask(lambda: prepare_iteration(lab, target, which), show)

    @property
    def stands_as_left(self) -> bool:
        """True where the runs are where they were when their steps were last shown."""
        lab = self.lab
        return lab is not None and self._left_at == (lab, lab.iteration)

    def step_iterations(self, by: int) -> None:
        """From the steps shown to those of a later or an earlier iteration; a new one is trained where need be."""
        lab, target = self.lab, self._session.position.iteration + by
        if lab is None or target < 0:
            return
        if target > lab.recorded:
            self.trainer.ask(lambda: self._train_one_more(lab), lambda _: self.enter_at(target))
        else:
            self.enter_at(target)

    @staticmethod
    def _train_one_more(lab: Lab) -> None:
        lab.seek(lab.recorded)
        lab.advance(1)
