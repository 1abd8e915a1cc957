"""What every predictor is: decoded images in, `Prediction` records out, batched, cancellable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, Self

from numpy.typing import NDArray

from engine.progress import Progress, silent
from engine.records import ImageInfo, ModelCard, ModelVersion, Prediction


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One decoded image on its way to a model.

    Attributes
    ----------
    pixels
        Upright (EXIF orientation applied), of the size that ``info`` says, or smaller by the same factor both
        ways where the predictor needs less (`Predictor.least`). Fundus: uint8 RGB ``[H, W, 3]``. Chest:
        float32 ``[H, W]`` in 0–1 after modality LUT, full bit depth, bright means dense (MONOCHROME2
        polarity).
    eye_group
        Pictures of one call that share a non-empty group are the two eyes of one patient.
    """

    info: ImageInfo
    pixels: NDArray[Any]
    eye_group: str = ""


@dataclass(frozen=True, slots=True)
class TypedLabel:
    """A disease that the user typed a moment ago."""

    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller may ask of a predictor beyond its default; each uses what it knows."""

    target: str = ""
    typed: tuple[TypedLabel, ...] = ()
    labels: tuple[str, ...] = ()
    evidence: bool = True
    extra: dict[str, Any] = field(default_factory=dict)


class Predictor(Protocol):
    """A loaded model. Predictions come back in the order of the pictures, in the **stored** frame."""

    card: ModelCard
    version: ModelVersion
    least: int
    """Longer side in pixels that a picture needs: larger files may be decoded to less; 0: to all of it."""

    @classmethod
    def load(cls, weights: Path, device: str = "auto") -> Self:
        """Read verified weights (`engine.weights.load`)."""
        ...

    def predict(
        self,
        pictures: Sequence[Picture],
        options: Options = Options(),
        progress: Progress = silent,
    ) -> list[Prediction]:
        """One prediction a picture."""
        ...
