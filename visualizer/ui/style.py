"""The style sheet of the ordinary widgets: menus, buttons, fields. Everything else is painted."""

from __future__ import annotations

from PySide6.QtGui import QPalette

from visualizer.ui.theme import CODE, INTERFACE, Theme, color, readable


def palette(theme: Theme) -> QPalette:
    """Qt's own palette in the theme's colours: setting the colour scheme does nothing on some platforms."""
    made = QPalette()
    for role, name in (
        (QPalette.ColorRole.Window, theme.panel),
        (QPalette.ColorRole.Base, theme.panel),
        (QPalette.ColorRole.AlternateBase, theme.raised),
        (QPalette.ColorRole.Button, theme.raised),
        (QPalette.ColorRole.ToolTipBase, theme.text),
        (QPalette.ColorRole.ToolTipText, theme.panel),
        (QPalette.ColorRole.WindowText, theme.text),
        (QPalette.ColorRole.Text, theme.text),
        (QPalette.ColorRole.ButtonText, theme.text),
        (QPalette.ColorRole.PlaceholderText, theme.muted),
        (QPalette.ColorRole.Highlight, theme.backward),
        (QPalette.ColorRole.HighlightedText, theme.on_accent),
        (QPalette.ColorRole.Link, theme.pre_activation),
    ):
        made.setColor(role, color(name))
    return made


