"""What is told of an error on a worker: bad input by its own words, a mistake of ours without its traceback."""

import pytest

from engine.errors import GradStepError
from visualizer.session.mishaps import sentence_of


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (GradStepError("this cannot be"), "this cannot be"),
        (MemoryError(), "there is not enough memory for this document"),
        (KeyError("ours"), "something went wrong in GradStep itself (KeyError)"),
    ],
)
def test_one_sentence(error: Exception, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert sentence_of(error, "for this document") == sentence
    assert ("KeyError" in capsys.readouterr().err) == isinstance(error, KeyError)
