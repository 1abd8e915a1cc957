from __future__ import annotations

import json
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine import weights
from engine.data.manifest import is_held_back
from engine.errors import BadTable, TooFewSamples, WrongUsage
from engine.evaluation import aptos, deepdrid, eyepacs, grading, grading_localisation, idrid, messidor
from engine.evaluation.protocols import Request, protocol
from engine.inference.predictor import Options, Picture
from engine.operations.evaluating import evaluate
from engine.progress import silent
from engine.records import ImageInfo, Laterality, Modality
from engine.training.recipes import zoom_in_net_config
from tests.engine.data.fake_sets import xls
from tests.engine.evaluation.fundus_fakes import RETINA, network, save, table


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return network(tmp_path_factory.mktemp("model") / "a.safetensors")


def request(
    name: str, data: Path, weights: Path | None = None, out: Path | None = None, **options
) -> Request:
    return Request(data, "zoom_in_net", weights, out, "cpu", protocol(name).options(**options))


def eyepacs_fake(root: Path) -> Path:
    table(root / "trainLabels.csv", "image,level", "10_left,0", "10_right,2", "13_left,1", "13_right,0")
    table(
        root / "retinopathy_solution.csv",
        "image,level,Usage",
        "1_left,0,Private",
        "1_right,1,Private",
        "2_left,4,Public",
        "2_right,3,Public",
        "3_right,2,Private",
        "4_left,1,Private",
    )
    for name in ("10_left", "10_right", "13_left", "13_right"):
        save(root / "train" / f"{name}.jpeg", mirrored=name.endswith("left"))
    for name in ("1_left", "1_right", "2_left", "2_right"):  # 3_right is missing
        save(root / "test" / f"{name}.jpeg", mirrored=name.endswith("left"))
    (root / "test" / "4_left.jpeg").write_bytes(giant_bmp(20_000))
    return root


def giant_bmp(side: int) -> bytes:
    """A few bytes that declare an image of that side."""
    head = struct.pack("<2sIHHI", b"BM", 54, 0, 0, 54)
    return head + struct.pack("<IiiHHIIiiII", 40, side, side, 1, 24, 0, 0, 0, 0, 0, 0) + bytes(64)


def test_eyepacs_layout(tmp_path: Path) -> None:
    root = eyepacs_fake(tmp_path)
    train = eyepacs.read(root, "train")
    assert [(f.person, f.grade, f.laterality) for f in train[:2]] == [
        ("10", 0, Laterality.LEFT),
        ("10", 2, Laterality.RIGHT),
    ]
    assert all(f.path.is_file() for f in train)
    assert len(eyepacs.read(root, "test")) == 6
    assert [f.grade for f in eyepacs.read(root, "public")] == [4, 3]
    with pytest.raises(WrongUsage, match="validation"):
        eyepacs.read(root, "validation")


def test_eyepacs_protocol_writes_all_and_names_what_is_missing(tmp_path: Path, model: Path) -> None:
    root, out = eyepacs_fake(tmp_path / "set"), tmp_path / "out"
    report = evaluate("eyepacs", request("eyepacs", root, model, out))
    assert set(report.metrics["kappa"]) == {"M-Net", "M-Net + A-Net", "Zoom-in-Net"}
    assert (report.metrics["images"], report.metrics["refused"]) == (4, 2)
    assert "3_right" in report.text
    assert "20000×20000 pixels" in report.text
    assert "0.849" in report.text  # the paper's test figure beside ours
    saved = json.loads((out / "metrics.json").read_text())
    assert np.array(saved["confusion"]).sum() == 4
    names = {path.name for path in out.iterdir()}
    assert {"metrics.json", "table.txt", "predictions.csv", "kappa.csv", "roc.png"} <= names
    assert len((out / "predictions.csv").read_text().splitlines()) == 5


