from __future__ import annotations

import json
import os
from pathlib import Path

from engine.io.wire import from_info, to_info
from engine.records import (
    GreyTransform,
    ImageInfo,
    Laterality,
    LookupTable,
    Modality,
    ModalitySource,
    Window,
)


def test_every_field_survives() -> None:
    table = LookupTable(-5, 12, bytes(range(10)))
    info = ImageInfo(
        Path(os.fsdecode(b"/odd \xff\n/name.dcm")),
        "ab" * 32,
        "dicom",
        10,
        20,
        3,
        1,
        12,
        "MONOCHROME1",
        "1.2.840.10008.1.2",
        Modality.CHEST,
        ModalitySource.FILE,
        Laterality.LEFT,
        "PA",
        (0.1, 0.2),
        6,
        (Window(1.5, 2.5, "a", "SIGMOID"), Window(3.0, 4.0, "b", curve=table)),
        "id",
        "Ünal",
        "1.2",
        "1.3",
        "1.4",
        "20240101",
        "1.5",
        GreyTransform(0.1, -1024.0, table, (-5, -3), True),
    )
    assert to_info(json.loads(json.dumps(from_info(info)))) == info


def test_defaults_survive() -> None:
    info = ImageInfo(Path("x"), "", "png", 1, 1)
    assert to_info(json.loads(json.dumps(from_info(info)))) == info
