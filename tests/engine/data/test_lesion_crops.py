from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.data.lesion_crops import CropConfig, LesionCrops, Pool, crop, network_input
from engine.data.lesion_masks import LesionSample
from engine.errors import TooFewSamples

LESIONS = ("MA", "EX")


def sample(known=("MA", "EX")):
    pixels = np.full((200, 240, 3), 128, np.uint8)
    packed = np.full((200, 240), 1 << 7, np.uint8)
    packed[50:60, 70:80] |= 1
    pixels[50:60, 70:80] = 255
    centres = {"MA": np.array([[75, 55]], np.int32)}
    return LesionSample("s", pixels, packed, frozenset(known), centres)


PLAIN = CropConfig(size=64, lesion_share=1.0, gain=0.0, shift=0.0, blur=0.0)


def test_a_batch_depends_on_its_step_alone():
    batches = LesionCrops([Pool([sample()], 1.0)], LESIONS, PLAIN, 3, seed=4)
    again = LesionCrops([Pool([sample()], 1.0)], LESIONS, PLAIN, 3, seed=4)
    batches(0)
    for name, value in batches(7).items():
        assert torch.equal(value, again(7)[name])
    assert not torch.equal(batches(7)["image"], batches(8)["image"])
    other = LesionCrops([Pool([sample()], 1.0)], LESIONS, PLAIN, 3, seed=5)
    assert not torch.equal(batches(7)["image"], other(7)["image"])


def test_lesion_crops_hold_the_lesion_and_mask_follows_image():
    batch = LesionCrops([Pool([sample()], 1.0)], LESIONS, PLAIN, 8, seed=0)(0)
    assert batch["image"].shape == (8, 3, 64, 64)
    assert batch["target"].shape == (8, 2, 64, 64)
    assert batch["known"].shape == (8, 2, 1, 1)
    for image, target in zip(batch["image"], batch["target"], strict=True):
        assert target[0].sum() > 30
        bright = image.mean(0) > 0.9
        both, either = (bright & (target[0] > 0)).sum(), (bright | (target[0] > 0)).sum()
        assert both / either > 0.6


def test_known_follows_the_sample():
    batch = LesionCrops([Pool([sample(known=("EX",))], 1.0)], LESIONS, PLAIN, 2, seed=0)(0)
    assert batch["known"][:, :, 0, 0].tolist() == [[0, 1], [0, 1]]


def test_shares_are_kept():
    marked = sample(known=())
    batches = LesionCrops([Pool([sample()], 3.0), Pool([marked], 1.0)], LESIONS, PLAIN, 8, seed=0)
    share = torch.cat([batches(step)["known"][:, 0, 0, 0] for step in range(40)]).mean()
    assert 0.65 < float(share) < 0.85


def test_outside_the_field_stays_neutral():
    rng = np.random.default_rng(0)
    config = CropConfig(size=64, gain=0.3, shift=20)
    for _ in range(10):
        image, bits = crop(sample(), np.array([5, 5], np.int32), config, rng)
        assert (image[bits == 0] == 128).all()
        assert (bits == 0).any()


def test_network_input_is_centred():
    values = network_input(np.array([[[[128, 64, 192]]]], np.uint8))
    assert values.flatten().tolist() == [0.0, -1.0, 1.0]


def test_nothing_to_draw_from_is_refused():
    with pytest.raises(TooFewSamples):
        LesionCrops([Pool([], 1.0), Pool([sample()], 0.0)], LESIONS, PLAIN, 2, 0)
