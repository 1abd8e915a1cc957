"""Corner texts of an image."""

from __future__ import annotations

import pytest

from viewer.control.captions import date_of, map_caption


@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        ("20260105", "2026-01-05"),
        ("", ""),
        ("2026", "2026"),
        ("2026-01-05", "2026-01-05"),
        ("2026010x", "2026010x"),
        ("٢٠٢٦٠١٠٥", "٢٠٢٦٠١٠٥"),
    ],
)
def test_dicom_dates_are_read_as_iso_dates(stated: str, shown: str) -> None:
    assert date_of(stated) == shown


def test_a_map_is_named_for_what_it_is() -> None:
    assert map_caption("evidence/Effusion") == "Evidence map, strongest 40 % of the image"
    assert map_caption("gated/3").startswith("Gated attention map for grade 3")
    assert map_caption("attention/2").startswith("Attention map for grade 2")
