"""Configs of the zero-shot chest recipes: what both papers share; numbers of one stand in its recipe."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from engine import vocabulary
from engine.data.chest_set import Augmentation
from engine.errors import WrongUsage
from engine.training.loop import LoopConfig

NIH = tuple(term.name for term in vocabulary.nih_findings())
SEEN, UNSEEN = NIH[:10], NIH[10:]  # papers 001 and 004, section 4: ten seen, four unseen
PSEUDO_UNSEEN = ("Consolidation", "Nodule", "Pleural Thickening")
"""Seen labels that play unseen ones while an epoch is chosen (ours): each leaves a near relative seen
(Infiltration, Mass, Effusion), as each of the papers' unseen labels has one."""
SELECTIONS = ("last", "seen_auroc", "harmonic_mean")


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningConfig:
    """How reviewed cases are learnt (`chest_tuning`); all choices ours.

    Attributes
    ----------
    views
        Varied crops of each image beside its whole frame.
    replay
        Rehearsed points a batch, beside ``batch`` views of reviewed images.
    keep
        Weight of the base model's scores, on rehearsed points and where nobody decided: more of it forgets
        less and follows less (25: mean AUROC of other images 0.648 to 0.622 after 24 reviewed ones).
    anchor
        Weight of the squared way from the base mappings.
    descriptions
        Typed name -> what its reader wrote of it, embedded with the name when it becomes a seen label.
    """

    steps: int = 200
    batch: int = 32
    views: int = 4
    lr: float = 1e-3
    replay: int = 32
    rank_weight: float = 0.5
    bce_weight: float = 4.0
    keep: float = 25.0
    anchor: float = 1e-3
    descriptions: dict[str, str] = field(default_factory=dict)
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChestConfig:
    """A zero-shot chest run. Defaults that both papers share; the rest stands in the two recipes.

    Attributes
    ----------
    seen, unseen
        Labels that are trained; labels that are only scored when evaluating.
    inductive
        Leave out training images with an unseen label (paper 004, section 4.1).
    keep_no_finding
        Train on images without any finding, as all-negative (ours; the papers leave them out).
    views
        Side of the ten crops whose features are averaged when the model is asked (ours); 0: the whole frame.
    side_weight
        Weight of age, sex and view as side tasks of the visual encoder (ours).
    bce_weight, smoothing
        Weight of the logistic term on the scores and its label smoothing (ours).
    source_balance
        Strength of `independence_weights` in that term (ours).
    phantom_share, phantoms
        Share of procedural phantoms among the training images; how many where there are no others (ours).
    test_phantoms
        Further phantoms that are only measured on.
    pretrained
        ImageNet start of the backbone: ``never``, ``cached`` or ``download``.
    start_from
        Weights of either zero-shot system whose visual encoder this one starts from (ours).
    held_back, validation
        Share of the patients that is only tested on; share of the others that is only validated on.
    plateau_patience, plateau_decay
        Epochs without a lower validation loss after which the rate is multiplied by the decay; 0 for never.
    selection
        ``last``: the last weights; ``seen_auroc``: those of the epoch with the best validation AUROC of the
        seen labels; ``harmonic_mean``: as many epochs as are best for the harmonic mean of seen and
        pseudo-unseen labels (`engine.training.recipes.chest_validation`).
    pseudo_unseen
        Seen labels that are left out of training while the number of epochs is chosen.
    """

    backbone: str = "densenet121"
    backbone_options: dict[str, Any] = field(default_factory=dict)
    pretrained: str = "never"
    start_from: str = ""
    hidden: tuple[int, ...] = (512, 256)
    latent: int
    activation: str
    relevance: str
    dropout: float = 0.0
    encoder: str = "biobert"  # papers 001 and 004, section 3
    encoder_folder: str = ""
    prompt_style: str = "name"
    seen: tuple[str, ...] = SEEN
    unseen: tuple[str, ...] = UNSEEN
    inductive: bool = True
    keep_no_finding: bool = False
    image_size: int = 256  # paper 001, section 4.2
    augmentation: Augmentation = field(default_factory=Augmentation)
    views: int = 0
    margin: float = 0.5
    side_weight: float = 0.0
    bce_weight: float = 0.0
    smoothing: float = 0.0
    source_balance: float = 0.0
    phantom_share: float = 0.0
    phantoms: int = 400
    test_phantoms: int = 64
    batch: int = 32
    epochs: int
    lr: float = 1e-4
    optimizer: str = "adam"
    weight_decay: float = 0.0
    schedule: str = "constant"
    decay_every_epochs: int = 0
    warmup: int = 0
    held_back: float = 0.15
    validation: float = 0.0
    plateau_patience: int = 0
    plateau_decay: float = 0.1
    selection: str = "last"
    pseudo_unseen: tuple[str, ...] = ()
    tuning: TuningConfig = field(default_factory=TuningConfig)
    seed: int = 0
    version: str = "1"
    command: str = ""
    device: str = "auto"