def style_sheet(theme: Theme) -> str:
    """The style sheet of the whole application."""
    muted_on_raised = readable(color(theme.muted), color(theme.raised)).name()
    return f"""
    * {{ font-family: "{INTERFACE}"; font-size: 13px; }}
    QMainWindow, QDialog, QScrollArea, QScrollArea > QWidget > QWidget {{ background: {theme.panel}; }}
    QToolTip {{ background: {theme.text}; color: {theme.panel}; border: none; padding: 4px 7px; }}
    QMenuBar {{ background: {theme.panel}; color: {theme.text}; padding: 1px 8px; }}
    QMenuBar::item {{ padding: 4px 9px; border-radius: 5px; background: transparent; }}
    QMenuBar::item:selected {{ background: {theme.raised}; }}
    QMenu {{ background: {theme.panel}; color: {theme.text}; border: 1px solid {theme.hairline}; padding: 5px; }}
    QMenu::item {{ padding: 5px 26px 5px 22px; border-radius: 5px; }}
    QMenu::item:selected {{ background: {theme.raised}; }}
    QMenu::item:disabled {{ color: {theme.faint}; }}
    QMenu::separator {{ height: 1px; background: {theme.hairline}; margin: 5px 8px; }}
    QMainWindow::separator {{ background: {theme.hairline}; width: 1px; height: 1px; }}
    QDockWidget {{ color: {theme.muted}; }}
    QDockWidget > QWidget {{ background: {theme.panel}; }}
    QWidget#bar {{ background: {theme.panel}; border-bottom: 1px solid {theme.hairline}; }}
    QLabel {{ color: {theme.text}; background: transparent; }}
    QLabel#brand {{ font-size: 17px; font-weight: 700; }}
    QLabel#muted {{ color: {theme.muted}; font-size: 12px; }}
    QFrame#place {{ background: {theme.panel}; border: 1px solid {theme.hairline}; border-radius: 10px; }}
    QFrame#picture {{ background: {theme.ground}; border-bottom: 1px solid {theme.hairline};
        border-top-left-radius: 9px; border-top-right-radius: 9px; }}
    QLabel#lesson {{ font-size: 16px; font-weight: 600; }}
    QLabel#summary {{ color: {theme.muted}; font-size: 12px; }}
    QLabel#heading {{ font-size: 24px; font-weight: 700; }}
    QLabel#subheading {{ color: {theme.muted}; font-size: 14px; }}
    QFrame#answer {{ border-top: 1px solid {theme.hairline}; background: {theme.panel}; }}
    QFrame#message {{ background: {theme.text}; border-radius: 8px; }}
    QFrame#message QLabel {{ color: {theme.panel}; }}
    QFrame#story {{ background: {theme.tint("backward", 0.06).name()}; border-bottom: 1px solid {theme.hairline}; }}
    QLabel#chapter {{ font-size: 15px; font-weight: 600; }}
    QLabel#tale {{ font-size: 14px; }}
    QFrame#segments {{ background: {theme.raised}; border-radius: 7px; }}
    QLineEdit, QSpinBox, QComboBox {{ background: {theme.ground}; color: {theme.text};
        border: 1px solid {theme.hairline}; border-radius: 6px; padding: 4px 7px;
        selection-background-color: {theme.backward};
        selection-color: {theme.on_accent}; }}
    QLineEdit:focus, QSpinBox:focus, QComboBox:focus {{ border: 1px solid {theme.backward}; }}
    QPushButton {{ background: {theme.raised}; color: {theme.text}; border: 1px solid {theme.raised};
        border-radius: 7px;        padding: 6px 12px; }}
    QPushButton:hover {{ border: 1px solid {theme.faint}; }}
    QPushButton:focus {{ border: 1px solid {theme.backward}; }}
    QPushButton#primary {{ background: {theme.backward}; color: {theme.on_accent}; font-weight: 600; }}
    QPushButton:disabled, QPushButton#primary:disabled {{ background: {theme.raised}; color: {theme.faint};
        border: 1px solid {theme.raised}; }}
    QPushButton#segment {{ background: transparent; border: none; padding: 4px 8px; color: {muted_on_raised};
        text-align: left; font-size: 12px; }}
    QPushButton#segment:checked {{ background: {theme.panel}; color: {theme.text}; font-weight: 600;
        border-radius: 5px; }}
    QPushButton#stepper {{ padding: 1px; min-width: 26px; min-height: 22px; font-size: 15px; }}
    QPushButton#stepper:disabled {{ color: {theme.faint}; }}
    QPushButton#small {{ padding: 1px 6px; font-size: 12px; }}
    QPushButton#link {{ background: transparent; border: none; padding: 4px 6px; color: {theme.muted}; }}
    QPushButton#link:hover {{ color: {theme.text}; text-decoration: underline; }}
    QToolButton {{ background: {theme.raised}; border: 1px solid transparent; border-radius: 7px; padding: 3px; }}
    QToolButton:hover {{ border: 1px solid {theme.faint}; }}
    QToolButton:focus {{ border: 1px solid {theme.backward}; }}
    QToolButton#play {{ background: {theme.backward}; }}
    QToolButton#flat {{ background: transparent; }}
{_builder(theme)}
{_canvas(theme)}
    QListWidget {{ background: {theme.panel}; color: {theme.text}; border: 1px solid {theme.hairline};
        border-radius: 7px;        outline: none; }}
    QListWidget::item {{ padding: 6px 9px; }}
    QListWidget::item:selected {{ background: {theme.raised}; color: {theme.text}; }}
    QSlider::groove:horizontal {{ height: 4px; background: {theme.hairline}; border-radius: 2px; }}
    QSlider::handle:horizontal {{ width: 12px; height: 12px; margin: -4px 0; border-radius: 6px;
        background: {theme.muted}; }}
    QProgressBar {{ border: none; background: {theme.raised}; border-radius: 3px; max-height: 6px; }}
    QProgressBar::chunk {{ background: {theme.backward}; border-radius: 3px; }}
    QScrollBar:vertical {{ width: 9px; background: transparent; margin: 2px; }}
    QScrollBar::handle:vertical {{ background: {theme.faint}; border-radius: 3px; min-height: 30px; }}
    QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{ background: none;
        height: 0; }}
    """


def _canvas(theme: Theme) -> str:
    """What stands above and over the canvas."""
    danger = readable(color(theme.danger), color(theme.panel)).name()
    return f"""
    QWidget#crumbs {{ background: {theme.panel}; border-bottom: 1px solid {theme.hairline}; }}
    QLineEdit#sample, QLineEdit#range {{ font-size: 12px; padding: 0 2px; }}
    QFrame#find, QFrame#edges {{ background: {theme.panel}; border: 1px solid {theme.hairline}; border-radius: 8px; }}
    QFrame#find QLineEdit {{ padding: 3px 6px; }}
    QLabel#trouble {{ color: {danger}; font-size: 12px; }}
"""


