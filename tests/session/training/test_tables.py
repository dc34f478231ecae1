"""Recipes in documents: read, refused at the very key that is at fault, and written so that they open again alike."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.layers import ACTIVATIONS, INITIALISATIONS, LOSSES
from engine.network import Layer, Network
from engine.optimizers import CLIPPINGS, OPTIMIZERS, REGULARISATIONS, SCHEDULES
from engine.training import Training
from visualizer.session.document import load, parse, save
from visualizer.session.files import DocumentError
from visualizer.session.training.lab import Lab
from visualizer.session.training.recipe import MAX_ITERATIONS, DataChoice, Recipe, StopRule
from visualizer.session.training.tables import MAX_RUNS

NETWORK = 'network = "2-4-1 tanh, output tanh, loss half_squared"'
PROGRAM = 'program = """\nz = W @ x\nloss = mse(z, t)\n"""\nparameters.W = [[1.0, 2.0]]'
CHAPTER = "[[chapters]]\ntitle = 'a'\ntext = 'b'\n"
INNER = "[[chapters.compare]]\n"
RUN = '[[compare]]\nlabel = "a"\n'


def document(top: str = NETWORK, data: str = 'set = "circle"', training: str = "", rest: str = "") -> str:
    """A document that trains: line 1 format, line 2 title, line 3 the network, line 4 [data], line 6 [training]."""
    return f'format = 1\ntitle = "t"\n{top}\n[data]\n{data}\n[training]\n{training}\n{rest}'


def refusal(text: str, path: Path = Path("bad.toml")) -> str:
    with pytest.raises(DocumentError) as caught:
        parse(text, path)
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert len(sentence) <= 600
    return sentence.replace(f"{path.parent}/", "")


# --- read


def test_a_document_has_the_runs_that_it_describes() -> None:
    text = document(
        training='optimizer = "adam"\nlearning_rate = 0.01\nsettings = { beta1 = 0.8 }\nbatch_size = 20\nseed = 3\n'
        'clipping = "norm"\nclipping_limit = 2\nregularisation = "l2"\nregularisation_rate = 0.1\niterations = 50\n'
        'schedule = "step"\nschedule_settings = { every = 10 }\nloss_below = 0.1',
        rest='[[compare]]\nlabel = "relu"\nnetwork = "2-4-1 relu, output tanh, loss half_squared"\n'
        "[[compare]]\n[compare.training]\nlearning_rate = 1",
    )
    first, relu, plain = parse(text).recipes
    assert first.training == Training(
        "adam", {"beta1": 0.8, "learning_rate": 0.01}, 20, "step", {"every": 10}, ("l2", 0.1), ("norm", 2.0), 3
    )
    assert first.stop == StopRule(50, 0.1)
    assert first.learning_rate == 0.01
    assert relu.network is not None
    assert relu.network.layers[0].activation == "relu"
    assert (relu.label, relu.training, relu.data) == ("relu", first.training, first.data)
    assert plain.training == Training(settings={"learning_rate": 1.0})
    assert plain.network == first.network


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        # the network
        (document('network = "2-0-1 tanh"'), 3, "network: the width of layer 1 must be from 1 to 100,000, not 0"),
        (document('network = "2-1000000000-1"'), 3, "network: the width of layer 1 must be from 1 to 100,000, not 1,"),
        (document(f'network = "2-{10**30}-1"'), 3, "not a number of 31 digits"),
        (document('network = "2-100000-100000-1"'), 3, "network: layer 2 would have 100000×100000 = 10,000,000,000 w"),
        (document('network = "2-4-1 thanh"'), 3, "network: the activation of layer 1 cannot be “thanh”"),
        (document('network = "2-4-1, loss msee"'), 3, "did you mean “mse”?"),
        (document('network = "two layers"'), 3, "network: “two” is not a width: write whole numbers joined by dashes"),
        (document('network = ""'), 3, "network: it is empty: write its widths, such as 2-16-16-1 relu, or leave it"),
        (document('network = " "'), 3, "network: a network begins with its widths, such as 2-16-16-1 relu"),
        (document("network = [2, 4, 1]"), 3, "network: text is expected here, not a list"),
        (document(f"{NETWORK}\nprogram = 'y = x'"), 4, "program: a network has its program, inputs and parameters by"),
        (document(f"{NETWORK}\ninputs.x = 1.0"), 4, "inputs: a network has its program, inputs and parameters by its"),
        (document(rest="[backward]\noutput = 'a2'"), 8, "backward: a network's backward pass starts at its loss"),
        (document(rest="[variants.a]\ntitle = 'a'\nprogram = 'y = x'"), 8, "variants: a document with data has one"),
        # the network and the data
        (document('network = "3-1"'), 3, "network: “circle” has 2 features, and the network takes 3"),
        (document(data='set = "circle"\ninputs = ["x1", "x2", "x1^2"]'), 3,
         "network: “circle” has 3 features, and the network takes 2"),
        (document('network = "2-3"', 'set = "circle"'), 3, "has 2 classes, and the network 3 outputs: with the loss m"),
        (document('network = "2-1"', 'set = "blobs"'), 3, "has 3 classes, and the network 1 output: with the loss mse"),
        (document('network = "2-1, loss cross_entropy"'), 3, "with the loss cross_entropy it needs 2"),
        (document('network = "2-1, loss cross_entropy"', 'set = "plane"'), 3, "has numbers to learn, and the loss c"),
        (document('network = "2-1, loss binary_cross_entropy"', 'set = "plane"'), 3, "takes 0 to 1"),
        # [training]
        (document(training="learning_rate = 0"), 7, "training.learning_rate: learning_rate must be a number from 1e-1"),
        (document(training="\nlearning_rate = -1"), 8, "training.learning_rate: learning_rate must be a number from "),
        (document(training="learning_rate = 1e300"), 7, "to 1,000,000, not 1e+300"),
        (document(training="learning_rate = nan"), 7, "to 1,000,000, not nan"),
        (document(training="learning_rate = 'fast'"), 7, "training.learning_rate: a number is expected here, not text"),
        (document(training="learning_rate = true"), 7, "training.learning_rate: a number is expected here, not true "),
        (document(training="learning_rate = 0.1\nlearning_rate = 0.2"), 8, "“training.learning_rate” stands twice"),
        (document(training="optimizer = 'adm'"), 7, "training.optimizer: there is no optimiser “adm”: choose from s"),
        (document(training="optimizer = 'Adam'"), 7, "did you mean “adam”?"),
        (document(training="optimiser = 'adam'"), 7, "there is no such field; did you mean “optimizer”?"),
        (document(training="optimizer = 'adam'\nsettings = { beta3 = 0.5 }"), 8, "training.settings.beta3: adam has n"),
        (document(training="[training.settings]\nmomentum = 1"), 8, "training.settings.momentum: sgd has no setting"),
        (document(training="optimizer = 'adam'\nsettings.beta1 = nan"), 8, "training.settings.beta1: beta1 must be a"),
        (document(training="settings.learning_rate = 1"), 7, "training.settings.learning_rate: the learning rate stan"),
        (document(training="batch_size = 0"), 7, "training.batch_size: the batch size must be a whole number from 1"),
        (document(training="batch_size = 4611686018427387904"), 7, "to 1,000,000, not 4,611,686,018,427,387,904"),
        (document(training="batch_size = 2.5"), 7, "training.batch_size: a whole number is expected here, not a dec"),
        (document(training="schedule = 'cosin'"), 7, "training.schedule: there is no schedule “cosin”"),
        (document(training="schedule = 'step'\nschedule_settings.evry = 5"), 8, "training.schedule_settings.evry: ste"),
        (document(training="schedule = 'step'\nschedule_settings.every = 0"), 8, "training.schedule_settings.every: e"),
        (document(training="regularisation = 'l3'"), 7, "training.regularisation: there is no regularisation “l3”: ch"),
        (document(training="regularisation = 'l2'\nregularisation_rate = -1"), 8, "training.regularisation_rate: the"),
        (document(training="regularisation_rate = 0.1"), 7, "training.regularisation_rate: it is for a regularisation"),
        (document(training="clipping = 'norms'"), 7, "training.clipping: there is no clipping “norms”"),
        (document(training="clipping = 'norm'\nclipping_limit = inf"), 8, "training.clipping_limit: the clipping limi"),
        (document(training="clipping_limit = 5"), 7, "training.clipping_limit: it is for a clipping, and none is cho"),
        (document(training="seed = -1"), 7, "training.seed: the seed must be a whole number from 0 to"),
        (document(training=f"seed = {10**30}"), 7, "not a number of more than 20 digits"),
        (document(training="iterations = -1"), 7, "training.iterations: iterations must be a whole number from 0 to 1"),
        (document(training="iterations = 1000000000"), 7, "to 10,000,000, not 1,000,000,000"),
        (document(training="loss_below = nan"), 7, "training.loss_below: loss_below must be a finite number, not nan"),
        # [data]
        (document(data="# nothing"), 4, 'data: give either a set, such as set = "spiral", or a file'),
        (document(data='set = "circle"\nfile = "a.csv"'), 6, "data.file: give either a set"),
        (document(data='set = "spirals"'), 5, "data.set: the set cannot be “spirals”: choose from circle, xor,"),
        (document(data='set = "IRIS"'), 5, "did you mean “iris”?"),
        (document(data='set = "circle"\nshare = 0.5'), 6, "data.share: there is no such field; did you mean “train_s"),
        (document(data='set = "circle"\ntrain_share = 0'), 6, "data.train_share: train_share must be above 0 and at m"),
        (document(data='set = "circle"\ntrain_share = 2'), 6, "at most 1, not 2"),
        (document(data='set = "circle"\ntrain_share = nan'), 6, "at most 1, not nan"),
        (document(data='set = "circle"\nnoise = 51'), 6, "data.noise: the noise must be from 0 to 50 percent, not 51"),
        (document(data='set = "circle"\nnoise = nan'), 6, "data.noise: the noise must be from 0 to 50 percent, not na"),
        (document(data='set = "circle"\nsamples = 0'), 6, "data.samples: the number of samples must be a whole numbe"),
        (document(data='set = "circle"\nsamples = 1000000000'), 6, "from 2 to 1,000,000, not 1,000,000,000"),
        (document(data='set = "circle"\nseed = -1'), 6, "data.seed: the seed must be a whole number from 0 to"),
        (document(data='set = "circle"\ninputs = ["x3"]'), 6, "data.inputs: there is no feature “x3”; did you mean"),
        (document(data='set = "circle"\ninputs = ["x1", "x1"]'), 6, "data.inputs: the feature “x1” is given twice"),
        (document('network = "4-3"', 'set = "iris"\ninputs = ["x1"]'), 6, "data.inputs: “iris” has 4 features, and ot"),
        (document('network = "4-3"', 'set = "iris"\nsamples = 20'), 6, "data.samples: it is for generated data: leave"),
        (document('network = "4-3"', 'set = "iris"\nnoise = 20'), 6, "data.noise: it is for generated data: leave it"),
        (document(data='set = "circle"\ntarget = "y"'), 6, "data.target: it is for files: leave it out"),
        (document(data='set = "circle"\nheader = false'), 6, "data.header: it is for files: leave it out"),
        (document(data='file = "a.csv"\nkind = "classes"'), 6, "data.kind: it cannot be “classes”: choose from class"),
        (document(data=f'file = "{"a" * 5000}"'), 5, "data.file: a path has at most 1,000 characters, not 5,000"),
        (document(data='set = "circle"\ntargets = "signs"'), 6, "data.targets: a network has its targets by its loss"),
        (document(rest='[data]\nset = "xor"'), 8, "[data] stands twice"),
        # a program of its own
        (document(PROGRAM, 'set = "circle"\ntargets = "bit"'), 10, "data.targets: it cannot be “bit”: choose from nu"),
        (document(PROGRAM, 'set = "circle"\ntargets = "numbers"'), 10, "data.targets: “circle” has classes, and this"),
        (document(PROGRAM, 'set = "blobs"\ntargets = "signs"'), 10, "data.targets: “blobs” has 3 classes, and −1 and"),
        (document(PROGRAM), 5, "program: “loss” cannot be computed: shapes 1×10 and 2×10 must be equal"),
        (document(PROGRAM.replace("2.0", "2.0, 3.0")), 4, "program: “z” cannot be computed: a matrix product needs"),
        (document(PROGRAM, 'set = "plane"', rest="[backward]\noutput = 'los'"), 13, "backward.output: the output “los"),
        (document(f"{PROGRAM}\ninputs.x = 1.0"), 8, "inputs: a document with data has the inputs x and t from them"),
        (document(f"{PROGRAM}\nparameters.t = 1.0"), 3, "program: “t” already has a value"),
        (document(PROGRAM.replace("z, t", "x, x")), 7, "parameters: the loss depends on no parameter, so there is"),
        (document('program = "loss = mse(x, x)"'), 3, "program: the loss depends on no parameter, so there is noth"),
        # runs that are compared
        (document(rest=RUN * MAX_RUNS), 8, "compare: at most 3 runs can stand beside the first"),
        (document(rest=f'{RUN}[[compare]]\nnetwork = "2-4-1 thanh"'), 11, "compare[2].network: the activation of l"),
        (document(rest=f'{RUN}[[compare]]\nnetwork = "3-4-1"'), 11, "compare[2].network: “circle” has 2 features, and"),
        (document(rest=f"{RUN}[[compare]]\n[compare.training]\nlearning_rate = -2"), 12,
         "compare[2].training.learning_rate: learning_rate must be"),
        (document(rest=f"{RUN}training = {{ seed = -2 }}"), 10, "compare[1].training.seed: the seed must be a whole n"),
        (document(rest=f"{RUN}data = 'spiral'"), 10, "compare[1].data: there is no such field"),
        (document(rest=f"{RUN}optimizer = 'adam'"), 10, "compare[1].optimizer: there is no such field"),
        (document(PROGRAM, 'set = "plane"', rest='[[compare]]\nnetwork = "2-1"'), 13,
         "compare[1].network: the document has a program of its own, and runs share it"),
        # chapters
        (document(rest=f"{CHAPTER}network = '2-x'"), 11, "chapters[1].network: “x” is not"),
        (document(rest=f"{CHAPTER}iterations = -4"), 11, "chapters[1].iterations: iterati"),
        (document(rest=f"{CHAPTER}data = {{ set = 'sine' }}"), 8,
         "chapters[1]: “sine” has 1 feature, and the network takes 2"),
        (document(rest=f"{CHAPTER}{CHAPTER}{INNER}label = 'a'\n{INNER}training = {{ seed = -1 }}"), 17,
         "chapters[2].compare[2].training.seed: the seed must be a whole number"),
        (document(rest=f"{CHAPTER}{INNER}label = 3"), 12,
         "chapters[1].compare[1].label: text is expected here, not a number"),
        (document(rest=CHAPTER * 51), 8, "chapters: there are 51 of them, and at most"),
        # what is for documents with data
        (f'format = 1\ntitle = "t"\n{NETWORK}\n', 3, "network: a network needs data to learn from: add a table [data]"),
        (f'format = 1\ntitle = "t"\nprogram = "y = 2 * 3"\n{RUN}', 4, "compare: runs are compared where there are dat"),
        ('format = 1\ntitle = "t"\nprogram = "y = 2 * 3"\n[training]\nlearning_rate = 1\noptimizer = "adam"\n', 6,
         "training.optimizer: it is for documents with data: add a table [data]"),
        ('format = 1\ntitle = "t"\n[data]\nset = "circle"\n', 0, "the field “program” is missing: give one, or a netw"),
        ('format = 1\ntitle = "t"\n', 0, "the field “program” is missing: give one, or a network with data to learn f"),
    ],
)  # fmt: skip
def test_the_key_at_fault_is_named_with_its_line(text: str, line: int, said: str) -> None:
    sentence = refusal(text)
    assert sentence.startswith(f"bad.toml, line {line}: " if line else "bad.toml: "), sentence
    assert said in sentence


# --- data in files


@pytest.mark.parametrize(
    ("content", "choices", "line", "said"),
    [
        ("a,b,y\n1,2,3\n1,2\n", "", 5, "data.file: t.csv, line 3: it has 2 values, and line 1 has 3"),
        ("a,b,y\n1,x,3\n", "", 5, "data.file: t.csv, line 2, column “b”: “x” is not a number"),
        ("a,b,y\n1,2,no\n3,4,no\n", "", 5, "data.file: t.csv: column “y”: there is one class only, “no”, and at least"),
        ("a,b,y\n", "", 5, "data.file: t.csv: there are no rows of data, only a line of names"),
        ("", "", 5, "data.file: t.csv is empty"),
        ("a,b,y\n1,,3\n", "", 5, "data.file: t.csv, line 2, column “b”: the value is missing"),
        ("a,b,y\n1,inf,3\n", "", 5, "data.file: t.csv, line 2, column “b”: inf is not a finite number"),
        ("a;b;y\n1,5;2.5;3\n", "", 5, "data.file: t.csv, line 2"),
        ('a,b,y\n1,"2,3\n', "", 5, 'data.file: t.csv, line 2: a quote (") is opened and never closed'),
        ("y\n1\n2\n", "", 5, "there is one column only: choose at least one feature beside the target"),
        ("a,b,y\n1,2,3\n", 'target = "z"', 6, "data.target: t.csv: there is no column “z”; the columns are “a”, “b”,"),
        ("a,b,y\n1,2,3\n", 'features = ["a", "z"]', 6, "data.features: t.csv: there is no column “z”; the columns are"),
        ("a,b,y\n1,2,3\n", 'features = ["a", "y"]', 6, "data.features: t.csv: column “y”: it is chosen as a feature a"),
        ("a,b,y\n1,2,3\n", "target = 3", 6, "data.target: text is expected here, not a number"),
        ("a,b,y\n1,2,3\n", "features = ['a', 3]", 6, "data.features[2]: text is expected here, not a number"),
        ("a,b,y\n1,2,3\n", "header = false", 5, "data.file: t.csv, line 1, column 1: “a” is not a number"),
        ("a,b,y\n1,2,3.5\n2,2,1\n", 'kind = "classification"', 5, "“3.5” is not a whole number, as a class must be"),
        ("a,b,y\n1,2,3\n", "", 6, "data.train_share: “t” has one sample only, and a split needs two"),
        ("a,b,c,y\n1,2,3,4\n2,3,4,5\n", "", 3, "network: “t” has 3 features, and the network takes 2"),
        ("a,b,c,y\n1,2,3,4\n2,3,4,5\n", 'inputs = ["x1"]', 6, "data.inputs: “t” has 3 features, and others can be mad"),
        ("a,b,y\n1,2,k\n1,3,l\n1,3,m\n", "", 3, "network: “t” has 3 classes, and the network 1 output: with the loss"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_trained_on(tmp_path: Path, content: str, choices: str, line: int, said: str) -> None:
    (tmp_path / "t.csv").write_text(content)
    choices = choices if line == 5 or choices else "train_share = 0.5"
    sentence = refusal(document(data=f'file = "t.csv"\n{choices}'), tmp_path / "bad.toml")
    assert sentence.startswith(f"bad.toml, line {line}: "), sentence
    assert said in sentence


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("none.csv", "none.csv does not exist"),
        (".", "is a folder: name a file in it"),
        ("/dev/null", "/dev/null is not a regular file"),
        ("binary.csv", "binary.csv, line 1: it is not text in UTF-8, as a CSV file must be"),
        ("a\\u0000b", "does not exist"),
        ("a\\nb\\u001b[31m", "does not exist"),
    ],
)
def test_a_file_that_is_no_table(tmp_path: Path, file: str, said: str) -> None:
    (tmp_path / "binary.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    sentence = refusal(document(data=f'file = "{file}"'), tmp_path / "bad.toml")
    assert sentence.startswith("bad.toml, line 5: data.file: ")
    assert said in sentence


def test_a_table_as_other_programs_write_it_is_trained_on(tmp_path: Path) -> None:
    """A byte-order mark, semicolons, decimal commas and carriage returns."""
    (tmp_path / "t.csv").write_bytes("\ufeffa;Größe;y\r\n1,5;2;ja\r\n2;3;nein\r\n1;1;ja\r\n".encode())
    path = tmp_path / "mine.toml"
    path.write_text(document(data='file = "t.csv"\ntrain_share = 1.0'))
    samples = load(path).samples()
    assert samples.train.features.tolist() == [[1.5, 2], [2, 3], [1, 1]]
    assert samples.classes == ("ja", "nein")


@pytest.mark.slow
def test_a_million_rows_are_trained_on_and_more_are_refused(tmp_path: Path) -> None:
    row = "1.25,-0.5,1\n2.5,0.75,2\n"
    path = tmp_path / "t.csv"
    path.write_text("a,b,y\n" + row * 500_000)
    opened = parse(document(data='file = "t.csv"'), tmp_path / "mine.toml")
    assert len(opened.samples().train) == 500_000
    with path.open("a") as file:
        file.write("1,1,1\n")
    said = "data.file: t.csv, line 1,000,002: there are more than 1,000,000 rows, the most that are supported"
    assert said in refusal(document(data='file = "t.csv"'), tmp_path / "bad.toml")


# --- written


def test_what_says_nothing_of_the_data_is_not_written(tmp_path: Path) -> None:
    """Noise that was chosen for generated data would be refused beside others."""
    opened = parse(document('network = "2-4-3 tanh, loss cross_entropy"', 'set = "blobs"\nnoise = 20'))
    (recipe,) = opened.recipes
    assert recipe.network is not None
    flowers = replace(recipe, network=replace(recipe.network, inputs=4), data=replace(recipe.data, set="iris"))
    save(opened.with_recipes([flowers]), tmp_path / "flowers.toml")
    assert "noise" not in (tmp_path / "flowers.toml").read_text()
    assert load(tmp_path / "flowers.toml").recipes == (replace(flowers, data=DataChoice("iris")),)


seeds = st.integers(0, 2**63 - 1)
positive = st.floats(1e-6, 1e6)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    loss = draw(st.sampled_from([name for name in LOSSES if name != "cross_entropy"]))
    hidden = st.builds(Layer, st.integers(1, 5), st.sampled_from(ACTIVATIONS))
    output = Layer(draw(st.integers(1, 2)), draw(st.sampled_from(LOSSES[loss].outputs)))
    return Network(
        2, (*draw(st.lists(hidden, max_size=4)), output), draw(st.integers(0, 3)), loss,
        draw(st.sampled_from(sorted(INITIALISATIONS))), draw(st.floats(0, 10)), draw(st.floats(-10, 10)), draw(seeds),
    )  # fmt: skip


@st.composite
def trainings(draw: st.DrawFn) -> Training:
    optimizer, schedule = draw(st.sampled_from(sorted(OPTIMIZERS))), draw(st.sampled_from(sorted(SCHEDULES)))
    chosen, times = (
        {s.name: draw(st.floats(s.lowest, s.highest)) for s in entry.settings if draw(st.booleans())}
        for entry in (OPTIMIZERS[optimizer], SCHEDULES[schedule])
    )
    return Training(
        optimizer, chosen, draw(st.integers(1, 300)), schedule, times,
        draw(st.none() | st.tuples(st.sampled_from(sorted(REGULARISATIONS)), st.floats(0, 10))),
        draw(st.none() | st.tuples(st.sampled_from(sorted(CLIPPINGS)), positive)), draw(seeds),
    )  # fmt: skip


data_choices = st.builds(
    DataChoice,
    set=st.sampled_from(["circle", "xor", "spiral", "gauss", "moons"]),
    samples=st.none() | st.integers(2, 50),
    noise=st.floats(0, 50),
    train_share=st.floats(0.01, 1),
    standardise=st.booleans(),
    inputs=st.sampled_from([(), ("x1", "x2"), ("x2", "x1^2"), ("sin(x1)", "x1*x2")]),
    seed=seeds,
)
stops = st.builds(
    StopRule, st.integers(0, MAX_ITERATIONS), st.none() | st.floats(allow_nan=False, allow_infinity=False)
)
labels = st.text(max_size=8)


@st.composite
def runs(draw: st.DrawFn) -> tuple[Recipe, ...]:
    """Runs on the same data; some share the network or the training."""
    data = draw(data_choices)
    made = [Recipe(draw(networks()), data, draw(trainings()), draw(stops), draw(labels))]
    for _ in range(draw(st.integers(0, MAX_RUNS - 1))):
        before = draw(st.sampled_from(made))
        network = draw(st.just(before.network) | networks())
        training, stop = draw(st.just((before.training, before.stop)) | st.tuples(trainings(), stops))
        made.append(Recipe(network, data, training, stop, draw(labels)))
    return tuple(made)


@settings(max_examples=200)
@given(runs())
def test_edits_are_saved_and_open_again_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, recipes: tuple[Recipe, ...]
) -> None:
    edited = parse(document()).with_recipes(recipes)
    assert edited.recipes == recipes
    path = tmp_path_factory.mktemp("saved") / "mine.toml"
    save(edited, path)
    opened = load(path)
    assert opened.recipes == recipes
    assert opened.program == edited.program
    for name, values in edited.leaves.items():  # the same batch, and the same first weights
        assert np.array_equal(opened.leaves[name], values)


@given(trainings(), st.sampled_from(["circle", "spiral"]), labels)
def test_a_program_of_its_own_is_saved_with_its_training(
    tmp_path_factory: pytest.TempPathFactory, training: Training, name: str, label: str
) -> None:
    opened = parse(document(PROGRAM, 'set = "circle"\ntargets = "signs"'))
    recipe = replace(
        opened.recipes[0], data=DataChoice(name, samples=30, targets="signs"), training=training, label=label
    )
    edited = opened.with_recipes([recipe])
    path = tmp_path_factory.mktemp("saved") / "mine.toml"
    save(edited, path)
    again = load(path)
    assert again.recipes == (recipe,)
    assert again.specification.parameters == {"W": [[1.0, 2.0]]}


def test_an_iteration_that_is_looked_at_is_no_part_of_what_is_saved(tmp_path: Path) -> None:
    program = PROGRAM.replace("[[1.0, 2.0]]", '{ shape = [1, "n"], fill = [0.5] }\nsizes.n = 2')
    opened = parse(document(program, 'set = "plane"'))
    lab = Lab(opened)
    lab.advance(40)
    save(opened.of(lab.trace(40).graph), tmp_path / "mine.toml")
    again = load(tmp_path / "mine.toml")
    assert again.recipes == opened.recipes
    assert again.leaves["W"].tolist() == opened.leaves["W"].tolist() == [[0.5, 0.5]]


def test_a_copy_in_another_folder_finds_its_data(tmp_path: Path) -> None:
    """Those of its chapters too."""
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    (tmp_path / "here" / "t.csv").write_text("a,b,y\n" + "1,2,no\n2,1,yes\n" * 9)
    (tmp_path / "u.csv").write_text("a,b,y\n" + "2,2,no\n2,3,yes\n" * 9)
    absolute = (tmp_path / "u.csv").as_posix()
    chapters = f'{CHAPTER}data = {{ file = "../u.csv" }}\n{CHAPTER}data = {{ file = "{absolute}" }}'
    path = tmp_path / "here" / "mine.toml"
    path.write_text(document(data='file = "t.csv"', rest=chapters))
    opened = load(path)
    save(opened, tmp_path / "here" / "copy.toml")
    assert load(tmp_path / "here" / "copy.toml").specification == opened.specification
    save(opened, tmp_path / "there" / "copy.toml")
    copy = load(tmp_path / "there" / "copy.toml")
    assert copy.recipes[0].data.file == "../here/t.csv"
    assert np.array_equal(copy.samples().train.features, opened.samples().train.features)
    files = [chapter.data.file for chapter in copy.specification.chapters if chapter.data]
    assert files == ["../u.csv", absolute]
