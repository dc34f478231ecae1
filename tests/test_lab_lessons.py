"""Every lesson that trains: its chapters are opened, trained and stepped. What they say is tested beside this file."""

import re

import pytest

from engine import check_gradients
from tests.lab_lessons import EXPLODING, NAMES, VANISHING, chapter_of, opened, session_at, titles_of
from visualizer.session.expectations import unmet
from visualizer.session.lessons import headlines, lesson_names
from visualizer.session.session import Session, prepare

DEEP = (EXPLODING, VANISHING)
# The steps of thirty layers and of fifty take a second together; the first two chapters of each have three and ten.
CHAPTERS = [
    pytest.param(name, title, marks=pytest.mark.slow if name in DEEP and number >= 2 else ())
    for name in NAMES
    for number, title in enumerate(titles_of(name))
]

every_lesson = pytest.mark.parametrize("name", NAMES)
by_hand = pytest.mark.parametrize("name", DEEP)


@every_lesson
def test_the_file_begins_with_what_the_gallery_reads(name: str) -> None:
    headline = {headline.name: headline for headline in headlines()}[name]
    specification = opened(name).specification
    assert (headline.title, headline.summary) == (specification.title, specification.summary)
    assert headline.trains
    assert specification.order == lesson_names().index(name) + 1


@every_lesson
def test_the_text_keeps_to_its_style(name: str) -> None:
    specification = opened(name).specification
    texts = [chapter.text for chapter in specification.chapters]
    for text in texts:
        assert 0 < len(text) <= 500, text
        assert text[-1] in ".?", text
    titles = [specification.title, *(chapter.title for chapter in specification.chapters)]
    assert len(set(titles)) == len(titles)
    for text in [*texts, *titles, specification.summary]:
        assert not re.search(r"!|\n|  |^ | $", text), text
        assert not re.search(r"(?<!\w)-\s?\d", text), f"a minus sign is −: {text}"
    assert 0 < len(specification.summary) <= 95
    assert specification.summary.endswith((".", "?"))


@every_lesson
def test_the_document_itself_can_be_trained_and_stepped(name: str) -> None:
    session = Session(prepare(opened(name)))
    session.train(3)
    step_through(session, 0, 0)
    step_through(session, 2, 0)


@pytest.mark.parametrize(("name", "title"), CHAPTERS)
def test_the_first_and_the_last_iteration_of_a_chapter_can_be_stepped(name: str, title: str) -> None:
    session = session_at(name, title)
    assert session.lab is not None
    assert session.document.chapter == titles_of(name).index(title)
    latest = max(session.lab.recorded - 1, 0)
    for iteration, which in {(0, 0), (latest, 0), (latest, len(session.lab.runs) - 1)}:
        step_through(session, iteration, which)


def step_through(session: Session, iteration: int, which: int) -> None:
    """Shows the steps of that iteration, which are those that happened, from the first to the last."""
    session.show_iteration(iteration, which)
    session.first()
    assert session.at_start
    session.last()
    assert session.at_end
    assert session.card.result is not None
    assert session.lab is not None
    run = session.lab.runs[which]
    if run.stopped is None and iteration < run.iteration:
        assert float(session.trace.value("loss")) == run.records[iteration].loss


@every_lesson
def test_a_chapter_can_be_taken_back(name: str) -> None:
    session = Session(prepare(opened(name)))
    session.open_chapter(len(titles_of(name)) - 1)
    session.undo()
    assert session.document.specification is opened(name).specification


@by_hand
def test_numbers_that_are_followed_by_hand_hold(name: str) -> None:
    assert chapter_of(name, titles_of(name)[0]).inside
    trace = prepare(opened(name)).trace
    assert opened(name).specification.expect
    assert unmet(opened(name), trace) == []
    checks = list(check_gradients(trace.graph, trace))
    assert checks
    assert [check for check in checks if check.verdict != "right"] == []
