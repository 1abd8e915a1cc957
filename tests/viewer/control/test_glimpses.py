"""A large photograph is shown with as many pixels as the canvas has before all of them are decoded."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.imaging.phantoms.fundus import fundus, sample_fundus
from engine.operations.importing import import_paths
from viewer.app import Decoders, Lynceus
from viewer.control import loading
from viewer.jobs.images import Glimpse, LoadedPicture, has_glimpse, load_picture

ROWS, COLUMNS = 2400, 3200


@pytest.fixture
def large(make_lynceus: Callable[[], Lynceus], tmp_path: Path, qtbot: QtBot) -> Lynceus:
    """A project of three photographs, the canvas a third as wide as they are."""
    images = tmp_path / "images"
    images.mkdir()
    for seed in range(3):
        rgb = fundus(sample_fundus(np.random.default_rng(seed)), 480).rgb
        picture = cv2.resize(rgb, (COLUMNS, ROWS), interpolation=cv2.INTER_LINEAR)
        assert cv2.imwrite(str(images / f"{seed}.jpg"), picture[..., ::-1])
    import_paths(str(tmp_path / "project"), [str(images)])
    lynceus = make_lynceus()
    lynceus.window.resize(1100, 800)
    lynceus.projects.open(tmp_path / "project")
    return lynceus


def wait_for_all(lynceus: Lynceus, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: lynceus.pictures.is_shown(0), timeout=20_000)


def test_the_glimpse_comes_first_and_the_reader_s_view_stays(
    large: Lynceus, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_for_all(large, qtbot)
    qtbot.waitUntil(lambda: large.desk.images.is_idle, timeout=20_000)
    large.desk.images.cache.clear()
    gate = threading.Event()

    def held(*arguments: object) -> LoadedPicture:
        gate.wait(20)
        return load_picture(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(loading, "load_picture", held)
    large.cases.step(1)
    view = large.window.canvas.views[0]
    qtbot.waitUntil(lambda: large.pictures.is_sharp(0), timeout=20_000)
    assert not large.pictures.is_shown(0)
    picture = view.picture()
    assert picture is not None
    assert max(view.width(), view.height()) <= picture.array.shape[1] < COLUMNS
    assert (picture.rows, picture.columns) == (ROWS, COLUMNS)
    view.one_to_one()
    before = view.transform()
    gate.set()
    wait_for_all(large, qtbot)
    whole = view.picture()
    assert whole is not None
    assert whole.array.shape == (ROWS, COLUMNS, 3)
    assert view.transform() == before
    assert f"{COLUMNS} × {ROWS}" in whole.subtitle


def test_stepping_on_and_back_ends_with_all_pixels(large: Lynceus, qtbot: QtBot) -> None:
    """Whatever was decoded, cut short or kept meanwhile: the last case comes to be shown whole."""
    for places in (1, 1, -1, -1, 1, 1, -1):
        large.cases.step(places)
        QApplication.processEvents()
    wait_for_all(large, qtbot)
    for places in (1, -1, -1):
        large.cases.step(places)
        qtbot.waitUntil(lambda: large.pictures.is_sharp(0), timeout=20_000)
    wait_for_all(large, qtbot)


def test_what_was_decoded_ahead_while_its_glimpse_was_made_is_shown(large: Lynceus, qtbot: QtBot) -> None:
    wait_for_all(large, qtbot)
    qtbot.waitUntil(lambda: large.desk.images.is_idle, timeout=20_000)
    (instance,) = large.pictures.shown
    decoder = large.desk.decoder
    picture = load_picture(decoder(), instance)
    large.pictures._show_placeholder(0, instance)
    large.desk.images.cache.put(large.pictures.loading.picture_key(instance), picture)
    glimpse = Glimpse(picture.array[::4, ::4].copy())
    large.desk.images.ready.emit(large.pictures.loading.glimpse_key(instance), glimpse)
    assert large.pictures.is_shown(0)


@pytest.mark.parametrize("content", [None, b"no picture", b"cut"])
def test_a_file_that_went_bad_is_told_and_the_next_case_is_shown(
    large: Lynceus, qtbot: QtBot, content: bytes | None
) -> None:
    wait_for_all(large, qtbot)
    qtbot.waitUntil(lambda: large.desk.images.is_idle, timeout=20_000)
    large.desk.images.cache.clear()
    project, model = large.desk.project, large.desk.model
    assert project is not None and model is not None
    (instance,) = project.case(model.worklist.ids[1]).instances
    path = instance.info.path
    whole = path.read_bytes()
    path.unlink()
    if content is not None:
        path.write_bytes(whole[: len(whole) // 2] if content == b"cut" else content)
    large.cases.step(1)
    pane = large.window.canvas.panes[0]
    qtbot.waitUntil(lambda: bool(pane.message), timeout=20_000)
    assert path.name in pane.message
    large.cases.step(1)
    wait_for_all(large, qtbot)
    assert not pane.message


def test_decoding_begins_before_the_panels_are_made(large: Lynceus, qtbot: QtBot) -> None:
    wait_for_all(large, qtbot)
    qtbot.waitUntil(lambda: large.desk.images.is_idle, timeout=20_000)
    large.desk.images.cache.clear()
    order: list[str] = []
    decoded = threading.Event()
    plain = large.desk.decoder

    def noticed() -> object:
        order.append("decoder")
        decoded.set()
        return plain()

    large.desk.decoder = noticed  # type: ignore[assignment]
    large.cases.shown.connect(lambda: (decoded.wait(20), order.append("panels")))
    large.cases.step(1)
    assert order[:2] == ["decoder", "panels"]
    wait_for_all(large, qtbot)


def test_small_and_deep_images_have_none(large: Lynceus, qtbot: QtBot) -> None:
    wait_for_all(large, qtbot)
    info = large.pictures.shown[0].info
    assert has_glimpse(info, 1600)
    assert not has_glimpse(info, 1601)
    assert not has_glimpse(replace(info, kind="png"), 100)
    assert not has_glimpse(replace(info, bits=12), 100)


def test_each_reading_thread_has_a_decoder_and_closed_ones_say_so() -> None:
    decoders = Decoders(2)
    first = decoders()
    assert decoders() is first
    others: list[object] = []
    for _ in range(3):
        thread = threading.Thread(target=lambda: others.append(decoders()))
        thread.start()
        thread.join()
    assert len({id(one) for one in (first, *others)}) == 2
    decoders.close()
    decoders.warm_up()  # too late, and no harm
    assert first.pid is None
