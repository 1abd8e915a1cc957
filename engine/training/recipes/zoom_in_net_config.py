"""Settings of the Zoom-in-Net recipe: the paper's (003, section 4) and those of the shipped model."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.data.fundus_square import SquareConfig
from engine.models.zoom_in_net import NetworkConfig
from engine.training.loop import LoopConfig
from engine.training.recipes.zoom_in_net_tuning import TuningConfig


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that a run depends on. Defaults: paper 003, section 4; `COMPACT` is what is shipped.

    Attributes
    ----------
    main_loop
        Phase 1. Paper: SGD, learning rate from 1e-5 with ImageNet weights, × 0.1 every 20,000, momentum 0.9.
    attention_loop
        Phase 2, on stored feature maps of the frozen M-Net.
    whole_loop
        Phase 3. Paper: an update every 12 mini-batches.
    batch, whole_batch
        Images a mini-batch in phases 1 and 2, and in phase 3; paper, phase 3: one pair of eyes.
    views
        Augmented views of each image that phase 2 stores the feature maps of (ours).
    balance
        Class balance of the batches at the first and at the last step of a phase: 1 draws every grade equally
        often, 0 as they occur (EyePACS winners let it decay; paper: 1 throughout, ours).
    grow
        Input sizes that phase 1 begins with, each for an equal share of its steps before the full size, such
        as (128, 256) (EyePACS winners; empty: paper).
    ordinal
        Weight of the cumulative loss beside the paper's softmax cross-entropy (ours; 0: paper).
    regression
        Weight of the squared error of the expected grade beside it (EyePACS winners; 0: paper).
    thresholds
        Read the grade from the expected one, by thresholds fitted on the training images, instead of the
        most probable grade (EyePACS winners; paper: no).
    dme
        Weight of the macular oedema head (ours).
    helpers
        Weight of M-Net's and A-Net's own losses in phase 3 (ours).
    smoothing
        Label smoothing (ours; 0: paper).
    phantom_pairs, phantom_share
        Persons whose phantoms join, and their share of each batch (ours).
    held_back
        Share of the patients that is kept for the card's metrics and the temperature.
    replay
        Training images whose features go into the weights file, for `fine_tune` (ours).
    tuning
        How `fine_tune` follows corrections (ours).
    """

    network: NetworkConfig = field(default_factory=NetworkConfig)
    main_loop: LoopConfig = field(
        default_factory=lambda: LoopConfig(60_000, 1e-5, "sgd", schedule="step", decay_every=20_000)
    )
    attention_loop: LoopConfig = field(
        default_factory=lambda: LoopConfig(20_000, 1e-5, "sgd", schedule="step", decay_every=20_000)
    )
    whole_loop: LoopConfig = field(
        default_factory=lambda: LoopConfig(
            60_000, 1e-5, "sgd", schedule="step", decay_every=20_000, accumulate=12
        )
    )
    batch: int = 24
    whole_batch: int = 2
    views: int = 8
    balance: tuple[float, float] = (1.0, 1.0)
    quarter_turns: bool = True
    colour: float = 0.0
    surrogate: float = 0.0
    grow: tuple[int, ...] = ()
    ordinal: float = 0.0
    regression: float = 0.0
    thresholds: bool = False
    dme: float = 0.5
    helpers: float = 0.5
    smoothing: float = 0.0
    phantom_pairs: int = 0
    phantom_share: float = 0.0
    held_back: float = 0.15
    test_phantom_pairs: int = 60
    replay: int = 200
    tuning: TuningConfig = field(default_factory=TuningConfig)
    pretrained: str = "cached"
    seed: int = 0
    version: str = "1"
    command: str = ""
    device: str = "auto"

    @property
    def sizes(self) -> tuple[int, int]:
        """Input and high-resolution size in pixels."""
        return self.network.input_size, self.network.high_size

    @property
    def squares(self) -> SquareConfig:
        """Preprocessing of the photographs."""
        return SquareConfig(self.network.fit, self.network.illumination)


COMPACT = Config(
    network=NetworkConfig(
        input_size=320,
        high_size=800,
        window=130,
        patch_size=224,
        main="resnet18",
        main_options={"channels": [32, 64, 128, 216], "stem_type": "deep", "stem_width": 12},
        crop="resnet10t",
        crop_options={"channels": [24, 48, 96, 192], "stem_type": "deep", "stem_width": 8},
        hidden=48,
        dropout=0.3,
        spacing=0.75,  # ours: these weights find more lesions than at the paper's 0.5
    ),
    main_loop=LoopConfig(900, 2e-3, weight_decay=0.02, warmup=40, clip_norm=1.0),
    attention_loop=LoopConfig(300, 2e-3, weight_decay=1e-3, warmup=20),
    whole_loop=LoopConfig(480, 7e-4, weight_decay=0.02, warmup=20, clip_norm=1.0),
    batch=24,
    whole_batch=16,
    views=3,
    balance=(0.8, 0.4),
    quarter_turns=False,
    colour=1.0,
    surrogate=0.2,
    ordinal=1.0,
    phantom_pairs=300,
    phantom_share=0.25,
    pretrained="never",
)
"""Ours, the shipped model: slim ResNets; sizes keep the paper's proportions (s / input, high / input)."""

CONFIGS = {"shipped": COMPACT, "paper": Config()}
