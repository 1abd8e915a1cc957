"""Predictions for files: frames, fellow eyes, one bad image among good ones."""

from __future__ import annotations

import json
import struct
import threading
import zlib
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from engine.errors import UnknownLabel, UnreadableImage
from engine.imaging import geometry
from engine.inference.grading import ALONE, SAME_EYE, GradingPredictor
from engine.inference.predictor import Picture
from engine.io.mask_files import read_mask
from engine.io.sandbox import Sandbox
from engine.io.tables import read_pairs
from engine.operations.files import BATCH, predict_files, typed_label
from engine.operations.pictures import FELLOW_LOST, predict_images
from engine.records import Box, Laterality, Modality
from engine.store.rows import PairingRules
from engine.systems import SYSTEMS
from tests.engine.operations import tiny


def graded(paths, **more):
    """Rows of Zoom-in-Net by file name."""
    rows = list(predict_files(list(paths), "zoom_in_net", device="cpu", **more))
    return {Path(row["file"]).name: row for row in rows}


def alone(row):
    """Why an eye was graded alone; empty when it was not."""
    return [note for note in row["notes"] if note.startswith("Graded alone")]


@pytest.fixture
def stored_and_upright(tmp_path):
    """One photograph twice: a JPEG stored turned, and its very pixels upright in a PNG."""
    turned = tiny.save_jpeg(tmp_path / "turned.jpg", tiny.retina(3), orientation=6)
    with Image.open(turned) as image:
        assert image.getexif()[0x0112] == 6
    stored = cv2.imread(str(turned), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    upright = tmp_path / "upright.png"
    cv2.imwrite(str(upright), np.ascontiguousarray(geometry.upright(stored, 6)))
    return turned, upright, stored.shape[:2]


def test_boxes_are_in_the_frame_of_the_stored_pixels(stored_and_upright, shipped):
    turned, upright, (rows, columns) = stored_and_upright
    found = graded([turned, upright])
    one, other = found["turned.jpg"], found["upright.png"]
    assert one["probabilities"] == pytest.approx(other["probabilities"], abs=2e-3)
    assert other["boxes"]
    for mine, theirs in zip(one["boxes"], other["boxes"], strict=True):
        box = geometry.box_to_stored(Box(*theirs), 6, rows, columns)
        assert mine[:4] == pytest.approx([box.x0, box.y0, box.x1, box.y1], abs=0.02)
        assert mine[4] == pytest.approx(theirs[4], rel=0.02)


def test_masks_are_in_the_frame_of_the_stored_pixels(stored_and_upright, shipped, tmp_path):
    turned, upright, size = stored_and_upright
    rows = list(predict_files([turned, upright], "lesion_unet", masks=tmp_path / "masks", device="cpu"))
    one, other = (row["masks"] for row in rows)
    assert set(one) == set(other) == {"MA", "HE", "SE", "EX"}
    some = 0
    for code in one:
        mine, theirs = read_mask(one[code]), read_mask(other[code])
        assert mine.shape == size
        assert set(np.unique(cv2.imread(one[code], cv2.IMREAD_UNCHANGED))) <= {0, 255}
        expected = geometry.stored(theirs, 6)
        assert np.mean(mine != expected) < 0.01
        some += 0 < expected.mean() < 1
    assert some


def test_images_of_one_name_get_masks_of_their_own(shipped, tmp_path):
    files = []
    for folder, name in (("a", "eye.png"), ("b", "eye.png"), ("c", "eye-2.png"), ("d", "EYE.png")):
        (tmp_path / folder).mkdir()
        files.append(tmp_path / folder / name)
        Image.fromarray(tiny.retina(len(files))).save(files[-1])
    rows = list(predict_files(files, "lesion_unet", masks=tmp_path / "masks", device="cpu"))
    written = [path.casefold() for row in rows for path in row["masks"].values()]
    assert len(written) == len(set(written)) == 16


@pytest.mark.parametrize(("left", "right"), [("p_left", "p_right"), ("p_OS", "p_OD"), ("left_p", "right_p")])
def test_fellow_eyes_by_name(left, right, shipped, tmp_path):
    for seed, name in enumerate((left, "between", right)):
        tiny.save_jpeg(tmp_path / f"{name}.jpg", tiny.retina(seed))
    found = graded([tmp_path])
    assert alone(found[f"{left}.jpg"]) == alone(found[f"{right}.jpg"]) == []
    assert alone(found["between.jpg"]) == [ALONE]
    single = graded([tmp_path / f"{left}.jpg"])[f"{left}.jpg"]
    assert alone(single) == [ALONE]
    assert single["probabilities"] != found[f"{left}.jpg"]["probabilities"]


def test_the_same_names_in_two_folders_are_two_patients(shipped, tmp_path):
    for seed, name in enumerate(("a/p_left.jpg", "b/p_right.jpg")):
        (tmp_path / name).parent.mkdir()
        tiny.save_jpeg(tmp_path / name, tiny.retina(seed))
    assert all(alone(row) == [ALONE] for row in graded([tmp_path]).values())


def test_fellow_eyes_by_dicom_header(shipped, tmp_path):
    tiny.save_eye(tmp_path / "1.dcm", "Ada", Laterality.RIGHT, 1)
    tiny.save_eye(tmp_path / "2.dcm", "Ada", Laterality.LEFT, 2)
    tiny.save_eye(tmp_path / "3.dcm", "Bob", Laterality.LEFT, 3)
    found = graded([tmp_path])
    assert [bool(alone(found[f"{n}.dcm"])) for n in (1, 2, 3)] == [False, False, True]


def test_fellow_eyes_by_table(shipped, tmp_path):
    for number in (1, 2, 3):
        tiny.save_jpeg(tmp_path / f"{number}.jpg", tiny.retina(number))
    table = tmp_path / "pairs.csv"
    table.write_text("file,patient,eye\n1.jpg,Ada,left\n3.jpg,Ada,right\n")
    found = graded([tmp_path], rules=PairingRules(pairs=read_pairs(table)))
    assert [bool(alone(found[f"{n}.jpg"])) for n in (1, 2, 3)] == [False, True, False]


def test_two_images_of_the_same_eye(shipped, tmp_path):
    for seed, name in enumerate(("p_left.jpg", "p_left.png", "q_left.jpg", "q_OS.jpg", "q_right.jpg")):
        Image.fromarray(tiny.retina(seed)).save(tmp_path / name)
    found = graded([tmp_path])
    assert alone(found["p_left.jpg"]) == alone(found["p_left.png"]) == [SAME_EYE]
    assert not any(alone(found[name]) for name in ("q_left.jpg", "q_OS.jpg", "q_right.jpg"))


def test_a_fellow_eye_that_cannot_be_read_is_said(shipped, tmp_path):
    tiny.save_jpeg(tmp_path / "p_left.jpg", tiny.retina(1))
    (tmp_path / "p_right.jpg").write_bytes(tiny.jpeg_bytes(tiny.retina(2))[:300])
    found = graded([tmp_path])
    assert "error" in found["p_right.jpg"]
    assert alone(found["p_left.jpg"]) == [FELLOW_LOST]
    (row, _) = predict_files([tmp_path], "lesion_unet", device="cpu")
    assert not any("fellow" in note for note in row["notes"])  # masks need no fellow eye


def test_pairs_stay_together_over_batches(shipped, tmp_path):
    for seed in range(BATCH - 1):
        tiny.save_jpeg(tmp_path / f"a{seed}.jpg", tiny.retina(seed))
    for seed, name in enumerate(("b_left", "z_left", "z_right")):
        tiny.save_jpeg(tmp_path / f"{name}.jpg", tiny.retina(seed))
    tiny.save_jpeg(tmp_path / "zz_b.jpg", tiny.retina(9))
    found = graded([tmp_path])
    assert len(found) == BATCH + 3
    assert not alone(found["z_left.jpg"]) and not alone(found["z_right.jpg"])


def test_rows_do_not_depend_on_the_company(shipped, tmp_path):
    files = [tmp_path / f"{n}.dcm" for n in range(3)]
    for n, file in enumerate(files):
        tiny.save_film(file, f"c{n}", n)
    bad = tmp_path / "bad.dcm"
    bad.write_bytes(files[0].read_bytes()[:2000])
    rows = list(predict_files([files[0], bad, files[1], files[2]], "cxr_ml_gzsl", device="cpu"))
    assert ["error" in row for row in rows] == [False, True, False, False]
    for file, row in zip(files, (rows[0], rows[2], rows[3]), strict=True):
        (single,) = predict_files([file], "cxr_ml_gzsl", device="cpu")
        assert [s["name"] for s in single["labels"]] == [s["name"] for s in row["labels"]]
        said = {s["name"]: s["score"] for s in row["labels"]}
        assert {s["name"]: s["score"] for s in single["labels"]} == pytest.approx(said, abs=1e-3)
    scores = [s["score"] for s in rows[0]["labels"]]
    assert scores == sorted(scores, reverse=True)


def test_rows_are_json_of_finite_numbers(shipped, tmp_path):
    tiny.save_jpeg(tmp_path / "a.jpg", tiny.retina())
    for system in ("zoom_in_net", "disease_similarity"):
        (row,) = predict_files([tmp_path], system, device="cpu")
        assert json.loads(json.dumps(row, allow_nan=False)) == row
    assert [s["score"] for s in row["similar"]] == sorted((s["score"] for s in row["similar"]), reverse=True)


def test_a_grey_image_shown_as_a_photograph_stops_no_other(shipped, tmp_path):
    grey = tmp_path / "grey.png"
    Image.fromarray(tiny.film().astype(np.uint16) * 16).save(grey)
    photo = tiny.save_jpeg(tmp_path / "photo.jpg", tiny.retina())
    rows = list(predict_files([grey, photo], "zoom_in_net", modality=Modality.FUNDUS, device="cpu"))
    assert "grade" in rows[1]
    assert "grade" in rows[0] or "error" in rows[0]


def test_no_file_at_all_is_refused_at_once(shipped, tmp_path):
    with pytest.raises(UnreadableImage, match="no image"):
        predict_files([tmp_path], "zoom_in_net")


def test_typed_labels():
    assert typed_label(" Dragon lung : scales: green ").description == "scales: green"
    assert typed_label("Dragon").description == ""
    assert typed_label("x" * 200).name == "x" * 200
    for bad in ("", "  ", ": only a description", "x" * 201, "x:" + "y" * 2001):
        with pytest.raises(UnknownLabel):
            typed_label(bad)


@pytest.mark.parametrize("least", [0, 300])
def test_a_large_photograph_is_said_in_its_own_pixels(shipped, tmp_path, least):
    """However few pixels are decoded: against the small photograph whose enlargement it is."""
    rgb = tiny.retina(3, side=1200)
    large = tiny.save_jpeg(tmp_path / "large.jpg", rgb, orientation=6)
    predictor = GradingPredictor.load(shipped / "zoom_in_net.safetensors", "cpu")
    predictor.least = least
    with Sandbox() as sandbox:
        info = replace(sandbox.info(large), modality=Modality.FUNDUS)
        (found,) = predict_images(predictor, SYSTEMS["zoom_in_net"], [info], [""], sandbox)
    (whole,) = predictor.predict([Picture(replace(info, orientation=1), rgb)])
    expected = geometry.box_to_stored(whole.boxes[0], 6, *rgb.shape[:2])
    assert corners(found.boxes[0]) == pytest.approx(corners(expected), abs=24)
    assert found.grade.probabilities == pytest.approx(whole.grade.probabilities, abs=0.05)


def corners(box):
    return box.x0, box.y0, box.x1, box.y1


def test_stopping_early_leaves_no_reader_behind(shipped, tmp_path):
    images = [tiny.save_jpeg(tmp_path / f"{n}.jpg", tiny.retina(n)) for n in range(2 * BATCH)]
    rows = predict_files(images, "zoom_in_net", device="cpu")
    next(rows)
    rows.close()
    reading = [thread for thread in threading.enumerate() if thread.name.startswith("decode")]
    for thread in reading:
        thread.join(30)
    assert not [thread for thread in reading if thread.is_alive()]


def giant_png(path, side):
    """A header that declares an image of that side, and nothing behind it."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b""))


def test_what_cannot_be_graded_says_why_and_costs_no_other_its_grade(shipped, tmp_path):
    tiny.save_jpeg(tmp_path / "good.jpg", tiny.retina(1))
    Image.fromarray(np.zeros((400, 600, 3), np.uint8)).save(tmp_path / "black.png")
    Image.fromarray(np.full((1, 1, 3), 90, np.uint8)).save(tmp_path / "dot.png")
    Image.fromarray(garden()).save(tmp_path / "garden.png")
    giant_png(tmp_path / "giant.png", 20_000)
    rows = graded([tmp_path], modality=Modality.FUNDUS)
    assert rows["good.jpg"]["grade"] in range(5)
    assert rows["black.png"]["ungradable"] == ["dark"]
    assert rows["dot.png"]["ungradable"] == ["no retina"]
    assert rows["garden.png"]["ungradable"] == ["no retina"]
    assert rows["garden.png"]["grade"] is None
    assert "20000×20000 pixels" in rows["giant.png"]["error"]


def garden():
    """Sky over a lawn, uint8 RGB: a photograph, and no retina."""
    image = np.zeros((300, 400, 3), np.uint8)
    image[:150] = (120, 170, 235)
    noise = np.random.default_rng(0).integers(0, 60, (150, 400, 1))
    image[150:] = np.clip(np.array([40, 110, 30]) + noise, 0, 255)
    return image
