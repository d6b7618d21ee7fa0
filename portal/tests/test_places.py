"""Paths inside a Lab, as its owner names them."""

import pytest

from portal.templatetags.places import place_in_lab


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/user/sara/lab/tree/lesson.ipynb", "lab/tree/lesson.ipynb"),
        ("/user/sara/lab/tree/%D8%AF%D8%B1%D8%B3%20%DB%B1.ipynb", "lab/tree/درس ۱.ipynb"),
        ("/user/sara/lab?reset", "lab"),
        ("/user/sara/", ""),
        ("/somewhere", "/somewhere"),
        ("", ""),
    ],
)
def test_place_in_lab_omits_user_prefix(path: str, place: str) -> None:
    assert place_in_lab(path) == place
