from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from engine.errors import WrongUsage
from engine.operations.naming import Stems, spare


def test_no_two_images_share_a_stem_in_any_order():
    for names in permutations(["x.png", "x.jpg", "X.tif", "x-2.png", "x-3.png"]):
        stems = Stems()
        given = [stems.of(Path("folder") / name) for name in names]
        assert len({stem.casefold() for stem in given}) == len(names)
        assert given[0] == Path(names[0]).stem


def test_only_the_image_itself_is_spared(tmp_path):
    image, other = tmp_path / "a.png", tmp_path / "b.png"
    image.write_bytes(b"a")
    other.write_bytes(b"b")
    link = tmp_path / "link"
    link.symlink_to(image)
    spare(other, image)
    spare(tmp_path / "new", image)
    spare(image, tmp_path / "gone")
    for same in (image, link, tmp_path / "." / "a.png"):
        with pytest.raises(WrongUsage):
            spare(same, image)
