"""Unseen diseases made of a known one by taking one of its signs away: their nearest disease is known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from engine.imaging.phantoms.fundus_diseases import DISEASES, Disease

PLAIN = Disease()

VARIANTS: dict[str, tuple[str, Disease]] = {
    name: (parent, replace(DISEASES[parent], **{part: getattr(PLAIN, part) for part in parts}))
    for name, parent, parts in (
        ("vein occlusion without engorged veins", "retinal vein occlusion", ("vessels", "disc")),
        ("hypertensive retinopathy with normal arteries", "hypertensive retinopathy", ("vessels", "disc")),
        ("papilloedema without haemorrhages", "papilloedema", ("lesions",)),
        ("myopia with a normal disc", "degenerative myopia", ("disc",)),
        ("myopia without atrophy", "degenerative myopia", ("below",)),
        ("macular degeneration with a clear macula", "age-related macular degeneration", ("macula",)),
        ("glaucoma without disc haemorrhages", "glaucoma", ("lesions",)),
        ("detachment with straight vessels", "retinal detachment", ("vessels",)),
    )
}
"""Name -> the disease that it was made of, and its look."""


@contextmanager
def shown(name: str, disease: Disease) -> Iterator[None]:
    """Let phantoms show a further disease for a while."""
    DISEASES[name] = disease
    try:
        yield
    finally:
        del DISEASES[name]
