"""Random chest phantoms: a patient, how the film was taken, findings and what they do to the body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.errors import UnknownLabel
from engine.imaging.phantoms.chest_spec import DEVICES, FINDINGS, ChestSpec, FindingSpec

SMALLEST_LARGE_HEART = 0.55  # cardiothoracic ratios: a heart above a half of the chest is enlarged
LARGEST_NORMAL_HEART = 0.49


def sample_chest(
    rng: np.random.Generator, findings: Sequence[str] | None = None, devices: bool = True
) -> ChestSpec:
    """Draw a random phantom.

    Parameters
    ----------
    findings
        Names out of `FINDINGS`; None draws none (a third of the time), one, two or three.

    Raises
    ------
    UnknownLabel
        A name is not in `FINDINGS`.
    """
    names = list(FINDINGS)
    unknown = [name for name in findings or () if name not in FINDINGS]
    if unknown:
        raise UnknownLabel("no chest phantom shows it", unknown[0], f"Known: {', '.join(names)}.")
    if findings is None:
        count = int(rng.choice(4, p=[0.34, 0.36, 0.2, 0.1]))
        findings = [names[i] for i in sorted(rng.choice(len(names), count, replace=False))]
    bedside = bool(rng.random() < 0.35)
    spec = _patient(rng, bedside)
    spec = replace(
        spec,
        findings=tuple(finding for name in findings for finding in _sample_finding(name, rng)),
        names=tuple(findings),
        devices=_devices(rng, bedside) if devices else (),
    )
    return _film(_changed_body(spec, rng), rng, bedside)


def _patient(rng: np.random.Generator, bedside: bool) -> ChestSpec:
    """A build and a position; at the bedside one lies: high diaphragm, wide mediastinum, arms down."""
    width = rng.uniform(0.30, 0.41)
    top = rng.uniform(0.04, 0.13)
    tall = width * rng.uniform(1.75, 2.1) * (0.84 if bedside else 1.0)
    base = min(top + tall, 0.93)
    return ChestSpec(
        seed=int(rng.integers(2**31)),
        center=0.5 + rng.normal(0, 0.018),
        lung_top=top,
        right_base=base,
        left_base=base + rng.uniform(0.0, 0.025),
        lung_width=width,
        heart_ratio=rng.uniform(0.44, LARGEST_NORMAL_HEART) if bedside else rng.uniform(0.38, 0.48),
        dome=tall * rng.uniform(0.12, 0.20),
        lucency=rng.uniform(0.66, 0.80) if bedside else rng.uniform(0.76, 0.88),
        markings=rng.uniform(0.8, 1.3),
        fat=rng.uniform(0.0, 1.0) ** 1.3,
        pedicle=rng.uniform(1.05, 1.4) if bedside else rng.uniform(0.85, 1.15),
        rotation=float(np.clip(rng.normal(0, 0.5 if bedside else 0.25), -1, 1)),
        shoulder=rng.uniform(-0.03, 0.08),
        arms=rng.uniform(0.0, 0.25) if bedside else rng.uniform(0.05, 0.6),
        scapula=rng.uniform(-0.10, 0.0) if bedside else rng.uniform(0.0, 0.16),
        breast=float(rng.choice([0.0, rng.uniform(0.15, 1.0)])),
        tilt=rng.normal(0, 2.5 if bedside else 1.2),
    )


def _changed_body(spec: ChestSpec, rng: np.random.Generator) -> ChestSpec:
    """What findings do to the body itself: the heart's width, the lungs' volume and darkness."""
    tall = spec.left_base - spec.lung_top
    if "Emphysema" in spec.names:
        more = min(0.07, 0.94 - spec.left_base)
        spec = replace(
            spec,
            right_base=spec.right_base + more,
            left_base=spec.left_base + more,
            dome=0.05 * tall,
            heart_ratio=rng.uniform(0.34, 0.40),
            markings=0.55 * spec.markings,
            lucency=min(spec.lucency + 0.06, 0.92),
        )
    if "Fibrosis" in spec.names:
        spec = replace(spec, right_base=spec.right_base - 0.05 * tall, left_base=spec.left_base - 0.05 * tall)
    if "Cardiomegaly" in spec.names:
        spec = replace(spec, heart_ratio=rng.uniform(SMALLEST_LARGE_HEART, 0.68))
    if "Edema" in spec.names:
        spec = replace(spec, markings=1.35 * spec.markings)
    for finding in spec.findings:
        if finding.name == "Atelectasis":
            side = "right_base" if finding.side == "right" else "left_base"
            spec = replace(spec, **{side: getattr(spec, side) - rng.uniform(0.01, 0.05) * tall})
    return spec


def _film(spec: ChestSpec, rng: np.random.Generator, bedside: bool) -> ChestSpec:
    """How the film was taken, developed and marked."""
    shuttered = rng.random() < (0.45 if bedside else 0.3)
    margins = rng.uniform(0.0, 0.05, 4) * (rng.random(4) < 0.6) if shuttered else np.zeros(4)
    left, top, right, bottom = (float(m) for m in margins)
    return replace(
        spec,
        bone=rng.uniform(0.65, 1.0) if bedside else rng.uniform(0.75, 1.3),
        scatter=rng.uniform(0.15, 0.34) if bedside else rng.uniform(0.06, 0.18),
        gamma=rng.uniform(0.6, 2.3),
        sharpen=rng.uniform(0.2, 0.8) if bedside else rng.uniform(0.5, 1.6),
        noise=float(np.exp(rng.uniform(np.log(0.006), np.log(0.022)))),
        black=rng.uniform(-0.04, 0.04) if rng.random() < 0.75 else rng.uniform(0.04, 0.2),
        white=rng.uniform(0.80, 0.97) if rng.random() < 0.85 else rng.uniform(0.62, 0.8),
        shutters=(left, top, right, bottom),
        shutter_tilt=rng.normal(0, 1.0),
        beyond=0.0 if rng.random() < 0.8 else rng.uniform(0.85, 0.97),
        marks=_marks(rng, bedside),
    )


def _marks(rng: np.random.Generator, bedside: bool) -> tuple[tuple[str, float, float, float], ...]:
    """A lead letter at the patient's own side, and words as bedside films carry them."""
    height = rng.uniform(0.7, 1.3) * 0.03
    right = rng.random() < 0.2
    x = rng.uniform(0.03, 0.07) if right else rng.uniform(0.90, 0.94)
    marks = [("R" if right else "L", x, rng.uniform(0.05, 0.15), height)]
    if bedside and rng.random() < 0.75:
        x, y = float(rng.choice([0.03, 0.72])), rng.uniform(0.16, 0.3)
        for row, word in enumerate(("AP", "PORTABLE", "SUPINE")[: int(rng.integers(1, 4))]):
            marks.append((word, x, y + 0.035 * row, 0.017))
    return tuple(marks)


def _devices(rng: np.random.Generator, bedside: bool) -> tuple[str, ...]:
    share = {"electrodes": 0.5, "central line": 0.4, "tube": 0.3, "feeding tube": 0.25} if bedside else {}
    return tuple(d for d in DEVICES if rng.random() < share.get(d, 0.06))


def _sample_finding(name: str, rng: np.random.Generator) -> list[FindingSpec]:
    looks = FINDINGS[name]
    both = rng.random() < looks.both_sides
    sides = ("right", "left") if both else (str(rng.choice(["right", "left"])),)
    return [
        FindingSpec(
            name,
            side,
            zone=rng.uniform(*looks.zone),
            lateral=rng.uniform(*looks.lateral),
            extent=rng.uniform(*looks.extent),
            aspect=rng.uniform(*looks.aspect),
            density=rng.uniform(*looks.density),
            edge=looks.edge,
            texture=looks.texture,
        )
        for side in sides
    ]
