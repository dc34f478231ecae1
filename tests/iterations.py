"""Sessions that stand inside an iteration of a small run, for tests of what its steps say."""

from functools import cache

from engine.expression import Reference
from visualizer.session.document import parse
from visualizer.session.session import Prepared, Session, prepare_iteration
from visualizer.session.training.lab import Lab

XOR = 'set = "xor"\nsamples = 200'
ALL_AT_ONCE = """
optimizer = "adam"
learning_rate = 0.01
regularisation = "l2"
regularisation_rate = 0.01
clipping = "norm"
clipping_limit = 0.05
schedule = "cosine"
schedule_settings = {length = 100.0}
"""


def inside(training: str = "", network: str = "2-4-2-1 tanh", iteration: int = 5, data: str = XOR) -> Session:
    """A session at the start of an iteration; ``training`` and ``data`` are the keys of these tables."""
    return Session(_prepared(training, network, iteration, data))


@cache
def _prepared(training: str, network: str, iteration: int, data: str) -> Prepared:
    lab = Lab(parse(f'format = 1\ntitle = "t"\nnetwork = "{network}"\n[data]\n{data}\n[training]\n{training}'))
    lab.advance(iteration + 1)
    return prepare_iteration(lab, iteration)


def at_update(session: Session, name: str) -> Session:
    """The session behind the update of a parameter, with nothing picked."""
    return at_step(session, "update", name)


def at_step(session: Session, phase: str, name: str) -> Session:
    """The session behind the first step of a phase that gives ``name`` a number."""
    trace = session.trace
    session.go_to(
        next(
            at
            for at, step in enumerate(trace.steps, start=1)
            if step.phase == phase and trace.graph.nodes[trace.receiver(step)].name == name
        )
    )
    session.pick(None)
    return session


def pick(session: Session, name: str, index: tuple[int, ...]) -> None:
    """Choose an element of a value."""
    session.pick(Reference(session.document.graph.ids[name], "value", index))