def _builder(theme: Theme) -> str:
    """The left panel of the training lab."""
    danger = readable(color(theme.danger), color(theme.panel)).name()
    on_raised = readable(color(theme.muted), color(theme.raised)).name()
    return f"""
    QComboBox {{ combobox-popup: 0; }}
    QWidget#builder QComboBox {{ font-size: 12px; padding: 1px 0px 1px 8px; }}
    QWidget#builder QComboBox:editable {{ padding-left: 5px; }}
    QWidget#builder QComboBox:disabled {{ color: {theme.muted}; }}
    QWidget#builder QComboBox QLineEdit {{ background: transparent; border: none; padding: 0; font-size: 12px; }}
    QWidget#builder QComboBox::drop-down {{ border: none; width: 14px; }}
    QWidget#builder QComboBox::down-arrow {{ image: none; }}
    QWidget#builder QAbstractItemView {{ background: {theme.panel}; color: {theme.text}; outline: none; padding: 3px;
        border: 1px solid {theme.hairline}; selection-background-color: {theme.raised};
        selection-color: {theme.text}; }}
    QWidget#builder QAbstractItemView::item {{ min-height: 22px; padding: 0 5px; }}
    QLabel#field {{ color: {theme.muted}; font-size: 12px; }}
    QLabel#minor, QLabel#number, QLabel#data-step {{ color: {theme.muted}; font-size: 11px; }}
    QLabel#always {{ color: {theme.muted}; font-size: 12px; padding-left: 9px; }}
    QLabel#refusal {{ color: {danger}; font-size: 11px; }}
    QFrame#stepper {{ background: {theme.ground}; border: 1px solid {theme.hairline}; border-radius: 6px; }}
    QFrame#stepper QLineEdit {{ background: transparent; border: none; padding: 0; font-size: 12px; }}
    QFrame#stepper QLineEdit:focus {{ border-bottom: 1px solid {theme.backward}; border-radius: 0; }}
    QPushButton#step, QPushButton#remove {{ background: transparent; border: none; padding: 0; color: {theme.muted};
        font-size: 14px; }}
    QPushButton#step:hover, QPushButton#remove:hover {{ color: {theme.text}; }}
    QPushButton#remove:focus {{ border: 1px solid {theme.backward}; border-radius: 4px; }}
    QPushButton#chip {{ background: {theme.ground}; color: {theme.muted}; border: 1px solid {theme.hairline};
        border-radius: 6px; padding: 2px; font-size: 11.5px; }}
    QPushButton#chip:checked {{ background: {theme.raised}; color: {theme.text}; border-color: {theme.faint}; }}
    QPushButton#chip:focus {{ border-color: {theme.backward}; }}
    QPushButton#run {{ background: transparent; border: 1px solid transparent; text-align: left;
        padding: 3px 6px 3px 24px; font-size: 12px; color: {theme.muted}; }}
    QPushButton#run:hover {{ border-color: {theme.hairline}; }}
    QPushButton#run:checked {{ background: {theme.raised}; color: {theme.text}; font-weight: 600; }}
    QPushButton#run:focus {{ border-color: {theme.backward}; }}
    QPushButton#apply {{ padding: 3px 10px; font-size: 12px; }}
    QPushButton#apply:enabled {{ background: {theme.backward}; color: {theme.on_accent}; }}
    QPushButton#apply:disabled {{ color: {on_raised}; }}
    QWidget#builder QPushButton#link {{ font-size: 12px; padding: 3px 0; }}
    QWidget#builder QPushButton#link:focus {{ color: {theme.backward}; text-decoration: underline; }}
    QWidget#builder QSlider::handle:horizontal:focus {{ background: {theme.backward}; }}
    QPlainTextEdit#code {{ background: {theme.ground}; color: {theme.text}; border: 1px solid {theme.hairline};
        border-radius: 6px; font-family: "{CODE}"; font-size: 11.5px; selection-background-color: {theme.backward};
        selection-color: {theme.on_accent}; }}
    QPlainTextEdit#code:focus {{ border: 1px solid {theme.backward}; }}
"""
