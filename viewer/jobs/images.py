"""What the canvas needs, made off the GUI thread: decoded pictures, lesion layers, thumbnails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError, UnreadableImage
from engine.imaging.fundus import field_of_view
from engine.imaging.geometry import upright, upright_size
from engine.imaging.masks import Component, components
from engine.records import ImageInfo, Instance, Prediction, Window
from viewer.state.packed_pyramid import PackedPyramid, coarse_level
from viewer.state.pyramid import ImagePyramid

THUMBNAIL_LONGEST = 160
THUMBNAIL_QUALITY = 85


class Decoder(Protocol):
    """The part of `engine.io.sandbox.Sandbox` that the window uses."""

    def picture(self, path: Path, frame: int = 0, least: int = 0) -> tuple[ImageInfo, NDArray[Any]]: ...

    def preview(self, path: Path, longest: int) -> NDArray[Any]: ...


class MaskSource(Protocol):
    """The part of a project that holds corrected masks."""

    def mask(self, instance_id: int, lesion: str) -> NDArray[np.bool_] | None: ...


@dataclass(frozen=True, slots=True, eq=False)
class LoadedPicture:
    """A decoded image, ready to be shown.

    Attributes
    ----------
    array
        Upright; uint8 RGB, or grey after the modality LUT at full depth.
    field_radius
        Radius of the lit circle of a colour photograph in pixels; 0 where there is none.
    """

    info: ImageInfo
    array: NDArray[Any]
    window: Window
    pyramid: ImagePyramid
    field_radius: float = 0.0

    @property
    def nbytes(self) -> int:
        """Memory of all levels; the first is the array itself."""
        return self.pyramid.nbytes


@dataclass(frozen=True, slots=True, eq=False)
class Glimpse:
    """A photograph with as many pixels as the canvas has, shown until all of them are decoded.

    Attributes
    ----------
    array
        Upright uint8 RGB or grey.
    """

    array: NDArray[Any]

    @property
    def nbytes(self) -> int:
        """Memory of the pixels."""
        return self.array.nbytes


@dataclass(frozen=True, slots=True, eq=False)
class LoadedLayer:
    """One lesion of one image; mask and centers in the stored frame.

    Attributes
    ----------
    packed
        The mask, eight pixels a byte: the reader's where ``human``, else the model's at its threshold.
    regions
        The connected lesions.
    orientation
        EXIF orientation of the image, 1–8.
    first, coarse
        Depth and upright coverage of the level that a fitted view needs.
    """

    code: str
    shape: tuple[int, int]
    packed: NDArray[np.uint8]
    regions: tuple[Component, ...]
    human: bool
    orientation: int = 1
    first: int = 0
    coarse: NDArray[np.uint8] | None = None

    def pyramid(self) -> PackedPyramid:
        """What the canvas draws; keeps the mask once it had to be unpacked, so let it go with the picture."""
        shape = upright_size(self.orientation, *self.shape)
        return PackedPyramid(shape, lambda: upright(self.mask, self.orientation), self.first, self.coarse)

    @property
    def centers(self) -> tuple[tuple[float, float], ...]:
        """(x, y) of each connected lesion."""
        return tuple(region.center for region in self.regions)

    @property
    def mask(self) -> NDArray[np.bool_]:
        """The mask, unpacked anew at each access."""
        count = self.shape[0] * self.shape[1]
        return np.unpackbits(self.packed, count=count).view(np.bool_).reshape(self.shape)

    @property
    def nbytes(self) -> int:
        """Memory of the packed mask and its coarse level."""
        return self.packed.nbytes + (0 if self.coarse is None else self.coarse.nbytes)


@dataclass(frozen=True, slots=True, eq=False)
class LoadedLayers:
    """All lesions of one image; ``key`` tells which prediction and corrections they belong to."""

    instance_id: int
    layers: Mapping[str, LoadedLayer] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        """Memory of all masks."""
        return sum(layer.nbytes for layer in self.layers.values()) + 1


def load_picture(decoder: Decoder, instance: Instance, scale: float = 0.25) -> LoadedPicture:
    """Decode an image and build the pyramid that a fitted view needs.

    Raises
    ------
    UnreadableImage
        The file is gone or damaged; says which and what to do.
    """
    from engine.imaging.rendering import default_window

    path = instance.info.path
    if not path.is_file():
        raise UnreadableImage(
            "the file is gone", path, "Put it back, or press Locate to say where it is now."
        )
    info, array = decoder.picture(path)
    pyramid = ImagePyramid(array).build(scale)
    return LoadedPicture(info, array, default_window(info, array), pyramid, _field_radius(pyramid, scale))


def has_glimpse(info: ImageInfo, least: int) -> bool:
    """Whether fewer pixels of a file are decoded sooner, and still are as many as wanted."""
    return info.kind == "jpeg" and info.bits == 8 and max(info.rows, info.columns) >= 2 * least


def load_glimpse(decoder: Decoder, instance: Instance, least: int) -> Glimpse:
    """Decode a photograph to at least so many pixels along its longer side.

    Raises
    ------
    UnreadableImage
        The file is gone or damaged.
    """
    return Glimpse(decoder.picture(instance.info.path, least=least)[1])


def _field_radius(pyramid: ImagePyramid, scale: float) -> float:
    """From a small level: the circle is fitted at some hundred pixels anyway."""
    level, across, _ = pyramid.level(scale)
    return field_of_view(level).radius * across if level.ndim == 3 else 0.0


def load_layers(
    source: MaskSource, instance: Instance, prediction: Prediction | None, corrected: Sequence[str]
) -> LoadedLayers:
    """Masks of an image: the reader's where there is one, else the model's.

    Model and reader are kept apart in the store; here a corrected lesion is shown instead of the
    predicted one.
    """
    found: dict[str, LoadedLayer] = {}
    for code in corrected:
        mask = source.mask(instance.id, code)
        if mask is not None:
            found[code] = _layer(code, mask, instance.info.orientation, human=True)
    if prediction is not None:
        for code, probability in prediction.masks.items():
            if code not in found:
                threshold = prediction.thresholds.get(code, 0.5)
                mask = thresholded(probability, threshold)
                found[code] = _layer(code, mask, instance.info.orientation, human=False)
    return LoadedLayers(instance.id, found)


def thresholded(probability: NDArray[np.uint8], threshold: float) -> NDArray[np.bool_]:
    """Where a probability map (0–255 for 0–1) reaches a threshold (0–1)."""
    return probability >= max(int(np.ceil(threshold * 255 - 1e-6)), 1)


def _layer(code: str, mask: NDArray[np.bool_], orientation: int, human: bool) -> LoadedLayer:
    _, regions = components(mask)
    first, coarse = coarse_level(upright(mask, orientation))
    shape = (mask.shape[0], mask.shape[1])
    return LoadedLayer(code, shape, np.packbits(mask), regions, human, orientation, first, coarse)


def cost(info: ImageInfo) -> int:
    """About how many bytes an image takes once loaded: pixels, coarser levels, masks as they are kept."""
    pixels = info.rows * info.columns
    depth = 3 if info.samples == 3 else 1 if info.bits <= 8 else 2
    return round(pixels * (depth * 4 / 3 + 5 / 8 + 5 / 16))


def crop(array: NDArray[Any], box: tuple[float, float, float, float], size: int) -> NDArray[np.uint8]:
    """A region of an upright RGB image at full resolution, at most ``size`` pixels a side."""
    x0, y0, x1, y1 = (round(v) for v in box)
    part = array[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
    longest = max(part.shape[:2], default=0)
    if longest > size:
        factor = size / longest
        part = cv2.resize(part, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    if part.ndim == 2:
        part = np.repeat(part[:, :, None], 3, axis=2)
    return np.ascontiguousarray(part)


def thumbnail(decoder: Callable[[], Decoder], folder: Path, sha256: str, path: Path) -> NDArray[np.uint8]:
    """RGB thumbnail of a file, from the project's folder or made and kept there.

    The decoder is asked for only when it is needed. A folder that cannot be written only costs making it
    again.

    Raises
    ------
    UnreadableImage
        The file is gone or damaged and no thumbnail was kept.
    """
    kept = folder / f"{sha256}.jpg"
    if kept.is_file():
        image = cv2.imread(str(kept), cv2.IMREAD_COLOR)
        if image is not None:
            return np.ascontiguousarray(image[:, :, ::-1])
    if not path.is_file():
        raise UnreadableImage("the file is gone", path, "Put it back or locate it.")
    small = decoder().preview(path, THUMBNAIL_LONGEST)
    rgb = np.ascontiguousarray(np.repeat(small[:, :, None], 3, axis=2) if small.ndim == 2 else small)
    _keep(kept, rgb)
    return rgb


def _keep(path: Path, rgb: NDArray[np.uint8]) -> None:
    done, data = cv2.imencode(".jpg", rgb[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, THUMBNAIL_QUALITY])
    if not done:
        raise EngineError("a thumbnail could not be encoded", path)
    unfinished = path.with_suffix(".unfinished")
    try:
        unfinished.write_bytes(data.tobytes())
        unfinished.replace(path)
    except OSError:
        return  # read-only or full: it is made again next time


def upright_map(values: NDArray[np.float32], orientation: int) -> NDArray[np.float32]:
    """A low-resolution map as the canvas wants it: upright and contiguous."""
    return np.ascontiguousarray(upright(values, orientation))
