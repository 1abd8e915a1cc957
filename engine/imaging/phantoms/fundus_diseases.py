"""The diseases that a phantom can show: one row of `DISEASES` each, all built from the same parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.imaging.phantoms import fundus_layers as layers
from engine.imaging.phantoms.fundus_anatomy import DiscLook
from engine.imaging.phantoms.fundus_lesions import (
    Lesion,
    Visible,
    blot,
    cotton_wool,
    flame,
    macular_star,
    place,
)
from engine.imaging.phantoms.fundus_raster import Frame, Image
from engine.imaging.phantoms.fundus_spec import EyeLook
from engine.imaging.phantoms.fundus_vessels import DISC, VesselLook

Rng = np.random.Generator
Paint = Callable[[Image, Rng, Frame, EyeLook, float], None]


def _nothing(image: Image, rng: Rng, frame: Frame, eye: EyeLook, severity: float) -> None:
    """Most diseases leave a layer as it is."""


def _no_lesions(rng: Rng, severity: float, visible: Visible) -> list[Lesion]:
    return []


@dataclass(frozen=True, slots=True)
class Disease:
    """How a disease changes a normal eye, by severity 0–1.

    Attributes
    ----------
    vessels, disc
        Looks drawn with a generator.
    below, above
        Paint under and over the vessels.
    lesions
        Lesions with masks.
    tessellation, macula
        Added visibility of the choroid; visibility of the macula, 1 as in a normal eye.
    """

    vessels: Callable[[Rng, float], VesselLook] = lambda rng, severity: VesselLook()
    disc: Callable[[Rng, float], DiscLook] = lambda rng, severity: DiscLook()
    below: Paint = _nothing
    above: Paint = _nothing
    lesions: Callable[[Rng, float, Visible], list[Lesion]] = _no_lesions
    tessellation: float = 0.0
    macula: float = 1.0


def _myopia_below(image: Image, rng: Rng, frame: Frame, eye: EyeLook, severity: float) -> None:
    for _ in range(int(rng.integers(0, 2 + round(5 * severity)))):
        at = rng.normal(0.0, 0.9, 2) * (1.2, 0.8)
        layers.atrophy(image, rng, frame, eye, at, rng.uniform(0.1, 0.2 + 0.35 * severity), 0.9)
    layers.lacquer_cracks(image, rng, frame, eye, int(rng.integers(1, 3 + round(4 * severity))))
    layers.pigment(image, rng, frame, int(rng.integers(0, 6)), 0.6)


def _amd_below(image: Image, rng: Rng, frame: Frame, eye: EyeLook, severity: float) -> None:
    layers.drusen(image, rng, frame, eye, severity)
    if severity > 0.6:
        layers.atrophy(
            image, rng, frame, eye, rng.normal(0.0, 0.15, 2), rng.uniform(0.3, 0.85) * severity, 0.8
        )
    layers.pigment(image, rng, frame, int(rng.integers(2, 8 + round(14 * severity))), 0.4)


def _glaucoma_disc(rng: Rng, severity: float) -> DiscLook:
    notch = rng.choice([-1.0, 1.0]) * np.pi / 2 + rng.normal(0.0, 0.3) if rng.random() < 0.6 else None
    pallor, atrophy = 0.1 + 0.3 * severity, 0.15 * severity * rng.random()
    return DiscLook(cup=0.62 + 0.26 * severity, notch=notch, pallor=pallor, atrophy=atrophy)


def _glaucoma_lesions(rng: Rng, severity: float, visible: Visible) -> list[Lesion]:
    if rng.random() > 0.4:
        return []
    side = rng.choice([-1.0, 1.0]) * np.pi / 2 + np.pi + rng.normal(0.0, 0.5)
    return [flame(rng, DISC + 0.55 * np.array([np.cos(side), np.sin(side)]), 0.045)]


def _vein_occlusion(rng: Rng, severity: float, visible: Visible) -> list[Lesion]:
    """Flames, blots and soft exudates: of one temporal sector (branch) or everywhere (central)."""
    central = rng.random() < 0.4
    side = rng.choice([-1.0, 1.0])
    count = int((70 if central else 45) * (0.6 + 0.9 * severity))
    found: list[Lesion] = []
    for _ in range(count):
        if central:
            at = place(rng, visible, 1.5, (1.6, 0.0))
        else:
            at = place(rng, visible, 0.9, (0.4, 1.35 * side), lambda p: bool(p[1] * side > 0.15))
        big = rng.random() < 0.3
        found.append(flame(rng, at, 0.10 if big else 0.06) if rng.random() < 0.7 else blot(rng, at, 0.05))
    for _ in range(int(rng.integers(0, 2 + round(5 * severity)))):
        at = place(rng, visible, 0.6, (1.2, 0.0 if central else 1.2 * side), fallback=(1.2, 1.3 * side))
        found.append(cotton_wool(rng, at))
    return found


def _hypertension(rng: Rng, severity: float, visible: Visible) -> list[Lesion]:
    found = [flame(rng, place(rng, visible, 0.75, (2.0, 0.0)), 0.05) for _ in range(int(4 + 16 * severity))]
    found += [cotton_wool(rng, place(rng, visible, 0.75, (1.9, 0.0))) for _ in range(int(2 + 7 * severity))]
    return found + (macular_star(rng, severity) if severity > 0.45 else [])


def _papilloedema_lesions(rng: Rng, severity: float, visible: Visible) -> list[Lesion]:
    angles = rng.uniform(0, 2 * np.pi, int(2 + 8 * severity))
    rings = DISC + rng.uniform(0.62, 0.95, (len(angles), 1)) * np.stack(
        [np.cos(angles), np.sin(angles)], axis=1
    )
    found = [flame(rng, at, 0.05) for at in rings if visible(at[None])[0]]
    return found + [
        cotton_wool(rng, DISC + np.array([-0.75, rng.normal(0, 0.4)])) for _ in range(int(3 * severity))
    ]


DISEASES: dict[str, Disease] = {
    "normal": Disease(),
    "diabetic retinopathy": Disease(),
    "degenerative myopia": Disease(
        vessels=lambda rng, s: VesselLook(artery_width=0.85, vein_width=0.85, wander=0.7, shift=-0.35 * s),
        disc=lambda rng, s: DiscLook(tilt=1.4 + 0.8 * s, atrophy=0.25 + 0.6 * s * rng.uniform(0.6, 1.2)),
        below=_myopia_below,
        tessellation=0.8,
        macula=0.55,
    ),
    "age-related macular degeneration": Disease(below=_amd_below, macula=0.7, tessellation=0.1),
    "glaucoma": Disease(disc=_glaucoma_disc, lesions=_glaucoma_lesions),
    "retinal vein occlusion": Disease(
        vessels=lambda rng, s: VesselLook(vein_width=1.2 + 0.3 * s, wander=1.6 + s),
        disc=lambda rng, s: DiscLook(blur=0.02 + 0.02 * s),
        lesions=_vein_occlusion,
    ),
    "hypertensive retinopathy": Disease(
        vessels=lambda rng, s: VesselLook(artery_width=0.72 - 0.22 * s, nicking=0.4 + 0.4 * s),
        disc=lambda rng, s: DiscLook(blur=0.012 + 0.03 * (s > 0.8)),
        lesions=_hypertension,
    ),
    "papilloedema": Disease(
        vessels=lambda rng, s: VesselLook(vein_width=1.15 + 0.25 * s, wander=1.3),
        disc=lambda rng, s: DiscLook(swelling=0.5 + 0.5 * s, blur=0.05 + 0.03 * s),
        below=layers.retinal_folds,
        lesions=_papilloedema_lesions,
    ),
    "retinal detachment": Disease(
        vessels=lambda rng, s: VesselLook(wander=1.6),
        below=layers.detachment,
        macula=0.8,
    ),
    "asteroid hyalosis": Disease(
        above=layers.asteroid_bodies,
    ),
}
"""Name (as in the vocabulary, lower case; ``normal`` besides) -> how it looks."""