def test_a_folder_of_weights_is_an_ensemble(tmp_path: Path) -> None:
    root = eyepacs_fake(tmp_path / "set")
    for seed in (1, 2):
        network(tmp_path / "models" / f"{seed}.safetensors", seed)
    report = eyepacs.run(request("eyepacs", root, tmp_path / "models", part="train"), silent)
    names = set(report.metrics["kappa"])
    assert {"Zoom-in-Net, model 1", "Zoom-in-Net, model 2", "Zoom-in-Net, ensemble of 2"} <= names
    with pytest.raises(TooFewSamples):
        eyepacs.run(request("eyepacs", root, tmp_path), silent)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("10_left,5", "'5' is not one of 0–4"),
        ("10_left,-1", "'-1' is not"),
        ("10_left,", "'' is not"),
        ("10_left,1.5", "'1.5' is not"),
        ("10,1", "'10' names no eye"),
        ("10_middle,1", "names no eye"),
    ],
)
def test_eyepacs_rows_that_cannot_be_used_are_named(tmp_path: Path, row: str, why: str) -> None:
    table(tmp_path / "trainLabels.csv", "image,level", "9_left,0", row)
    with pytest.raises(BadTable, match=why) as caught:
        eyepacs.read(tmp_path, "train")
    assert caught.value.where.endswith("line 3")


def test_no_labels_and_contradicting_labels(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match=r"trainLabels\.csv"):
        eyepacs.read(tmp_path, "train")
    table(tmp_path / "trainLabels.csv", "image,grade", "9_left,0")
    with pytest.raises(BadTable, match="no column 'level'"):
        eyepacs.read(tmp_path, "train")
    table(tmp_path / "trainLabels.csv", "image,level", "9_left,0", "9_left,2")
    with pytest.raises(BadTable, match="9_left stands there twice"):
        eyepacs.read(tmp_path, "train")


def test_aptos_layout(tmp_path: Path) -> None:
    table(tmp_path / "train.csv", "id_code,diagnosis", "000c1434d8d7,2", "001639a390f0,4")
    table(tmp_path / "test.csv", "id_code", "0005cfc8afb6")
    save(tmp_path / "train_images" / "000c1434d8d7.png")
    files = aptos.read(tmp_path)
    assert [(f.path.stem, f.grade) for f in files] == [("000c1434d8d7", 2), ("001639a390f0", 4)]
    assert files[0].path.is_file()
    with pytest.raises(BadTable, match=r"train\.csv"):
        aptos.read(tmp_path / "train_images")


def test_deepdrid_layout(tmp_path: Path) -> None:
    part = tmp_path / "regular_fundus_images" / "regular-fundus-training"
    head = (
        "patient_id,image_id,image_path,Overall quality,left_eye_DR_Level,right_eye_DR_Level,patient_DR_Level"
    )
    table(
        part / "regular-fundus-training.csv",
        head,
        "1,1_l1,\\regular-fundus-training\\1\\1_l1.jpg,1,0,,1",
        "1,1_r2,\\regular-fundus-training\\1\\1_r2.jpg,1,,1.0,1",
    )
    save(part / "Images" / "1" / "1_r2.jpg")
    left, right = deepdrid.read(tmp_path)
    assert (left.grade, left.laterality, left.person) == (0, Laterality.LEFT, "1")
    assert (right.grade, right.laterality, right.path.is_file()) == (1, Laterality.RIGHT, True)
    table(part / "regular-fundus-training.csv", head, "1,1_m1,x,1,0,,1")
    with pytest.raises(BadTable, match="tells no eye"):
        deepdrid.read(tmp_path)


HEAD = ("Image name", "Ophthalmologic department", "Retinopathy grade", "Risk of macular edema ")


def annotation(path: Path, rows: list[tuple[str, int]]) -> Path:
    """An old Excel file as Messidor gives them out, with its images beside it."""
    for name, _ in rows:
        save(path.parent / name)
    return xls(
        path, [HEAD, *((name, "Service Ophtalmologie Lariboisiere", grade, 0) for name, grade in rows)]
    )


