"""What scripts rely on: exit codes 0, 2 and 3, one line on stderr when refused, never a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine import cli, systems
from engine.cli import main
from engine.store.project import open_project
from tests.engine.operations import tiny

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "transformers", "sklearn", "timm")


@pytest.fixture(scope="module")
def resources(tmp_path_factory):
    return tiny.write_weights(tmp_path_factory.mktemp("resources"))


@pytest.fixture
def shipped(resources, monkeypatch):
    """The tiny networks in place of the shipped ones."""
    monkeypatch.setattr(systems, "RESOURCES", resources)
    return resources / "weights"


@pytest.fixture
def photo(tmp_path):
    return tiny.save_jpeg(tmp_path / "photo.jpg", tiny.retina())


def run(*words, limit=None, stdout=subprocess.PIPE, program=("-m", "engine.cli")):
    """The command in a process of its own; ``limit`` bounds the size of the files that it may write."""

    def lower():
        import resource

        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, *program, *map(str, words)],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
        preexec_fn=lower,
        check=False,
    )


def refused(capsys, *words, code=3):
    """Run, expect a refusal in one line on stderr, give that line."""
    assert main([str(word) for word in words]) == code
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert said.err.startswith("lynceus-engine: ")
    assert "Traceback" not in said.err
    return said.err


# Usage


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["fly"],
        ["inspect"],
        ["inspect", "a", "b"],
        ["import", "project"],
        ["export", "project"],
        ["export", "project", "--out", "x", "--what", "pdf"],
        ["predict", "a.png"],
        ["predict", "a.png", "--system", "no_such_system"],
        ["predict", "a.png", "--system", "zoom_in_net", "--modality", "knee"],
        ["train", "rura_net", "--out", "x"],
        ["evaluate", "everything", "x", "--system", "zoom_in_net"],
        ["models"],
        ["models", "verify"],
    ],
)
def test_wrong_usage_is_2(words, capsys):
    assert main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "usage: lynceus-engine" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "command", ["", "inspect", "import", "export", "predict", "train", "evaluate", "models", "demo"]
)
def test_help_is_0_and_names_the_command(command, capsys):
    assert main([*command.split(), "--help"]) == 0
    assert f"lynceus-engine {command}".strip() in capsys.readouterr().out


def test_version(capsys):
    from engine import __version__

    assert main(["--version"]) == 0
    assert capsys.readouterr().out.split() == ["lynceus-engine", __version__]


# Refusals


def test_inspect_refuses_bad_files_in_one_line(tmp_path, capsys):
    files = tiny.bad_files(tmp_path) | {"missing": tmp_path / "nowhere.dcm", "folder": tmp_path}
    files |= {"under a file": files["text"] / "x.png", "long": tmp_path / ("x" * 300)}
    for path in files.values():
        said = refused(capsys, "inspect", path)
        assert str(path) in said
    assert "100000×100000" in refused(capsys, "inspect", files["giant"])


@pytest.mark.skipif(not tiny.permissions_bind(), reason="this user may read and write everything")
def test_inspect_refuses_what_may_not_be_read(photo, capsys):
    photo.chmod(0)
    assert "permission" in refused(capsys, "inspect", photo)


def test_a_name_with_a_line_break_stays_on_one_line(tmp_path, capsys):
    refused(capsys, "inspect", tmp_path / "two\nlines.png")


def test_inspect_prints_json_and_spares_its_input(photo, tmp_path, capsys):
    before = photo.read_bytes()
    assert main(["inspect", str(photo), "--pixels", str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert json.loads(said.out)["kind"] == "jpeg"
    assert np.load(tmp_path / "out").shape == tiny.retina().shape
    assert "over the image" in refused(capsys, "inspect", photo, "--pixels", photo, code=2)
    assert photo.read_bytes() == before


def test_pixels_that_cannot_be_written(photo, tmp_path, capsys):
    assert str(tmp_path / "no") in refused(capsys, "inspect", photo, "--pixels", tmp_path / "no" / "a.npy")
    assert "directory" in refused(capsys, "inspect", photo, "--pixels", tmp_path)


@pytest.mark.parametrize("command", [("export",), ("evaluate", "reviewed")])
def test_commands_on_what_is_no_project(command, tmp_path, capsys):
    rest = ["--out", tmp_path / "out"] if command == ("export",) else ["--system", "zoom_in_net"]
    assert "no Lynceus project" in refused(capsys, *command, tmp_path, *rest)
    (tmp_path / "lynceus.sqlite").write_text("not a database, but long enough to be looked at" * 30)
    assert "damaged" in refused(capsys, *command, tmp_path, *rest)


def test_unforeseen_errors_are_one_line_too(monkeypatch, capsys, photo):
    def broken(*_):
        raise ZeroDivisionError("two\nlines")

    monkeypatch.setattr("engine.operations.inspecting.inspect_file", broken)
    assert "ZeroDivisionError: two lines" in refused(capsys, "inspect", photo)
    monkeypatch.setenv("LYNCEUS_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["inspect", str(photo)])


def test_interrupted(monkeypatch, photo):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("engine.operations.inspecting.inspect_file", interrupted)
    assert main(["inspect", str(photo)]) == 128 + signal.SIGINT


# In processes of their own


def test_a_real_process_refuses_in_one_line(tmp_path):
    ended = run("inspect", tmp_path / "nowhere.png")
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (3, "", 1)
    assert run("inspect").returncode == 2


def test_a_reader_that_hangs_up_is_no_error(photo):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as stream:
        ended = run("inspect", photo, stdout=stream)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_standard_output_on_a_full_disk(photo):
    with Path("/dev/full").open("wb") as stream:
        ended = run("inspect", photo, stdout=stream)
    assert (ended.returncode, ended.stderr.count("\n")) == (3, 1)
    assert "No space left" in ended.stderr


WATCHED = f"""
import sys
from engine.cli import main
code = main(sys.argv[1:])
found = [name for name in {HEAVY!r} if name in sys.modules]
sys.exit(f"imported {{found}}" if found else code)
"""


def test_inspect_import_and_export_load_no_torch(photo, tmp_path):
    project, out = tmp_path / "project", tmp_path / "out"
    for words in (
        ("inspect", photo, "--pixels", tmp_path / "a.npy"),
        ("import", project, photo),
        ("export", project, "--out", out, "--what", "csv", "masks", "coco"),
    ):
        ended = run(*words, program=("-c", WATCHED))
        assert (ended.returncode, ended.stderr) == (0, "")


def test_a_disk_that_fills_up_loses_nothing(photo, tmp_path):
    project = tmp_path / "project"
    assert run("import", project, photo).returncode == 0
    size = (project / "lynceus.sqlite").stat().st_size
    more = tmp_path / "more"
    more.mkdir()
    for number in range(80):
        Image.fromarray(np.full((24, 24), number, np.uint8)).save(more / f"{number}.png")
    ended = run("import", project, more, limit=size + 8192)
    assert (ended.returncode, ended.stderr.count("\n")) == (3, 1)
    assert "lynceus.sqlite" in ended.stderr and "space" in ended.stderr
    with open_project(project) as store:
        assert photo in [i.info.path for i in store.instances_of(store.case_ids())]
    assert run("import", project, more).returncode == 0


# Import and export


def test_import_goes_on_after_bad_files(photo, tmp_path, capsys):
    files = tiny.bad_files(tmp_path)
    (tmp_path / "notes.txt").write_text("no image, and nobody says it is")
    (tmp_path / "mislabelled.dcm").write_bytes(tiny.jpeg_bytes(tiny.retina(3)))
    project = tmp_path / "elsewhere" / "project"
    assert main(["import", str(project), str(tmp_path), str(tmp_path / "gone.png")]) == 0
    said = capsys.readouterr()
    counts = json.loads(said.out)
    assert counts == {"added": 2, "known": 0, "cases": 2, "refused": len(files) + 1}
    lines = said.err.splitlines()
    assert len(lines) == len(files) + 1
    for path in (*files.values(), tmp_path / "gone.png"):
        assert sum(str(path) in line for line in lines) == 1
    with open_project(project) as store:
        kinds = {i.info.path.name: i.info.kind for i in store.instances_of(store.case_ids())}
    assert kinds == {"photo.jpg": "jpeg", "mislabelled.dcm": "jpeg"}


def test_import_of_nothing_good_is_refused_in_one_line(tmp_path, capsys):
    tiny.bad_files(tmp_path)
    project = tmp_path / "elsewhere" / "project"
    said = refused(capsys, "import", project, tmp_path)
    assert "3 more were refused too" in said
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "readme.txt").write_text("nothing here")
    assert str(empty) in refused(capsys, "import", project, empty)


def test_import_into_what_cannot_be_a_project(photo, tmp_path, capsys):
    said = refused(capsys, "import", photo / "project", photo)
    assert str(photo) in said
    refused(capsys, "import", photo, photo)


@pytest.mark.skipif(not tiny.permissions_bind(), reason="this user may read and write everything")
def test_a_read_only_project_says_so_and_keeps_what_it_has(photo, tmp_path, capsys):
    project = tmp_path / "project"
    assert main(["import", str(project), str(photo)]) == 0
    other = tiny.save_jpeg(tmp_path / "other.jpg", tiny.retina(1))
    capsys.readouterr()
    for path in (project, *project.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    said = refused(capsys, "import", project, other)
    for path in (project, *project.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert str(project) in said
    with open_project(project) as store:
        assert len(store.case_ids()) == 1


PAIR_TABLES = {
    "no column": "file,patient\na.jpg,p\n",
    "no eye": "file,patient,eye\nphoto.jpg,p,third\n",
    "twice": "file,patient,eye\nphoto.jpg,p,R\nphoto.jpg,p,L\n",
    "ragged": "file,patient,eye\nphoto.jpg,p\n",
    "nobody": "file,patient,eye\nphoto.jpg,,R\n",
    "empty": "",
}


@pytest.mark.parametrize("why", PAIR_TABLES)
def test_bad_tables_of_pairs(why, photo, tmp_path, shipped, capsys):
    table = tmp_path / "pairs.csv"
    table.write_text(PAIR_TABLES[why])
    project = tmp_path / "project"
    assert str(table) in refused(capsys, "import", project, photo, "--pairs", table)
    assert not project.exists()
    out = tmp_path / "out.jsonl"
    words = ("predict", photo, "--system", "zoom_in_net", "--pairs", table, "--out", out)
    assert str(table) in refused(capsys, *words)
    assert not out.exists()


def test_import_with_pairs_makes_one_case_of_two_eyes(tmp_path, capsys):
    for number in (1, 2):
        tiny.save_jpeg(tmp_path / f"{number}.jpg", tiny.retina(number))
    table = tmp_path / "pairs.csv"
    table.write_text("file,patient,eye\n1.jpg,Ada,R\n2.jpg,Ada,OS\n")
    assert main(["import", str(tmp_path / "p"), str(tmp_path), "--pairs", str(table)]) == 0
    assert json.loads(capsys.readouterr().out)["cases"] == 1


def test_export_to_what_cannot_be_a_folder(photo, tmp_path, capsys):
    project = tmp_path / "project"
    assert main(["import", str(project), str(photo)]) == 0
    capsys.readouterr()
    for what in ("csv", "masks", "coco"):
        assert str(photo) in refused(capsys, "export", project, "--out", photo, "--what", what)
        assert str(photo) in refused(capsys, "export", project, "--out", photo / "x", "--what", what)


def test_labels_come_back_by_annotate(photo, tmp_path, capsys):
    for name in ("one", "two"):
        assert main(["import", str(tmp_path / name), str(photo)]) == 0
    table = tmp_path / "labels.csv"
    table.write_text(f"file,grade\n{photo},2\nnowhere.jpg,1\n")
    capsys.readouterr()
    assert main(["annotate", str(tmp_path / "one"), str(table), "--reader", "ada"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out) == {"labels": 1, "masks": 0, "unchanged": 0, "refused": 1}
    assert "nowhere.jpg" in told.err
    assert main(["export", str(tmp_path / "one"), "--out", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    assert main(["annotate", str(tmp_path / "two"), str(tmp_path / "out"), "--reader", "bea"]) == 0
    assert json.loads(capsys.readouterr().out)["labels"] == 1
    assert "no labels" in refused(capsys, "annotate", tmp_path / "two", tmp_path / "one", "--reader", "x")


# Models, training, demo


def test_models_verify_list_and_card(shipped, tmp_path, capsys):
    good = shipped / "lesion_unet.safetensors"
    assert main(["models", "verify", str(good)]) == 0
    assert "sound" in capsys.readouterr().out
    assert main(["models", "list"]) == 0
    assert capsys.readouterr().out.count("\n") == 5
    assert main(["models", "card", str(good)]) == 0
    assert json.loads(capsys.readouterr().out)["system"] == "lesion_unet"
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(good.read_bytes()[:-100])
    for path in (bad, tmp_path / "none.safetensors", tmp_path):
        for action in ("verify", "card"):
            if (path, action) != (bad, "card"):  # the header of a truncated file is whole
                refused(capsys, "models", action, path)


def test_train_finds_out_at_once_that_it_cannot_save(photo, tmp_path, capsys):
    assert str(photo) in refused(capsys, "train", "lesion_unet", "--out", photo / "a.safetensors")
    refused(capsys, "train", "lesion_unet", "--out", tmp_path, code=2)


def test_train_refuses_unknown_recipes_fields_and_data(tmp_path, capsys):
    words = ("train", "lesion_unet", "--out", tmp_path / "a.safetensors")
    assert "'paper'" not in refused(capsys, *words, "--recipe", "secret", code=2)
    assert "no field" in refused(capsys, *words, "--set", "colour=blue", code=2)
    assert "seed" in refused(capsys, *words, "--set", "seed=often", code=2)
    assert str(tmp_path / "none") in refused(capsys, *words, "--data", tmp_path / "none")


def test_a_demo_never_removes_what_is_not_a_demo(tmp_path, capsys):
    kept = tmp_path / "images" / "holiday.jpg"
    kept.parent.mkdir()
    kept.write_bytes(b"dear")
    assert "not of a demo" in refused(capsys, "demo", tmp_path)
    assert kept.read_bytes() == b"dear"
    assert "no demo here" in refused(capsys, "demo", tmp_path, "--table")


# Predict


def test_predict_writes_a_row_an_image_and_names_what_it_refused(photo, tmp_path, shipped, capsys):
    bad = tiny.bad_files(tmp_path)
    film = tiny.save_film(tmp_path / "film.dcm", "c")
    out = tmp_path / "out.jsonl"
    words = ["predict", str(tmp_path), "--system", "zoom_in_net", "--out", str(out)]
    assert main(words) == 0
    rows = {Path(r["file"]).name: r for r in map(json.loads, out.read_text().splitlines())}
    assert set(rows) == {p.name for p in (photo, film, *bad.values())}  # not the results themselves
    assert sum("error" in row for row in rows.values()) == len(bad) + 1
    assert "chest X-ray" in rows["film.dcm"]["error"]
    assert set(rows["photo.jpg"]) >= {
        "file", "system", "model", "weights_sha256", "grade", "probabilities", "referable", "calibrated",
        "boxes",
    }  # fmt: skip
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == len(bad) + 1


@pytest.mark.parametrize("system", [name for name, row in systems.SYSTEMS.items() if not row.find])
def test_predict_of_the_wrong_modality_is_refused(system, photo, tmp_path, shipped, capsys):
    film = tiny.save_film(tmp_path / "film.dcm", "c")
    wrong = photo if systems.SYSTEMS[system].modality == "chest" else film
    assert main(["predict", str(wrong), "--system", system, "--target", "glaucoma"]) == 3
    said = capsys.readouterr()
    (row,) = map(json.loads, said.out.splitlines())
    assert set(row) == {"file", "system", "error"}
    assert str(wrong) in said.err and said.err.count("\n") == 1


def test_modality_override(photo, tmp_path, shipped, capsys):
    film = tiny.save_film(tmp_path / "film.dcm", "c")
    assert main(["predict", str(photo), "--system", "cxr_ml_gzsl", "--modality", "chest"]) == 0
    assert json.loads(capsys.readouterr().out)["labels"]
    assert main(["predict", str(film), "--system", "zoom_in_net", "--modality", "fundus"]) == 0
    assert "grade" in json.loads(capsys.readouterr().out)
    refused_row = main(["predict", str(photo), "--system", "lesion_unet", "--modality", "chest"])
    assert refused_row == 3


def test_predict_refused_as_a_whole_leaves_older_results(photo, tmp_path, shipped, capsys):
    out = tmp_path / "out.jsonl"
    out.write_text("older\n")
    words = ("predict", photo, "--system", "cxr_ml_gzsl", "--out", out)
    long = "x" * 10_000
    for more in (["--label", ""], ["--label", ": d"], ["--label", long], ["--label", f"a: {long}"]):
        refused(capsys, *words, *more)
    refused(capsys, *words, "--weights", tmp_path / "none.safetensors")
    refused(capsys, *words, "--weights", photo)
    refused(capsys, *words, "--weights", shipped / "cm_dml_gzsl.safetensors")
    refused(capsys, *words, "--device", "abacus", code=2)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert str(empty) in refused(capsys, "predict", empty, "--system", "cxr_ml_gzsl", "--out", out)
    refused(capsys, "predict", photo, "--system", "rura_net", "--out", out, code=2)
    film = tiny.save_film(tmp_path / "film.dcm", "c")
    refused(capsys, "predict", film, "--system", "cxr_ml_gzsl", "--out", out, "--labels", "Dragon")
    assert out.read_text() == "older\n"
    assert main(["predict", str(film), "--system", "cxr_ml_gzsl", "--out", str(out)]) == 0
    assert len(out.read_text().splitlines()) == 1
    assert main(["predict", str(film), "--system", "cxr_ml_gzsl", "--out", os.devnull]) == 0


def test_predict_never_writes_over_an_image(photo, tmp_path, shipped, capsys):
    before = photo.read_bytes()
    refused(capsys, "predict", photo, "--system", "zoom_in_net", "--out", photo, code=2)
    mask = tmp_path / "photo_MA.png"
    Image.fromarray(tiny.retina(5)).save(mask)
    pixels = mask.read_bytes()
    words = ["predict", str(photo), str(mask), "--system", "lesion_unet", "--masks", str(tmp_path)]
    assert main(words) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert "take the place" in rows[0]["error"]
    assert (photo.read_bytes(), mask.read_bytes()) == (before, pixels)


def test_predict_to_what_cannot_be_written(photo, tmp_path, shipped, capsys):
    words = ("predict", photo, "--system", "lesion_unet")
    for out in (tmp_path, photo / "x.jsonl", tmp_path / "no" / "x.jsonl"):
        assert str(out) in refused(capsys, *words, "--out", out)
    assert str(photo) in refused(capsys, *words, "--masks", photo)


def test_unknown_labels_are_refused(photo, tmp_path, shipped, capsys):
    film = tiny.save_film(tmp_path / "film.dcm", "c")
    words = ("predict", film, "--system", "cxr_ml_gzsl")
    assert "Dragon" in refused(capsys, *words, "--labels", "Dragon")
    assert main([*map(str, words), "--labels", "Hernia", "--label", "Cardiomegaly"]) == 0
    labels = {s["name"]: s for s in json.loads(capsys.readouterr().out)["labels"]}
    assert set(labels) == {*tiny.FINDINGS, "Hernia", "Cardiomegaly"}
    assert not labels["Hernia"]["seen"] and labels["Mass"]["seen"]
    assert labels["Cardiomegaly"]["typed"] and "typed" not in labels["Hernia"]


def test_progress_is_for_people_only(capsys):
    cli.to_terminal(1, 2, "reading", loss=0.5)
    assert capsys.readouterr().err == ""
