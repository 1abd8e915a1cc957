"""A zero-shot chest recipe is its configs and its loss; training and fine-tuning are the same for both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.inference.predictor import Picture
from engine.progress import Progress, silent
from engine.records import ModelCard, ReviewedImage
from engine.training.recipes import chest_common, chest_tuning
from engine.training.recipes.chest_config import ChestConfig
from engine.training.recipes.chest_validation import MakeLoss


@dataclass(frozen=True, slots=True)
class ChestRecipe:
    """What `engine.systems` asks of a recipe module, for both zero-shot systems.

    Attributes
    ----------
    configs
        Named settings, of which ``paper`` and ``shipped`` are the defaults of `train` and `fine_tune`.
    loss
        Config, text embeddings of the seen ``[S, d]`` and of the unseen labels ``[U, d]`` -> loss function.
    """

    system: str
    configs: Mapping[str, ChestConfig]
    loss: MakeLoss

    def train(
        self,
        data_root: Path | None,
        out: Path,
        config: ChestConfig | None = None,
        progress: Progress = silent,
    ) -> ModelCard:
        """Train on a folder that `engine.data.nih.read_rows` reads; see `chest_common.train`."""
        config = config or self.configs["paper"]
        return chest_common.train(self.system, self.loss, data_root, out, config, progress)

    def fine_tune(
        self,
        base: Path,
        examples: Sequence[ReviewedImage],
        pictures: Callable[[ReviewedImage], Picture],
        out: Path,
        config: ChestConfig | None = None,
        progress: Progress = silent,
    ) -> ModelCard:
        """Learn from reviewed cases; see `chest_tuning.fine_tune`."""
        config = config or self.configs["shipped"]
        return chest_tuning.fine_tune(self.system, base, examples, pictures, out, config, progress)
