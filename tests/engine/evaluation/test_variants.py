from __future__ import annotations

import numpy as np
import pytest

from engine.data.disease_pairs import phantom_image
from engine.errors import UnknownLabel
from engine.evaluation.variants import VARIANTS, shown
from engine.imaging.phantoms.fundus_diseases import DISEASES


def test_a_variant_is_shown_for_a_while_only():
    name = "papilloedema without haemorrhages"
    parent, disease = VARIANTS[name]
    before = set(DISEASES)
    with shown(name, disease):
        variant = phantom_image(name, 1, 0, 96)
        known = phantom_image(parent, 1, 0, 96)
    assert set(DISEASES) == before
    with pytest.raises(UnknownLabel):
        phantom_image(name, 1, 0, 96)
    assert not variant.masks["HE"].any()
    assert not np.array_equal(variant.rgb, known.rgb)


def test_every_variant_is_made_of_a_known_disease():
    for parent, disease in VARIANTS.values():
        assert parent in DISEASES
        assert disease != DISEASES[parent]
