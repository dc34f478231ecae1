"""The one window: the gallery, or a lesson with its canvas, panels and timeline."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6 import QtCore  # not Qt from it: docs/decisions/0012-first-paint.md
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QMenuBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from visualizer.ui.bar import MENUS, TopBar
from visualizer.ui.gallery import Gallery
from visualizer.ui.panels import BENCHES, STEPS, TRAIN, Panels
from visualizer.ui.player import Player
from visualizer.ui.settings import recent_files, remember_file, settings
from visualizer.ui.style import palette, style_sheet
from visualizer.ui.theme import DARK, LIGHT, Theme

if TYPE_CHECKING:
    from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent

    from visualizer.session.session import Change, Prepared, Session
    from visualizer.ui.canvas import Canvas
    from visualizer.ui.drivers import Driver
    from visualizer.ui.laboratory import Laboratory
    from visualizer.ui.message import Message
    from visualizer.ui.patience import Patience
    from visualizer.ui.stage import Stage
    from visualizer.ui.story import Story

FILTER = "GradStep documents (*.toml);;All files (*)"


class Window(QMainWindow):
    """Holds the session once a document is open; every action of a person is a method here or a call on the session."""

    session: Session
    canvas: Canvas
    driver: Driver
    laboratory: Laboratory
    actions_by_name: Mapping[str, QAction]
    message: Message
    stage: Stage

    def __init__(self, theme_choice: str | None = None, shell: bool = False) -> None:
        """``theme_choice`` is "light", "dark" or "system", None for what is remembered.

        A ``shell`` is what the first paint needs of a window; it does nothing until it is completed.
        """
        super().__init__()
        self.setWindowTitle("GradStep")
        self.setAcceptDrops(True)
        self.resize(1280, 800)
        self.in_lesson = False
        self.bench = STEPS
        self._story: Story | None = None
        self._theme_choice = theme_choice or str(settings().value("theme", "system"))
        self.theme = self._likely_theme() if shell else self._wanted_theme()
        self._dress_application()  # before there are widgets, so that each takes its style once
        self.panels = Panels(self)
        self.player = Player(self)
        self._patience: Patience | None = None  # with what is being opened
        self._possible: tuple[bool, ...] = ()
        self.menus = QMenuBar()  # not menuBar(): that would replace the head below it
        for title in MENUS:
            self.menus.addMenu(title)
        self.bar = TopBar(self.theme)
        self.gallery = Gallery(self.theme, shell=True)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.gallery)
        center = QWidget()
        layout = QVBoxLayout(center)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._pages, 1)
        self._center = layout
        self.setCentralWidget(center)
        self.setMenuWidget(self._head())
        geometry = settings().value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        if not shell:
            self.complete()

    def complete(self) -> None:
        """Add to the shell what answers a person: commands, buttons and messages."""
        from visualizer.ui import actions
        from visualizer.ui.message import Message

        self._registry = actions
        self.actions_by_name = actions.build_actions(self)
        actions.fill_menus(self.menus, self.actions_by_name)
        self.bar.complete(self.actions_by_name, self._cycle_speed, self.show_gallery)
        self.player.playing_changed.connect(self.bar.show_playing)
        self.player.speed_changed.connect(self.bar.show_speed)
        self.gallery.complete()
        self.gallery.chosen.connect(self.open)
        self.gallery.browse.connect(self.choose_file)
        self.gallery.build.connect(self.new_network)
        self.message = Message(self, self._pages)
        actions.refresh_actions(self, self.actions_by_name)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_theme_changed)
        self._system_theme_changed()

    def _head(self) -> QWidget:
        """Menu and top bar, one above the other."""
        head = QWidget()
        layout = QVBoxLayout(head)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.menus)
        layout.addWidget(self.bar)
        return head

    def fill_gallery(self) -> None:
        """List the recent files and paint the lessons' pictures, after the first paint."""
        from visualizer.ui.gallery_pictures import paint_cards

        self.gallery.show_recent(recent_files())
        paint_cards(self.gallery)

    # Documents ------------------------------------------------------------------------------------------------------

    def open(self, argument: str) -> None:
        """Open a lesson by name or a file by path; a bad one is explained, and what is open stays as it is."""
        from visualizer.session.lessons import find
        from visualizer.session.session import prepare
        from visualizer.ui.patience import Patience

        if self._patience is None:
            self._patience = Patience(self)
        self._patience.wait(
            f"Opening {Path(argument).name}",
            lambda pace: prepare(find(argument), pace=pace),
            self.show_document,
            self.complain,
        )

    def new_network(self) -> None:
        """Open a network to be built and trained."""
        from visualizer.session.lessons import new_network
        from visualizer.session.session import prepare

        self.show_document(prepare(new_network()))

    def show_document(self, prepared: Prepared) -> None:
        """Show a document that has been read and run."""
        self.player.pause()
        first = not hasattr(self, "session")
        if first:
            self._build_workspace(prepared)
        if prepared.lab is not None:
            self._build_laboratory()  # before the session tells of the runs
        if not first:
            self.session.open(prepared)
        self.in_lesson = True
        path = prepared.document.path
        if path is not None and not self._is_lesson(path):
            remember_file(path)
            self.gallery.show_recent(recent_files())
        self.show_bench(TRAIN if self.trains else STEPS)
        self._show_story()
        if self.session.source.chapter is None:
            self.go_chapters(1)

    @staticmethod
    def _is_lesson(path: Path) -> bool:
        from visualizer.resources import assets_folder

        return path.absolute().is_relative_to(assets_folder().absolute())

    def _build_workspace(self, prepared: Prepared) -> None:
        """Canvas and panels: made with the first document, because they need the heavy libraries."""
        from visualizer.session.session import Session
        from visualizer.ui.card_panel import CardPanel
        from visualizer.ui.frames import Ahead
        from visualizer.ui.outline import Outline
        from visualizer.ui.stage import Stage
        from visualizer.ui.timeline import Timeline

        self.session = Session(prepared)
        self.player.set_session(self.session)
        self.stage = Stage(self.session, self.theme)
        self.stage.complained.connect(self.message.show_text)
        self.stage.left.connect(lambda: self.show_bench(TRAIN))
        for told in (self.player.playing_changed, self.player.speed_changed):
            told.connect(lambda _: self.canvas.set_pause(self.player.interval if self.player.playing else None))
        self.canvas = self.stage.canvas
        self._pages.addWidget(self.stage)
        self.outline = Outline(self.session, self.theme, self.message.show_text)
        self.card = CardPanel(self.session, self.theme)
        self.timeline = Timeline(self.session, self.theme)
        self.panels.add(STEPS, self.outline, self.card, self.timeline)
        self.session.subscribe(self._session_changed)
        self._ahead = Ahead(self.session, (self.canvas, self.card.view, self.timeline, self.outline.view), self)

    def _build_laboratory(self) -> None:
        """The lab's panels: made with the first document that trains."""
        if hasattr(self, "laboratory"):
            return
        from visualizer.ui.laboratory import Laboratory
        from visualizer.ui.story import Story

        self.laboratory = Laboratory(self.session, self.theme, self)
        self._pages.addWidget(self.laboratory.network)
        self.panels.add(TRAIN, self.laboratory.builder, self.laboratory.output, self.laboratory.plots)
        self._story = Story()
        self._story.chosen.connect(self._open_chapter)
        self._center.insertWidget(0, self._story)
        self.laboratory.entered.connect(lambda: self.show_bench(STEPS))
        self.laboratory.status_changed.connect(self._show_status)
        self.laboratory.said.connect(self.message.show_text)
        self.laboratory.trainer.running_changed.connect(self.bar.show_playing)

    # Benches --------------------------------------------------------------------------------------------------------

    @property
    def trains(self) -> bool:
        """True where the open document has runs to train."""
        return hasattr(self, "session") and self.session.lab is not None

    @property
    def among_steps(self) -> bool:
        """True where the steps of one iteration are in view, and not the iterations of a run."""
        return self.bench == STEPS

    def show_bench(self, bench: str) -> None:
        """Show the steps of one iteration, or the iterations of the runs."""
        from visualizer.ui.drivers import StepDriver, TrainDriver

        self.player.pause()
        self.message.hide()
        if self.in_lesson and bench != self.bench:
            self._remember()
        self.bench = bench
        if bench == TRAIN:
            laboratory = self.laboratory
            laboratory.follow()
            self.driver = TrainDriver(laboratory)
            page: QWidget = laboratory.network
        else:
            leave = (lambda: self.show_bench(TRAIN)) if self.trains else None
            self.driver = StepDriver(self.session, self.player, self.stage.step_into, leave)
            page = self.stage
        self._pages.setCurrentWidget(page)
        self.panels.show(bench)
        page.setFocus()
        self._refresh()

    def _cycle_speed(self) -> None:
        if self.among_steps:
            self.player.cycle_speed()
        else:
            self.laboratory.trainer.cycle_pace()
            self._show_status()

    def switch_bench(self) -> None:
        """From the steps of an iteration to the iterations, or into the steps of the one just made."""
        if self.among_steps:
            self.show_bench(TRAIN)
        elif self.laboratory.stands_as_left:
            self.show_bench(STEPS)  # back to the step that was left
        else:
            self.laboratory.enter()

    def _show_status(self) -> None:
        """How far the runs are, on the bar."""
        laboratory = self.laboratory
        lab = laboratory.lab
        if lab is None or not self.in_lesson:
            return
        epoch = lab.iteration / lab.iterations_per_epoch
        self.bar.show_progress(
            lab.iteration, lab.recipes[0].stop.iterations, epoch, laboratory.trainer.rate, laboratory.trainer.pace
        )
        if not self.among_steps:
            self._possible = self._registry.refresh_changing(self, self.actions_by_name, self._possible)

    def ask_iteration(self) -> None:
        """Ask for an iteration, and show its steps."""
        from PySide6.QtWidgets import QInputDialog

        lab = self.session.lab
        if lab is None:
            return
        self.laboratory.trainer.pause()
        now = self.session.position.iteration if self.among_steps else max(lab.iteration - 1, 0)
        number, good = QInputDialog.getInt(
            self, "Go to an iteration", f"Show the steps of iteration (0 to {lab.recorded:,}):", now, 0, lab.recorded
        )
        if good:
            self.laboratory.enter_at(number)

    # The story ------------------------------------------------------------------------------------------------------

    def _show_story(self) -> None:
        if self._story is not None:
            source = self.session.source
            self._story.show_chapter(source.chapters, source.chapter)

    def can_go_chapters(self, by: int) -> bool:
        """Whether the story has a chapter so many further on."""
        if not self.trains:
            return False
        source = self.session.source
        return 0 <= (-1 if source.chapter is None else source.chapter) + by < len(source.chapters)

    def go_chapters(self, by: int) -> None:
        """So many chapters on."""
        if self.can_go_chapters(by):
            chapter = self.session.source.chapter
            self._open_chapter((-1 if chapter is None else chapter) + by)

    def _open_chapter(self, number: int) -> None:
        source = self.session.source
        self.laboratory.tell(lambda: source.at_chapter(number))

    def _session_changed(self, change: Change) -> None:
        kinds = type(change)  # to import it here would take longer than all the rest
        if kinds.LAB in change:
            self._lab_changed()
        if kinds.TRACE in change:
            self._refresh()
        elif change != kinds.HOVER and self.in_lesson:
            self._possible = self._registry.refresh_changing(self, self.actions_by_name, self._possible)

    def _lab_changed(self) -> None:
        """The document trains something else, or nothing any more: back to the bench that is for that."""
        self.message.hide()
        if self.in_lesson and self._story is not None:
            self._show_story()
            wanted = TRAIN if self.trains else STEPS
            if wanted != self.bench:
                self.show_bench(wanted)

    def _refresh(self) -> None:
        document = self.session.document if self.in_lesson else None
        self._possible = ()  # not known any more
        self._registry.refresh_actions(self, self.actions_by_name)
        edited = bool(document and self.session.edited and self.session.source.chapter is None)
        self.bar.show_lesson(document.title if document else None, edited)
        if document:
            iteration = self.session.position.iteration if self.trains and self.among_steps else None
            self.bar.show_bench(self.bench if self.trains else None, iteration)
            if self.trains:
                self._show_status()
        self.setWindowTitle(f"{document.title} - GradStep" if document else "GradStep")

    def choose_file(self) -> None:
        """Ask for a file and open it."""
        from PySide6.QtWidgets import QFileDialog

        path, _ = QFileDialog.getOpenFileName(self, "Open a document", "", FILTER)
        if path:
            self.open(path)

    def complain(self, sentence: str) -> None:
        """A dialog with one sentence."""
        from PySide6.QtWidgets import QMessageBox

        box = QMessageBox(QMessageBox.Icon.Warning, "GradStep", sentence, QMessageBox.StandardButton.Ok, self)
        box.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        box.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            event.acceptProposedAction()
            self.open(files[0])

    # Pages and panels -----------------------------------------------------------------------------------------------

    def show_gallery(self) -> None:
        """Back to the lessons; the document stays open behind them."""
        self.player.pause()
        self._remember()
        if hasattr(self, "laboratory"):
            self.laboratory.trainer.pause()
            if self._story is not None:
                self._story.hide()
        self.in_lesson = False
        self.panels.hide()
        self._pages.setCurrentWidget(self.gallery)
        self.gallery.cards[0].setFocus()
        self._refresh()

    def toggle_panel(self, name: str) -> None:
        """Hide a panel, or bring it back where it was."""
        self.panels.toggle(name, self.bench)

    def has_panel(self, name: str) -> bool:
        """Whether it belongs to the present bench."""
        return name in BENCHES[self.bench]

    def toggle_full_screen(self) -> None:
        """Fill the screen, or stop doing so."""
        self.setWindowState(self.windowState() ^ QtCore.Qt.WindowState.WindowFullScreen)

    # The selected node ----------------------------------------------------------------------------------------------

    def run_to_selected(self) -> None:
        """To the next step that touches the selected node, the first one again behind the last."""
        node = self.session.selected
        if node is None:
            return
        steps = self.session.steps_touching(node)
        ahead = [step for step in steps if step > self.session.position.step]
        if steps:
            self.session.go_to(ahead[0] if ahead else steps[0])

    def edit_selected(self) -> None:
        """Type another value for what is selected on the canvas."""
        from engine.expression import Reference

        session = self.session
        if session.selected is None:
            return
        picked = session.picked
        if picked is None or picked.node != session.selected or picked.kind != "value":
            shape = session.document.graph.nodes[session.selected].shape
            picked = Reference(session.selected, "value", tuple(0 for _ in shape))
        self.canvas.edit(picked)

    # Colours --------------------------------------------------------------------------------------------------------

    def _wanted_theme(self) -> Theme:
        if self._theme_choice in ("light", "dark"):
            return DARK if self._theme_choice == "dark" else LIGHT
        dark = QGuiApplication.styleHints().colorScheme() == QtCore.Qt.ColorScheme.Dark
        return DARK if dark else LIGHT

    def _likely_theme(self) -> Theme:
        """The wanted theme as far as the desktop's palette tells; asking for its colour scheme would load more."""
        if self._theme_choice in ("light", "dark"):
            return self._wanted_theme()
        return DARK if QApplication.palette().window().color().lightness() < 128 else LIGHT

    def choose_theme(self, choice: str) -> None:
        """ "light", "dark", or "system" to follow the desktop; remembered."""
        self._theme_choice = choice
        settings().setValue("theme", choice)
        self._system_theme_changed()

    def switch_theme(self) -> None:
        """From light to dark or back."""
        self.choose_theme("light" if self.theme.name == "dark" else "dark")

    def _system_theme_changed(self) -> None:
        wanted = self._wanted_theme()
        if wanted is not self.theme:
            self.theme = wanted
            self._apply_theme()

    def _dress_application(self) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.setPalette(palette(self.theme))
        application.setStyleSheet(style_sheet(self.theme))

    def _apply_theme(self) -> None:
        self._dress_application()
        self.bar.set_theme(self.theme)
        self.gallery.set_theme(self.theme)
        if hasattr(self, "session"):
            for part in (self.stage, self.outline, self.card, self.timeline):
                part.set_theme(self.theme)
            if hasattr(self, "laboratory"):
                self.laboratory.set_theme(self.theme)

    # Help -----------------------------------------------------------------------------------------------------------

    def show_palette(self) -> None:
        """A list of all commands with a filter."""
        from visualizer.ui.help import Palette

        Palette(self, self.actions_by_name).open()

    def show_keys(self) -> None:
        """All shortcuts on one page."""
        from visualizer.ui.help import Keys

        Keys(self, self.actions_by_name).open()

    def show_about(self) -> None:
        """Name and version."""
        from importlib.metadata import version

        from PySide6.QtWidgets import QMessageBox

        QMessageBox.about(self, "About GradStep", f"GradStep {version('gradstep')}\n\n"
                          "A stepping debugger for backpropagation.\nMIT licence.")  # fmt: skip

    # Remembering ----------------------------------------------------------------------------------------------------

    def _remember(self) -> None:
        settings().setValue("geometry", self.saveGeometry())
        if self.in_lesson:
            self.panels.remember(self.bench)
        if hasattr(self, "laboratory"):
            self.laboratory.remember()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.player.pause()
        if self._patience is not None:
            self._patience.stop()
        self._remember()
        if hasattr(self, "laboratory"):
            self.laboratory.close()
        super().closeEvent(event)
