"""Networks of all kinds, for hypothesis."""

from hypothesis import strategies as st

from engine.network import ACTIVATIONS, INITIALISATIONS, LOSSES, MAX_SEED, Layer, Network

numbers = st.floats(0, 1e6, allow_nan=False)
networks = st.builds(
    lambda inputs, layers, loss, last, **options: Network(
        inputs,
        (*layers, Layer(last[0], LOSSES[loss].outputs[last[1] % len(LOSSES[loss].outputs)])),
        loss=loss,
        **options,
    ),
    st.integers(1, 300),
    st.lists(st.builds(Layer, st.integers(1, 5) | st.integers(1, 300), st.sampled_from(ACTIVATIONS)), max_size=8),
    st.sampled_from(list(LOSSES)),
    st.tuples(st.integers(1, 300), st.integers(0, 100)),
    skip_every=st.integers(0, 5),
    initialisation=st.sampled_from(list(INITIALISATIONS)),
    gain=numbers,
    bias=numbers | numbers.map(lambda number: -number),
    seed=st.integers(0, MAX_SEED),
)
