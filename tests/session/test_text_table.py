"""Tables of text: columns of one width, numbers aligned at the point."""

from visualizer.session.text_table import table_lines


def test_numbers_are_aligned_at_the_point() -> None:
    rows = [
        ["loss", "first"],
        ["a", "0.5"],
        ["bc", "−12.25"],
        ["d", "1e−9"],
        ["e", "NaN"],
        ["f", "47.2 %"],
        ["g", "1,200"],
    ]
    assert list(table_lines(rows)) == [
        "  loss   first",
        "  a          0.5",
        "  bc       −12.25",
        "  d          1e−9",
        "  e        NaN",
        "  f         47.2 %",
        "  g      1,200",
    ]


def test_words_stand_to_the_left() -> None:
    assert list(table_lines([["Draw", "500 samples, noise 0 %"], ["Split", "none"]])) == [
        "  Draw    500 samples, noise 0 %",
        "  Split   none",
    ]


def test_no_rows() -> None:
    assert list(table_lines([])) == []
