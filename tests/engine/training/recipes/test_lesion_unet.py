from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine import weights
from engine.data.lesion_crops import CropConfig
from engine.data.lesion_masks import draw_phantoms
from engine.errors import Cancelled, IncompatibleModel, MissingWeights, TooFewSamples, UnknownLabel
from engine.inference.predictor import Picture
from engine.inference.segmentation import SegmentationPredictor
from engine.models.unet import UNetConfig
from engine.records import ImageInfo, Instance, Modality, ReviewedImage
from engine.training.loop import LoopConfig
from engine.training.recipes import lesion_unet

TINY = replace(
    lesion_unet.COMPACT,
    network=UNetConfig("tu-resnet10t", {"channels": [8, 8, 16, 16]}, (16, 16, 8, 8, 8)),
    diameter=192,
    tile=128,
    overlap=32,
    crops=CropConfig(size=64),
    batch=2,
    loop=LoopConfig(steps=3, lr=1e-3),
    tuning=LoopConfig(steps=2, lr=1e-3),
    tuning_phantoms=1,
    phantoms=4,
    test_phantoms=2,
    device="cpu",
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "lesion_unet.safetensors"
    return path, lesion_unet.train(None, path, TINY)


def reviewed(codes=("MA",), held_back=False, index=0):
    phantom = list(draw_phantoms(index + 1, 99, 256))[index]
    rows, columns = phantom.rgb.shape[:2]
    info = ImageInfo(Path(f"eye{index}.png"), "", "png", rows, columns, modality=Modality.FUNDUS)
    masks = {code: np.asarray(phantom.masks[code], bool) for code in codes}
    example = ReviewedImage(Instance(index, 1, info), "p", masks=masks, held_back=held_back)
    return example, Picture(info, phantom.rgb)


def test_weights_are_sound_and_the_card_says_what_it_is(trained):
    path, card = trained
    assert weights.verify(path).content_sha256 == card.content_sha256
    assert card.labels == ("MA", "HE", "SE", "EX", "NV")
    assert not card.real_images  # phantoms alone
    assert set(card.config["thresholds"]) == set(card.labels)
    assert card.config["phantom_only"] == ["NV"]
    assert set(card.metrics["synthetic"]) == set(card.labels)
    assert path.with_suffix(".md").read_text().startswith("# U-Net")
    assert not path.with_suffix(".checkpoint").exists()


def test_the_same_seed_gives_the_same_weights(trained, tmp_path):
    _, card = trained
    again = lesion_unet.train(None, tmp_path / "again.safetensors", TINY)
    assert again.content_sha256 == card.content_sha256


def test_fine_tuning_changes_weights_and_counts_the_version(trained, tmp_path):
    base, card = trained
    examples = [reviewed(("MA", "NV"), index=i) for i in range(4)]
    pictures = {id(example): picture for example, picture in examples}
    new = lesion_unet.fine_tune(
        base, [e for e, _ in examples], lambda e: pictures[id(e)], tmp_path / "new.safetensors", TINY
    )
    assert new.version == "2"
    assert new.parent == weights.file_sha256(base)
    assert new.content_sha256 != card.content_sha256
    assert new.config["phantom_only"] == []  # a reviewer has marked neovascularisation
    assert weights.verify(base).content_sha256 == card.content_sha256
    SegmentationPredictor.load(tmp_path / "new.safetensors", "cpu")


def test_retraining_keeps_a_share_of_the_base(trained, tmp_path):
    base, _ = trained
    example, picture = reviewed(("MA",), index=1)

    def tuned(keep):
        out = tmp_path / f"{keep}.safetensors"
        lesion_unet.fine_tune(base, [example], lambda e: picture, out, replace(TINY, tuning_keep=keep))
        return weights.load(out)[0]

    old, new, half, all_old = weights.load(base)[0], tuned(0.0), tuned(0.5), tuned(1.0)
    name = "unet.segmentation_head.0.weight"
    assert not torch.equal(old[name], new[name])
    assert torch.allclose(half[name], (old[name] + new[name]) / 2, atol=1e-3)
    assert torch.equal(all_old[name], old[name])


def test_held_back_and_unmasked_examples_teach_nothing(trained, tmp_path):
    base, _ = trained
    examples = [reviewed(held_back=True)[0], reviewed(codes=())[0]]
    with pytest.raises(TooFewSamples):
        lesion_unet.fine_tune(base, examples, lambda e: reviewed()[1], tmp_path / "x.safetensors", TINY)
    assert not (tmp_path / "x.safetensors").exists()


def test_cancel_leaves_no_weights(tmp_path):
    def stop(done, total, text="", **values):
        if text.startswith("training") and done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        lesion_unet.train(None, tmp_path / "x.safetensors", TINY, stop)
    assert not (tmp_path / "x.safetensors").exists()


def test_a_run_can_start_from_other_weights(trained, tmp_path):
    path, card = trained
    still = replace(TINY, start=str(path), loop=LoopConfig(steps=1, lr=0.0, warmup=0))
    network, begun = lesion_unet.learn([], still, None)
    tensors, _ = weights.load(path)
    learnt = dict(network.named_parameters())  # batch norms count on; nothing was learnt
    assert all(torch.equal(learnt[name], tensors[name]) for name in learnt)
    assert begun.parent == weights.file_sha256(path)
    assert card.data in begun.data


def test_a_start_of_another_network_is_refused(trained, tmp_path):
    path, _ = trained
    wider = replace(TINY.network, decoder_channels=(16, 16, 8, 8, 4))
    fewer = replace(TINY.network, lesions=("HE", "MA", "SE", "EX", "NV"))
    for network in (wider, fewer):
        with pytest.raises(IncompatibleModel, match=r"lesion_unet\.safetensors"):
            lesion_unet.learn([], replace(TINY, start=str(path), network=network), None)
    with pytest.raises(MissingWeights):
        lesion_unet.learn([], replace(TINY, start=str(tmp_path / "none.safetensors")), None)


def test_no_images_at_all_are_refused(tmp_path):
    with pytest.raises(TooFewSamples):
        lesion_unet.train(None, tmp_path / "x.safetensors", replace(TINY, phantoms=0))


def test_a_lesion_that_nobody_knows_is_refused(tmp_path):
    for config in (
        replace(TINY, network=replace(TINY.network, lesions=("MA", "ZZ"))),
        replace(TINY, labelled=("MA", "hard exudates")),
    ):
        with pytest.raises(UnknownLabel, match="MA, HE, SE, EX, NV"):
            lesion_unet.train(None, tmp_path / "x.safetensors", config)


def test_unlabelled_lesions_give_no_loss():
    network = torch.nn.Conv2d(3, 5, 1)
    batch = {
        "image": torch.randn(2, 3, 8, 8),
        "target": torch.ones(2, 5, 8, 8),
        "known": torch.tensor([1.0, 1, 1, 1, 0]).view(1, 5, 1, 1).expand(2, 5, 1, 1),
    }
    lesion_unet.loss_of(TINY)(network, batch)["loss"].backward()
    assert (network.weight.grad[4] == 0).all()
    assert (network.weight.grad[:4] != 0).any()


def test_paper_and_shipped_are_offered():
    assert lesion_unet.CONFIGS["paper"].network.encoder == "tu-resnet50"
    assert lesion_unet.CONFIGS["paper"].diameter == 512
    assert lesion_unet.CONFIGS["shipped"] is lesion_unet.COMPACT