def test_messidor_duplicates_are_left_out_and_errata_put_right(tmp_path: Path) -> None:
    annotation(tmp_path / "Base11" / "Annotation_Base11.xls", [("20051020_63045_0100_PP.tif", 3)])
    annotation(
        tmp_path / "Annotation_Base33.xls",
        [("20051202_55626_0400_PP.tif", 2), ("20051205_33025_0400_PP.tif", 3), ("a_0400_PP.tif", 1)],
    )
    files, said = messidor.read(tmp_path)
    grades = {f.path.stem: f.grade for f in files}
    assert grades == {"20051020_63045_0100_PP": 0, "20051202_55626_0400_PP": 2, "a_0400_PP": 1}
    assert said == "1 duplicates of Base33 left out, 1 grades corrected by the published errata."


def test_messidor_rows_that_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "Annotation_Base12.xls"
    annotation(path, [("x.tif", 4)])
    with pytest.raises(BadTable, match="grade 4"):
        messidor.read(tmp_path)
    annotation(path, [("x.tif", 3), ("x.tif", 1)])
    with pytest.raises(BadTable, match="graded 3 and 1"):
        messidor.read(tmp_path)
    path.write_bytes(b"no Excel file at all")
    with pytest.raises(BadTable, match="Annotation_Base12"):
        messidor.read(tmp_path)
    with pytest.raises(BadTable, match="no Annotation_Base"):
        messidor.read(tmp_path / "nowhere")


def test_messidor_svm_sees_no_image_that_it_is_asked_about() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(60) % 2 == 0
    telling = np.where(truth, 1.0, -1.0)[:, None] + rng.normal(0, 0.1, (60, 5))
    values, said = messidor.cross_validated(telling, truth)
    assert (said == truth).all()
    figures = messidor.figures(truth, values, said)
    assert figures["auc"]["value"] == 1.0
    assert figures["sensitivity at specificity 0.5"]["value"] == 1.0
    values, said = messidor.cross_validated(rng.normal(size=(60, 5)), truth)
    assert (said == truth).mean() < 0.8  # an SVM that had seen them would know nearly all
    with pytest.raises(TooFewSamples, match="9 images with"):
        messidor.cross_validated(telling, np.arange(60) < 9)


def test_messidor_protocol(tmp_path: Path, model: Path) -> None:
    root = tmp_path / "set"
    rows = [(f"{k}.tif", k % 4) for k in range(40)]
    annotation(root / "Base11" / "Annotation_Base11.xls", rows)
    for name, grade in rows:
        image = np.clip(RETINA.astype(int) + 6 * grade, 0, 255).astype(np.uint8)
        assert cv2.imwrite(str(root / "Base11" / name), image[..., ::-1])
    report = messidor.run(request("messidor", root, model), silent)
    assert report.metrics["images"] == 40
    assert messidor.NOT_TRAINED in report.text
    assert "0.957" in report.text
    other = eyepacs_fake(tmp_path / "eyepacs")
    report = messidor.run(request("messidor", root, model, eyepacs=str(other)), silent)
    assert messidor.NOT_TRAINED not in report.text


def idrid_fake(root: Path) -> Path:
    grading = root / "B. Disease Grading"
    for letter, name, count in (("a.", "Training", 5), ("b.", "Testing", 2)):
        lines = [f"IDRiD_{k:03d},{k % 5},{k % 3},,," for k in range(1, count + 1)]
        truth = grading / "2. Groundtruths" / f"{letter} IDRiD_Disease Grading_{name} Labels.csv"
        table(truth, "Image name,Retinopathy grade,Risk of macular edema ,,,", *lines)
        for k in range(1, count + 1):
            save(grading / "1. Original Images" / f"{letter} {name} Set" / f"IDRiD_{k:03d}.jpg")
    masks = root / "A. Segmentation" / "2. All Segmentation Groundtruths" / "a. Training Set"
    save(root / "A. Segmentation" / "1. Original Images" / "a. Training Set" / "IDRiD_01.jpg")
    mask = np.zeros((*RETINA.shape[:2], 3), np.uint8)
    mask[60:70, 80:92, 2] = 255  # red on black
    (masks / "2. Haemorrhages").mkdir(parents=True)
    assert cv2.imwrite(str(masks / "2. Haemorrhages" / "IDRiD_01_HE.tif"), mask)
    return root


