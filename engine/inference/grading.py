"""Zoom-in-Net as a predictor: grade, four regions, evidence maps; both eyes where both are there.

What is beside the grade: `Prediction.quality` (ungradable with its reason; the grade is then `withheld`),
`Prediction.laterality` (flag where it `contradicts`), `GradeScores.disagreement` and `region_effects`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine import devices, weights
from engine.data.fundus_square import SquareConfig
from engine.imaging import geometry
from engine.inference.grading_reasons import disagreement, expected_grade, other_eye
from engine.inference.predictor import Options, Picture
from engine.inference.preprocessing_fundus import PreparedEye, check_laterality, prepare, to_batch
from engine.metrics.kappa import graded_by
from engine.models.zoom_in_net import Outputs, ZoomInNet, build
from engine.models.zoom_in_net.regions import windows
from engine.progress import Progress, silent
from engine.records import Box, GradeScores, Laterality, ModelCard, ModelVersion, Prediction

SYSTEM = "zoom_in_net"
BATCH = 8
OVERSAMPLED = 2  # pixels of the decoded file a pixel of the network's high resolution, at least (ours)
READERS = 2  # threads that prepare images while the network works

ALONE = "Graded alone: there is no image of the fellow eye."
SAME_EYE = "Graded alone: the other image is said to be of the same eye."
SAME_PICTURE = "Graded alone: the file of the fellow eye holds the very same picture."
NO_LATERALITY = "Graded alone: which eye each image shows is not known."
FELLOW_UNGRADABLE = "Graded alone: the image of the fellow eye cannot be graded."
NO_REGION = "No suspicious region: nothing in the image speaks for the predicted grade more than against it."


class GradingPredictor:
    """Grades photographs in batches that keep fellow eyes together; memory is that of two batches."""

    def __init__(
        self, network: ZoomInNet, card: ModelCard, version: ModelVersion, device: torch.device
    ) -> None:
        self.card, self.version, self.device = card, version, device
        self.least = OVERSAMPLED * network.config.high_size
        self.network = network.to(device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]

    @classmethod
    def load(cls, weights_file: Path, device: str = "auto") -> Self:
        """A predictor from verified weights.

        Raises
        ------
        MissingWeights, IncompatibleModel
        """
        tensors, card = weights.load(weights_file, SYSTEM)
        network = build(card.config)
        network.load_state_dict(weights.of_network(tensors))
        version = ModelVersion(SYSTEM, card.version, weights.file_sha256(weights_file))
        return cls(network, card, version, devices.pick(device))

    def predict(
        self,
        pictures: Sequence[Picture],
        options: Options = Options(),
        progress: Progress = silent,
    ) -> list[Prediction]:
        """One prediction a picture, in their order; boxes and maps in the stored frame.

        Raises
        ------
        WrongModality
            When a picture is no colour photograph.
        """
        fellows, reasons = pair_eyes(pictures)
        predictions: dict[int, Prediction] = {}
        with ThreadPoolExecutor(READERS, "fundus") as pool:
            for batch, eyes in self._prepared(pictures, batches(fellows, BATCH), pool):
                progress(len(predictions), len(pictures), "grading")
                places = {k: place for place, k in enumerate(batch) if eyes[place].quality.gradable}
                fellow = torch.tensor([places.get(fellows[k], -1) for k in batch])
                for place, k in enumerate(batch):
                    if fellows[k] >= 0 and fellow[place] < 0:
                        reasons[k] = FELLOW_UNGRADABLE
                outputs = self._run(eyes, fellow)
                for place, k in enumerate(batch):
                    predictions[k] = self._prediction(
                        pictures[k], eyes[place], outputs, place, reasons[k], options
                    )
        progress(len(pictures), len(pictures), "graded")
        return [predictions[k] for k in range(len(pictures))]

    def looked_at(self, pictures: Sequence[Picture]) -> Iterator[tuple[Picture, PreparedEye, Outputs, int]]:
        """Each picture for itself, as prepared, with the outputs of its batch and its place in them."""
        parts = batches([-1] * len(pictures), BATCH)
        with ThreadPoolExecutor(READERS, "fundus") as pool:
            for batch, eyes in self._prepared(pictures, parts, pool):
                outputs = self._run(eyes, torch.full((len(batch),), -1))
                for place, k in enumerate(batch):
                    yield pictures[k], eyes[place], outputs, place

    def _prepared(
        self, pictures: Sequence[Picture], parts: Sequence[list[int]], pool: ThreadPoolExecutor
    ) -> Iterator[tuple[list[int], list[PreparedEye]]]:
        """Batches of prepared images, the next one in the making while this one is used."""
        config = self.network.config

        how = SquareConfig(config.fit, config.illumination)

        def submit(batch: list[int]) -> list[Future[PreparedEye]]:
            sizes = (config.input_size, config.high_size)
            return [pool.submit(prepare, pictures[k], *sizes, how) for k in batch]

        waiting = submit(parts[0]) if parts else []
        for number, batch in enumerate(parts):
            eyes = [future.result() for future in waiting]
            waiting = submit(parts[number + 1]) if number + 1 < len(parts) else []
            yield batch, eyes

    def _run(self, eyes: list[PreparedEye], fellow: Tensor) -> Outputs:
        low = to_batch([eye.low for eye in eyes]).to(self.device)
        high = to_batch([eye.square.pixels for eye in eyes]).to(self.device)
        with torch.inference_mode(), devices.autocast(self.device):
            outputs: Outputs = self.network(low, high, fellow.to(self.device))
        return outputs

    def _prediction(
        self,
        picture: Picture,
        eye: PreparedEye,
        outputs: Outputs,
        place: int,
        reason: str,
        options: Options,
    ) -> Prediction:
        boxes, kept = self.boxes(picture, eye, outputs, place)
        scores = self._grade(outputs, place, kept, fellow_used=not reason)
        side = check_laterality(eye, picture.info)
        gradable = eye.quality.gradable
        notes = [*eye.notes, reason, other_eye(side), "" if boxes else NO_REGION]
        return Prediction(
            self.version,
            grade=scores if gradable else None,
            boxes=boxes,
            maps=self._maps(picture, eye, outputs, place) if options.evidence else {},
            embedding=to_numpy(outputs.embedding[place]),
            notes=tuple(note for note in notes if note),
            quality=eye.quality,
            withheld=None if gradable else scores,
            laterality=side,
        )

    def _grade(self, outputs: Outputs, place: int, kept: Sequence[int], *, fellow_used: bool) -> GradeScores:
        config = self.network.config
        chances = _softmax(outputs.logits[place] / config.temperature)
        main = _softmax(outputs.main_logits[place])
        risk = _softmax(outputs.dme[place]) if outputs.dme.shape[1] else ()
        best = _best(risk) if risk else None
        assert outputs.without is not None
        left_out = [outputs.without[place, n] for n in kept]
        expected = expected_grade(chances)
        effects = tuple(expected - expected_grade(_softmax(o / config.temperature)) for o in left_out)
        grade, first = self._read(outputs.logits[place]), self._read(outputs.main_logits[place])
        return GradeScores(
            grade,
            chances,
            calibrated=bool(self.card.metrics.get("calibrated", False)),
            main_probabilities=main,
            fellow_used=fellow_used,
            dme=best,
            dme_probability=risk[best] if best is not None else 0.0,
            dme_probabilities=risk,
            region_effects=effects,
            disagreement=disagreement(first, grade, [self._read(o) for o in left_out], effects),
            attention_probabilities=_softmax(outputs.evidence.logits[place]) if outputs.evidence else (),
        )

    def _read(self, logits: Tensor) -> int:
        """The most probable grade; with thresholds, where the expected grade lies among them."""
        chances, limits = _softmax(logits), self.network.config.thresholds
        return int(graded_by(limits, expected_grade(chances))) if limits else _best(chances)

    def boxes(
        self, picture: Picture, eye: PreparedEye, outputs: Outputs, place: int
    ) -> tuple[tuple[Box, ...], list[int]]:
        """The regions in stored pixels, best first, and which of the network's they are.

        A part outside the photograph is clipped away; a region that lies wholly outside is left out.
        """
        assert outputs.regions is not None
        config, info = self.network.config, picture.info
        scale = config.high_size / config.input_size
        corners = windows(outputs.regions.centers[place], config.window).tolist()
        responses = outputs.regions.responses[place].tolist()
        boxes, kept = [], []
        for number, valid in enumerate(outputs.regions.valid[place].tolist()):
            x0, y0, x1, y1 = (value * scale for value in corners[number])
            upright = eye.square.box_out(Box(x0, y0, x1, y1, responses[number]))
            if valid and upright.area > 0:
                boxes.append(geometry.box_to_stored(upright, info.orientation, info.rows, info.columns))
                kept.append(number)
        return tuple(boxes), kept

    def _maps(
        self, picture: Picture, eye: PreparedEye, outputs: Outputs, place: int
    ) -> dict[str, NDArray[np.float32]]:
        """Score, attention and gated map of each grade, over the whole stored frame."""
        evidence = outputs.evidence
        assert evidence is not None
        named = {"score": evidence.scores, "attention": evidence.attention, "gated": evidence.gated}
        maps = {}
        for name, values in named.items():
            for grade, level in enumerate(to_numpy(values[place])):
                upright = eye.square.map_out(level)
                turned = geometry.stored(upright, picture.info.orientation)
                maps[f"{name}/{grade}"] = np.ascontiguousarray(turned)
        return maps


def pair_eyes(pictures: Sequence[Picture]) -> tuple[list[int], list[str]]:
    """The fellow eye of each picture, and why there is none.

    Returns
    -------
    fellows, reasons
        Index of the fellow, -1 without one; a sentence for the reader then, else empty. Where a group holds
        several images of one eye, each looks at the first of the other eye.
    """
    groups: dict[str, list[int]] = {}
    for index, picture in enumerate(pictures):
        if picture.eye_group:
            groups.setdefault(picture.eye_group, []).append(index)
    fellows, reasons = [], []
    for index, picture in enumerate(pictures):
        others = [k for k in groups.get(picture.eye_group, []) if k != index]
        side = picture.info.laterality
        known = side is not Laterality.UNKNOWN
        copies = [k for k in others if picture.info.sha256 and pictures[k].info.sha256 == picture.info.sha256]
        match = [k for k in others if known and pictures[k].info.laterality is _opposite(side)]
        match = [k for k in match if k not in copies]
        fellows.append(match[0] if match else -1)
        why = SAME_PICTURE if copies else _why_alone([pictures[k].info.laterality for k in others], side)
        reasons.append("" if match else why)
    return fellows, reasons


def batches(fellows: Sequence[int], size: int) -> list[list[int]]:
    """Indices in batches of about ``size``, each eye in one batch with its fellow."""
    parts: list[list[int]] = [[]]
    done: set[int] = set()
    for index, fellow in enumerate(fellows):
        wanted = [k for k in (index, fellow) if k >= 0 and k not in done]
        if index in done:
            continue
        if fellow in done:  # several images of one eye: they share the batch of their fellow
            next(part for part in parts if fellow in part).append(index)
        else:
            if len(parts[-1]) + len(wanted) > size and parts[-1]:
                parts.append([])
            parts[-1].extend(wanted)
        done.update(wanted)
    return [part for part in parts if part]


def _opposite(side: Laterality) -> Laterality:
    return Laterality.LEFT if side is Laterality.RIGHT else Laterality.RIGHT


def _why_alone(others: Sequence[Laterality], side: Laterality) -> str:
    if not others:
        return ALONE
    known = side is not Laterality.UNKNOWN and any(other is side for other in others)
    return SAME_EYE if known else NO_LATERALITY


def _best(chances: Sequence[float]) -> int:
    return max(range(len(chances)), key=chances.__getitem__)


def _softmax(logits: Tensor) -> tuple[float, ...]:
    return tuple(float(value) for value in logits.double().softmax(dim=0).cpu())


def to_numpy(values: Tensor) -> NDArray[np.float32]:
    """A tensor on the CPU as float32."""
    return np.asarray(values.float().cpu().numpy(), np.float32)
