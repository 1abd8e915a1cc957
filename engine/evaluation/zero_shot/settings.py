"""Every number of the zero-shot experiment; all ours unless a source is named."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class DictionarySettings:
    """The visual encoder, learnt without labels; see `dictionary`.

    Attributes
    ----------
    patch, stride
        Side of a patch and step between patches, pixels of a scale.
    scales
        Each further one at half the size.
    centres
        Patches of the dictionary a scale.
    images, patches
        How many training images, and patches of them a scale, it is learnt from.
    components
        Principal components of the codes that are kept.
    """

    patch: int = 6
    stride: int = 3
    scales: int = 3
    centres: int = 48
    grid: int = 4
    images: int = 300
    patches: int = 15000
    components: int = 160


@dataclass(frozen=True, slots=True)
class HeadSettings:
    """How every method's head is trained on the stored features.

    Attributes
    ----------
    style
        Prompt style of the words (`engine.semantics.prompts`), where they are text.
    steps, batch, passes
        Updates and images of each; at most so many passes over the training images.
    epochs
        What the updates count as for β of CM-DML-GZSL: 40 as in paper 001, whose margin shrinks so.
    word_dropout
        Share of the words' features that a batch drops: no label is to be known by single features.
    """

    style: str = "ensemble"
    lr: float = 2e-3
    word_dropout: float = 0.0
    steps: int = 150
    batch: int = 64
    passes: int = 40
    epochs: int = 40  # paper 001, section 4.2
    weight_decay: float = 0.01


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """How a convolutional encoder and a method's head are trained together, from scratch.

    Attributes
    ----------
    backbone, options
        timm network of the encoder, grey input.
    crop
        Side of the random crop that is trained on, mirrored half of the time; the test sees whole frames.
    passes
        Over as many images as ``train`` of `Settings` has, whatever the set's size: all learn as long.
    """

    backbone: str = "resnet10t"
    options: dict[str, Any] = field(default_factory=lambda: {"channels": [16, 32, 64, 128], "stem_width": 8})
    crop: int = 88
    batch: int = 32
    passes: int = 10
    lr: float = 3e-3
    weight_decay: float = 0.01


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole experiment.

    Attributes
    ----------
    size
        Side of the images, pixels.
    train, test
        Phantoms of 14 findings.
    composed_train, composed_test, findings, unseen
        Phantoms of composed findings; how many findings there are, the last ``unseen`` of which are never
        trained.
    curve
        Numbers of seen findings.
    folds
        Patient-disjoint parts of the real images, each tested by heads that were trained on the others.
    seeds
        Runs of everything.
    rounds
        Resamples of patients for an interval.
    styles, rates, dropouts
        What pseudo-unseen labels choose among, one after the other, for each method; first is the default.
    pseudo_unseen
        Every so-manieth seen label takes the part of an unseen one while choosing.
    """

    size: int = 96
    train: int = 1500
    test: int = 700
    composed_train: int = 800
    composed_test: int = 400
    findings: int = 40
    unseen: int = 10
    curve: tuple[int, ...] = (5, 10, 15, 20, 25, 30)
    folds: int = 3
    seeds: int = 3
    rounds: int = 500
    styles: tuple[str, ...] = ("ensemble", "name")
    rates: tuple[float, ...] = (2e-3, 8e-3)
    dropouts: tuple[float, ...] = (0.0,)
    pseudo_unseen: int = 3
    dictionary: DictionarySettings = field(default_factory=DictionarySettings)
    head: HeadSettings = field(default_factory=HeadSettings)
    network: NetworkSettings = field(default_factory=NetworkSettings)

    @property
    def digest(self) -> str:
        """Short hash of all that changes a run: runs of other settings are never mixed."""
        fields = asdict(self)
        for added in ("seeds", "rounds"):  # more of either adds runs, or only looks at them longer
            fields.pop(added)
        return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:12]