def test_idrid_layout(tmp_path: Path) -> None:
    graded, masked = idrid.read(idrid_fake(tmp_path), "all")
    assert len(graded) == 7
    assert (graded[1].dr_grade, graded[1].dme) == (2, 2)
    assert len(idrid.read(tmp_path, "test")[0]) == 2
    assert [list(row.masks) for row in masked] == [["HE"]]
    with pytest.raises(BadTable, match="neither"):
        idrid.read(tmp_path / "A. Segmentation", "all")


def test_idrid_protocol_finds_the_lesion_of_the_mask(tmp_path: Path, model: Path) -> None:
    report = idrid.run(request("idrid", idrid_fake(tmp_path), model), silent)
    assert report.metrics["images"] == 7
    assert "dme kappa" in report.metrics
    assert report.metrics["localisation"]["lesions"] == 1
    assert report.metrics["localisation"]["at_0.3"]["4"]["oracle"]["person"] == 1.0
    assert report.metrics["lesion images refused"] == {}


def test_idrid_regions_alone(tmp_path: Path, model: Path) -> None:
    report = idrid.run(request("idrid", idrid_fake(tmp_path), model, what="regions"), silent)
    assert report.metrics["persons"] == 1
    assert "kappa" not in report.metrics


def test_idrid_part_that_the_shipped_recipe_held_back(tmp_path: Path, model: Path) -> None:
    data = idrid_fake(tmp_path)
    for k in range(8, 60):
        save(data / "B. Disease Grading/1. Original Images/b. Testing Set" / f"IDRiD_{k:03d}.jpg")
    truth = data / "B. Disease Grading/2. Groundtruths/b. IDRiD_Disease Grading_Testing Labels.csv"
    lines = [f"IDRiD_{k:03d},{k % 5},{k % 3},,," for k in range(1, 60)]
    table(truth, "Image name,Retinopathy grade,Risk of macular edema ,,,", *lines)
    report = idrid.run(request("idrid", data, model, part="held"), silent)
    recipe = zoom_in_net_config.COMPACT
    every = [row.patient for row in idrid.read(data, "all")[0]]
    held = [patient for patient in every if is_held_back(patient, recipe.held_back, recipe.seed)]
    assert 0 < report.metrics["images"] == len(held) < len(every)


@pytest.mark.parametrize("protocol_name", ["idrid", "lesion_boxes"])
def test_regions_are_as_far_apart_as_asked_for(tmp_path: Path, model: Path, protocol_name: str) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    picture = Picture(ImageInfo(tmp_path / "a.png", "", "png", 64, 64, modality=Modality.FUNDUS), rgb)
    counts = {}
    for spacing in (0.0, 0.5, 4.0):
        asked = request(protocol_name, tmp_path, model, spacing=spacing)
        predictor = grading_localisation.as_predictor(grading.models(model, "cpu")[0], asked)
        (said,) = predictor.predict([picture], Options(evidence=False))
        counts[spacing] = len(said.boxes)
    assert counts[0.0] == counts[0.5] > counts[4.0] == 1  # fewer fit; the fixture's weights say 0.5