COMPACT: dict[str, Any] = {
    "backbone": "resnet18",
    "backbone_options": {"channels": [32, 64, 128, 192]},
    "encoder": "minilm",
    "prompt_style": "ensemble",
    "seen": NIH,
    "unseen": (),
    "inductive": False,
    "keep_no_finding": True,
    "image_size": 208,
    "views": 184,
    "augmentation": Augmentation(crop=184, rotate=7, zoom=0.12, stretch=0.06, gamma=0.2, contrast=0.15),
    "side_weight": 1.5,
    "bce_weight": 12.0,
    "source_balance": 0.25,
    "dropout": 0.2,
    "phantom_share": 0.12,
    "batch": 16,
    "optimizer": "adamw",
    "weight_decay": 0.05,
    "schedule": "cosine",
    "warmup": 100,
}
"""What the shipped weights of both systems share: a compact network on few real images; all ours."""


def check(config: ChestConfig) -> None:
    """Refuse settings that do not go together, before an image is read.

    Raises
    ------
    WrongUsage, UnknownLabel
    """
    if config.views > config.image_size:
        raise WrongUsage(
            f"views of {config.views} pixels do not fit into images of {config.image_size}",
            remedy="Set views and augmentation.crop to image_size at most.",
        )
    names = [vocabulary.term(name).name for name in (*config.seen, *config.unseen)]
    twice = [name for name in names if names.count(name) > 1]
    if twice or not config.seen:
        what = f"{twice[0]} stands twice among seen and unseen labels" if twice else "no label is seen"
        raise WrongUsage(what, remedy="Name every label once.")
    if config.selection not in SELECTIONS:
        raise WrongUsage(f"selection is {config.selection!r}", remedy=f"Use one of {', '.join(SELECTIONS)}.")
    if not config.validation and (config.selection != "last" or config.plateau_patience):
        raise WrongUsage(
            "selection and the plateau rule need images to validate on", remedy="Set validation=0.125."
        )
    left = set(config.seen) - set(config.pseudo_unseen)
    if config.selection == "harmonic_mean" and (
        not config.pseudo_unseen or not left or set(config.pseudo_unseen) - set(config.seen)
    ):
        raise WrongUsage(
            "the harmonic mean needs pseudo-unseen labels: some, but not all, of the seen ones",
            remedy="Set pseudo_unseen to a few seen labels.",
        )


def network_config(config: ChestConfig, semantic_size: int) -> dict[str, Any]:
    """What a checkpoint must know to build its network and to embed and prepare what it is asked."""
    return {
        "backbone": config.backbone,
        "backbone_options": config.backbone_options,
        "semantic_size": semantic_size,
        "hidden": list(config.hidden),
        "latent": config.latent,
        "activation": config.activation,
        "relevance": config.relevance,
        "dropout": config.dropout,
        "encoder": config.encoder,
        "prompt_style": config.prompt_style,
        "image_size": config.image_size,
        "views": config.views,
    }


def loop_config(config: ChestConfig, per_epoch: int) -> LoopConfig:
    """The loop's settings, epochs turned into updates."""
    return LoopConfig(
        steps=config.epochs * per_epoch,
        lr=config.lr,
        optimizer=config.optimizer,
        weight_decay=config.weight_decay,
        schedule=config.schedule,
        decay_every=config.decay_every_epochs * per_epoch,
        warmup=config.warmup,
        seed=config.seed,
    )


def jsonable(config: ChestConfig) -> dict[str, Any]:
    """A config as JSON values, without paths of this machine."""
    return asdict(replace(config, encoder_folder="", start_from="", command="", device="auto"))
