"""The one table of evaluation protocols: ``lynceus-engine evaluate NAME DATA`` runs one of them.

Adding a protocol is a row here and a module of its own in `engine.evaluation`. Runs are named
``module:function`` and imported on use, so that ``--help`` needs no torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import WrongUsage
from engine.records import Modality
from engine.systems import SYSTEMS


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be measured.

    Attributes
    ----------
    data
        The folder or project that the protocol reads.
    weights
        Instead of the shipped or active ones.
    out
        Folder for ``metrics.json``, tables and plots; None writes nothing.
    options
        Value of each of the protocol's `Argument`, by name; see `Protocol.options`.
    """

    data: Path
    system: str
    weights: Path | None = None
    out: Path | None = None
    device: str = "auto"
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it.

    Attributes
    ----------
    metrics
        JSON values, saved as ``metrics.json``; a figure that the data cannot give is NaN here, null there.
    text
        The table as printed; where it is empty the metrics are printed as JSON.
    """

    metrics: Mapping[str, Any]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Argument:
    """One option of a protocol beyond those that all share: ``Argument("crops")`` is ``--crops``.

    Attributes
    ----------
    default
        Also gives the type: str, int, float, Path; False makes it a switch, a tuple takes several words.
    """

    name: str
    help: str
    default: Any
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Protocol:
    """One protocol.

    Attributes
    ----------
    run
        ``module:function`` of ``(Request, Progress) -> Report``.
    data
        What ``DATA`` is, for the help.
    systems
        Names of those that it measures; empty: every system of ``modality`` that is trained on its own.
    """

    name: str
    title: str
    run: str
    data: str
    systems: tuple[str, ...] = ()
    modality: Modality | None = None
    arguments: tuple[Argument, ...] = ()

    @property
    def accepted(self) -> tuple[str, ...]:
        """Names of the systems that it measures."""
        fits = (row for row in SYSTEMS.values() if self.modality in (None, row.modality))
        return self.systems or tuple(row.name for row in fits if row.recipe)

    def options(self, **given: Any) -> dict[str, Any]:
        """Defaults of its arguments with what was given.

        Raises
        ------
        WrongUsage
            For an option that it does not have.
        """
        known = {argument.name: argument.default for argument in self.arguments}
        for name in given:
            if name not in known:
                raise WrongUsage(
                    f"{self.name} has no option {name!r}", remedy=f"Options: {', '.join(known) or 'none'}."
                )
        return known | given


PROTOCOLS: dict[str, Protocol] = {
    protocol.name: protocol
    for protocol in (
        Protocol(
            "rura",
            "RURA-Net: tables 2 to 6 of paper 000 beside ours",
            "engine.evaluation.rura:run",
            "folder of graded photographs, or the word phantoms",
            systems=("rura_net",),
            arguments=(
                Argument("seeds", "of phantoms: networks trained anew", 3),
                Argument("images", "of photographs: held-back ones at most, 0 for all", 0),
                Argument("backbones", "of phantoms: further twin networks, by the paper's names", ()),
                Argument("few_shot", "further classifiers of 36 images, by the paper's names", ()),
            ),
        ),
        Protocol(
            "similarity",
            "twin network: pairs, retrieval, and the matrix of diseases as csv",
            "engine.evaluation.similarity:run",
            "folder of photographs by disease, or the word phantoms",
            systems=("disease_similarity",),
            arguments=(
                Argument("each", "of phantoms: unseen photographs a disease", 20),
                Argument("pairs", "random pairs, half of one disease", 2000),
                Argument("seed", "of phantoms and pairs", 0),
            ),
        ),
        Protocol(
            "lesions",
            "lesion masks: pixels and single lesions, whole image against tiles, folds",
            "engine.evaluation.lesions:run",
            "folder with a manifest.csv, or IDRiD, DDR, e-ophtha, MAPLES-DR as published",
            systems=("lesion_unet",),
            arguments=(
                Argument("folds", "train so many networks, each for a part that it has not seen; 0: none", 0),
                Argument(
                    "part",
                    "held: what training held back; test: of the set's authors; all",
                    "held",
                    ("held", "test", "all"),
                ),
                Argument("recipe", "of the folds' networks", "shipped"),
                Argument("set", "change fields of it: FIELD=VALUE", ()),
                Argument("full", "the full-resolution photographs of a manifest instead", False),
                Argument("no_whole", "leave out the whole image at 512 px", False),
            ),
        ),
        Protocol(
            "reviewed",
            "agreement with the reviewers on the held-back cases of a project",
            "engine.operations.retraining:reviewed_protocol",
            "folder of the project",
        ),
        Protocol(
            "nih",
            "AUROC and top labels on NIH ChestX-ray14, beside papers 001 and 004",
            "engine.evaluation.nih:run",
            "folder with NIH's own layout, or with a manifest.csv",
            systems=("cxr_ml_gzsl", "cm_dml_gzsl", "clip"),
            arguments=(
                Argument(
                    "crops",
                    "whole frame as the window sees it, centre or ten crops",
                    "whole",
                    ("whole", "centre", "ten"),
                ),
                Argument(
                    "part",
                    "auto: without patients that the model has met; test: of the split; all",
                    "auto",
                    ("auto", "test", "all"),
                ),
                Argument("split", "how --part test is parted", "patient", ("patient", "image", "official")),
                Argument("unseen", "further labels of the vocabulary to rank", ()),
                Argument("no_finding", "keep images without any finding; the papers leave them out", False),
                Argument("partial", "go on where some of the images are missing", False),
                Argument("rounds", "bootstrap resamples", 1000),
                Argument("seed", "of the split and the bootstrap", 0),
            ),
        ),
        Protocol(
            "eyepacs",
            "paper 003, table 2: quadratic kappa of M-Net, A-Net, the whole and an ensemble",
            "engine.evaluation.eyepacs:run",
            "folder of EyePACS with trainLabels.csv or retinopathy_solution.csv; --weights FOLDER: ensemble",
            systems=("zoom_in_net",),
            arguments=(Argument("part", "which images", "test", ("train", "test", "public", "private")),),
        ),
        Protocol(
            "messidor",
            "paper 003, tables 3 and 4: referable and abnormal by an SVM on the five probabilities",
            "engine.evaluation.messidor:run",
            "folder with Annotation_Base*.xls and the images",
            systems=("zoom_in_net",),
            arguments=(Argument("eyepacs", "folder of EyePACS, to train the SVM for abnormal", ""),),
        ),
        Protocol(
            "aptos",
            "kappa and screening on APTOS 2019",
            "engine.evaluation.aptos:run",
            "folder with train.csv and train_images",
            systems=("zoom_in_net",),
        ),
        Protocol(
            "deepdrid",
            "kappa and screening on DeepDRiD",
            "engine.evaluation.deepdrid:run",
            "folder with regular_fundus_images",
            systems=("zoom_in_net",),
        ),
        Protocol(
            "idrid",
            "kappa, screening, oedema risk and recall of lesions on IDRiD, cross-validated with --folds",
            "engine.evaluation.idrid:run",
            "folder of IDRiD, or one with a manifest.csv",
            systems=("zoom_in_net",),
            arguments=(
                Argument(
                    "part",
                    "of the challenge's layout; held: what the shipped recipe held back",
                    "all",
                    ("all", "train", "test", "held"),
                ),
                Argument("what", "regions: recall of lesions alone", "all", ("all", "regions")),
                Argument("folds", "train so many networks, each for unseen patients; 0: none", 0),
                Argument("recipe", "configuration of the networks that are trained", "shipped"),
                Argument("set", "change fields of it: FIELD=VALUE", ()),
                Argument("spacing", "least distance of regions in windows; 0: as the weights say", 0.0),
            ),
        ),
        Protocol(
            "lesion_boxes",
            "paper 003, table 1: recall of an expert's boxes by the four regions, beside blind windows",
            "engine.evaluation.grading_localisation:run",
            "folder of images with boxes.csv (image,x0,y0,x1,y1 and maybe person), or the word phantoms",
            systems=("zoom_in_net",),
            arguments=(
                Argument("persons", "of phantoms: whose two eyes are drawn", 150),
                Argument("spacing", "least distance of regions in windows; 0: as the weights say", 0.0),
            ),
        ),
        Protocol(
            "zoom_experiment",
            "Zoom-in-Net on phantom eye pairs: what A-Net, C-Net, the fellow eye and the regions give",
            "engine.evaluation.zoom_experiment:run",
            "folder for its work; a run that was stopped goes on from it",
            systems=("zoom_in_net",),
            arguments=(
                Argument("seeds", "networks to train", 3),
                Argument("spacing", "least distance of regions in windows; paper: 0.5", 0.5),
            ),
        ),
        Protocol(
            "zero_shot_experiment",
            "both zero-shot chest systems with their ablations and rivals, on phantoms and NIH images",
            "engine.evaluation.zero_shot.experiment:evaluate",
            "folder of NIH images, for the part nih; --out keeps the runs, and a rerun goes on from them",
            systems=("cxr_ml_gzsl",),  # the first of those compared
            arguments=(
                Argument(
                    "parts",
                    "those, or end_to_end, end_to_end_composed: hours",
                    ("phantoms", "composed", "nih"),
                ),
                Argument("seeds", "runs of every method", 3),
            ),
        ),
    )
}


def protocol(name: str) -> Protocol:
    """The protocol of that name.

    Raises
    ------
    WrongUsage
        When there is none.
    """
    if name not in PROTOCOLS:
        raise WrongUsage(f"no protocol is called {name!r}", remedy=f"Use one of {', '.join(PROTOCOLS)}.")
    return PROTOCOLS[name]