@pytest.mark.parametrize("grade", ["5", "-1", "2.5", "none"])
def test_idrid_grades_outside_0_to_4_are_refused_by_row(tmp_path: Path, grade: str) -> None:
    data = idrid_fake(tmp_path)
    truth = data / "B. Disease Grading/2. Groundtruths/a. IDRiD_Disease Grading_Training Labels.csv"
    truth.write_text(truth.read_text().replace("IDRiD_003,3,0", f"IDRiD_003,{grade},0"))
    with pytest.raises(BadTable, match=r"IDRiD_003|line 4"):
        idrid.read(data, "all")


def test_every_patient_is_held_back_by_one_fold() -> None:
    folds = [idrid.fold_of(f"p{k}", 4) for k in range(200)]
    assert set(folds) == {0, 1, 2, 3}
    assert min(folds.count(fold) for fold in range(4)) > 30
    assert folds == [idrid.fold_of(f"p{k}", 4) for k in range(200)]


SMALL = (
    "network.input_size=96",
    "network.high_size=240",
    "network.window=39",
    "network.patch_size=64",
    "main_loop.steps=1",
    "attention_loop.steps=1",
    "whole_loop.steps=1",
    "batch=2",
    "whole_batch=2",
    "views=1",
    "phantom_pairs=0",
    "test_phantom_pairs=0",
)


def test_idrid_folds_judge_each_image_once_by_a_network_of_the_others_and_are_found_again(
    tmp_path: Path,
) -> None:
    data, out = idrid_fake(tmp_path / "data"), tmp_path / "out"
    report = idrid.run(request("idrid", data, out=out, folds=2, set=SMALL), silent)
    files = sorted((out / "folds-2").glob("*.safetensors"))
    assert [f.name for f in files] == ["fold-0.safetensors", "fold-1.safetensors"]
    assert report.metrics["images"] == 7
    assert report.metrics["folds"] == 2
    patients = [row.patient for row in idrid.read(data, "all")[0]]
    held = [sum(idrid.fold_of(p, 2) == fold for p in patients) for fold in (0, 1)]
    learnt = [weights.read_card(f).metrics["training images"] for f in files]
    assert learnt == [7 - count for count in held]
    before = [f.read_bytes() for f in files]
    again = idrid.run(request("idrid", data, out=out, folds=2, set=SMALL), silent)
    assert again.metrics["kappa"] == report.metrics["kappa"]
    assert [f.read_bytes() for f in files] == before


def test_idrid_folds_must_be_two_or_more(tmp_path: Path, model: Path) -> None:
    with pytest.raises(WrongUsage, match="1 folds"):
        idrid.run(request("idrid", idrid_fake(tmp_path), model, folds=1), silent)


def test_expert_boxes(tmp_path: Path, model: Path) -> None:
    save(tmp_path / "a.png")
    table(tmp_path / "boxes.csv", "image,x0,y0,x1,y1,person", "a.png,80,60,92,70,p", "gone.png,1,1,2,2,q")
    report = grading_localisation.run(request("lesion_boxes", tmp_path, model), silent)
    assert report.metrics["lesions"] == 1
    assert "gone" in report.text
    table(tmp_path / "boxes.csv", "image,x0,y0,x1,y1", "a.png,80,60,70,70")
    with pytest.raises(BadTable, match="is no box"):
        grading_localisation.run(request("lesion_boxes", tmp_path, model), silent)
    table(tmp_path / "boxes.csv", "image,x0,y0,x1,y1", "a.png,80,sixty,90,70")
    with pytest.raises(BadTable, match="no number"):
        grading_localisation.run(request("lesion_boxes", tmp_path, model), silent)


def test_boxes_of_phantom_eyes(model: Path) -> None:
    report = grading_localisation.run(request("lesion_boxes", Path("phantoms"), model, persons=2), silent)
    again = grading_localisation.run(request("lesion_boxes", Path("phantoms"), model, persons=2), silent)
    assert report.metrics["lesions"] > 0
    assert report.metrics["refused"] == {}
    assert again.metrics == report.metrics
