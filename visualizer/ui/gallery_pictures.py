"""The pictures on the cards of the page of lessons: made after the first paint, one at a time between events."""

from __future__ import annotations

from PySide6.QtCore import QTimer

from visualizer.session.lessons import load_lesson
from visualizer.session.session import Session
from visualizer.ui.gallery import Gallery
from visualizer.ui.thumbnail import StepsThumbnail, Thumbnail, training_thumbnail
from visualizer.ui.work import Work


def paint_cards(gallery: Gallery) -> None:
    """Give every card its picture, in order. What trains is trained by a worker."""
    waiting = list(gallery.cards)

    def next_card() -> None:
        if not waiting:
            return
        card = waiting.pop(0)
        name = card.headline.name
        if not card.headline.trains:
            card.show_thumbnail(StepsThumbnail(Session(load_lesson(name))))
            QTimer.singleShot(0, next_card)
            return

        def done(thumbnail: Thumbnail) -> None:
            card.show_thumbnail(thumbnail)
            next_card()

        work = Work(lambda: training_thumbnail(load_lesson(name)), gallery)
        work.done.connect(done)
        work.failed.connect(lambda _: next_card())  # a card without a picture does no harm
        work.start()

    next_card()
