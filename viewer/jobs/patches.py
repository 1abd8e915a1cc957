"""Patches of the lesion atlas, cut from their files at full resolution: one decoded image at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnreadableImage
from engine.imaging.geometry import box_to_upright
from engine.imaging.rendering import default_window
from engine.imaging.windowing import render
from engine.records import Box, Instance
from viewer.jobs.images import Decoder, crop


class PatchCutter:
    """Cuts boxes out of files; keeps the last decoded image, so ask for the boxes of an image in a row.

    Parameters
    ----------
    decoder
        Gives the sandboxed decoder; asked for at the first cut.
    """

    def __init__(self, decoder: Callable[[], Decoder]) -> None:
        self._decoder = decoder
        self._last: tuple[Path, NDArray[Any]] | None = None

    def cut(self, instance: Instance, box: Box, longest: int) -> NDArray[np.uint8]:
        """A box in stored pixels as upright RGB uint8 ``[h, w, 3]``, at most ``longest`` pixels a side.

        Raises
        ------
        UnreadableImage
            The file is gone or damaged, or the box lies outside its image.
        """
        info = instance.info
        upright = box_to_upright(box, info.orientation, info.rows, info.columns)
        part = crop(self._picture(info.path), (upright.x0, upright.y0, upright.x1, upright.y1), longest)
        if not part.size:
            raise UnreadableImage("the patch lies outside the image", info.path, "Rebuild the atlas.")
        return part

    def forget(self) -> None:
        """Keep no image."""
        self._last = None

    def _picture(self, path: Path) -> NDArray[Any]:
        last = self._last  # another thread may forget it meanwhile
        if last is not None and last[0] == path:
            return last[1]
        self._last = None  # never two at a time
        if not path.is_file():
            raise UnreadableImage("the file is gone", path, "Put it back or locate it.")
        info, array = self._decoder().picture(path)
        shown = array if array.dtype == np.uint8 else render(array, default_window(info, array))
        self._last = (path, shown)
        return shown
