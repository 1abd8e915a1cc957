from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data.chest_split import SplitConfig, met, split, were_met
from engine.data.manifest import ManifestRow
from engine.errors import BadTable, WrongUsage


def rows(count: int = 3000, images: int = 2) -> list[ManifestRow]:
    return [
        ManifestRow("t", Path(f"{patient:08}_{image:03}.png"), str(patient))
        for patient in range(count)
        for image in range(images)
    ]


def test_shares_are_those_of_the_papers_and_no_patient_is_parted():
    some = rows()
    parts = split(some)
    shares = [np.mean(parts == name) for name in ("training", "validation", "test")]
    np.testing.assert_allclose(shares, [0.7, 0.1, 0.2], atol=0.02)
    assert (parts[::2] == parts[1::2]).all()
    assert (split(some, SplitConfig(seed=1)) != parts).mean() > 0.3
    assert (split(some[:100]) == parts[:100]).all()  # rows that are added move nobody


def test_by_image_parts_patients():
    parts = split(rows(), SplitConfig(by="image"))
    assert (parts[::2] != parts[1::2]).mean() > 0.3


def test_official_lists(tmp_path):
    some = rows(50, 1)
    names = [row.path.name for row in some]
    with pytest.raises(BadTable, match=r"test_list\.txt"):
        split(some, SplitConfig(by="official"), tmp_path)
    (tmp_path / "train_val_list.txt").write_text("\n".join(names[:40]))
    (tmp_path / "test_list.txt").write_text("\n".join(names[40:]) + "\n")
    parts = split(some, SplitConfig(by="official", validation=0.3), tmp_path)
    assert set(parts[40:]) == {"test"}
    assert set(parts[:40]) == {"training", "validation"}
    stranger = ManifestRow("t", Path("x.png"), "9", where="t.csv, line 3")
    with pytest.raises(BadTable, match=r"line 3.*x\.png"):
        split([stranger], SplitConfig(by="official"), tmp_path)


def test_an_unknown_way_to_split():
    with pytest.raises(WrongUsage, match="patient"):
        split([], SplitConfig(by="hospital"))


def test_patients_that_were_met_are_known_in_every_spelling():
    hashes = met(["61", "00000061", "p2"])
    assert len(hashes) == 2
    assert were_met(["00000061", "62", "p2"], hashes).tolist() == [True, False, True]
    assert were_met(["61"], met([])).tolist() == [False]
