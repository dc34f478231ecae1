"""TEXT: the network in one line and as a program, both to be read and to be written."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.errors import GradStepError, ProgramError
from engine.network import Network, text_of
from visualizer.ui.builder.editor import Editor
from visualizer.ui.builder.reveal import reveal
from visualizer.ui.builder.rows import Refusal
from visualizer.ui.theme import Theme, color

MOST_LINES = 18


class TextBody(QWidget):
    """The line and the program. ``apply_line`` and ``apply_program`` are given a text, and raise GradStepError."""

    def __init__(self, theme: Theme, apply_line: Callable[[str], None], apply_program: Callable[[str], None]) -> None:
        super().__init__()
        self._theme = theme
        self.line = Editor("Network in one line", 6, single=True)
        self.line.setToolTip("Enter applies")
        self.program = Editor("Program of the network", MOST_LINES, single=False)
        self._buttons = QWidget()
        self.line_refusal, self.program_refusal = Refusal(self.line), Refusal(self.program, self._buttons)
        self.apply = QPushButton("Apply", objectName="apply")
        self.apply.setToolTip("Make the network what the program says (Ctrl+Enter)")
        self.revert = QPushButton("Revert", objectName="link")
        self.revert.setToolTip("Back to the program of the network (Esc)")
        self._own = QLabel("The document’s own program", objectName="number", wordWrap=True)
        self.line.applied.connect(lambda: self._try(self.line, self.line_refusal, apply_line))
        self.program.applied.connect(lambda: self._try(self.program, self.program_refusal, apply_program))
        self.apply.clicked.connect(self.program.applied)
        self.revert.clicked.connect(self.program.restore)
        self.program.pending_changed.connect(self._show_buttons)
        self.program.textChanged.connect(lambda: QTimer.singleShot(0, self, self._show_place))
        for editor, refusal in ((self.line, self.line_refusal), (self.program, self.program_refusal)):
            editor.textChanged.connect(lambda editor=editor, refusal=refusal: self._unsay(editor, refusal))
        self._lay_out()
        self._show_buttons(False)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout(self._buttons)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.addWidget(self.apply)
        buttons.addWidget(self.revert)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        for widget in (
            self.line, self.line_refusal, self._own, self.program, self.program_refusal, self._buttons
        ):  # fmt: skip
            layout.addWidget(widget)

    def set_theme(self, theme: Theme) -> None:
        """Mark in other colours."""
        self._theme = theme

    def show_network(self, network: Network | None, program: str) -> None:
        """Show a network as text; None where the document has a program of its own."""
        self.line.setVisible(network is not None)
        self._own.setVisible(network is None)
        self._buttons.setVisible(network is not None)
        if network is not None:
            self.line.show_text(text_of(network))
        self.program.show_text(program, read_only=network is None)

    def _try(self, editor: Editor, refusal: Refusal, apply: Callable[[str], None]) -> None:
        try:
            apply(editor.toPlainText())
        except GradStepError as error:
            refusal.say(str(error))
            line = error.line if isinstance(error, ProgramError) else None
            editor.mark_line(line, self._theme.tint("danger", 0.14))
        else:
            editor.restore()
            self._unsay(editor, refusal)

    def forget(self) -> None:
        """Give up what is being written, and what was refused."""
        for editor, refusal in ((self.line, self.line_refusal), (self.program, self.program_refusal)):
            editor.restore()
            self._unsay(editor, refusal)

    def _unsay(self, editor: Editor, refusal: Refusal) -> None:
        """What was refused is not what stands there any more."""
        refusal.say("")
        editor.mark_line(None, color(self._theme.danger))

    def _show_buttons(self, pending: bool) -> None:
        self.apply.setEnabled(pending)
        self.revert.setVisible(pending)

    def _show_place(self) -> None:
        """While the program is being written, the line that is written and the buttons that apply it are seen."""
        if self.program.pending and self.program.hasFocus():
            reveal((self._buttons,), (self.program.viewport(), self.program.cursorRect()))

    def stops(self) -> list[QWidget]:
        """What the Tab key stops at, in order."""
        return [self.line, self.program, self.apply, self.revert]
