from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from engine.errors import WrongUsage
from engine.models.zoom_in_net import NetworkConfig, ZoomInNet, as_dict, build
from engine.models.zoom_in_net.main import MainNet
from engine.models.zoom_in_net.network import at_places, shrink
from engine.models.zoom_in_net.regions import select_regions

SLIM = {"channels": (8, 8, 8, 16), "stem_type": "", "stem_width": 8}
TINY = NetworkConfig(
    input_size=96,
    high_size=240,
    window=39,
    patch_size=64,
    main="resnet10t",
    main_options=SLIM,
    crop="resnet10t",
    crop_options=SLIM,
    hidden=8,
)


def images(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    high = torch.randint(0, 256, (count, 3, 240, 240), generator=generator, dtype=torch.uint8)
    return shrink(high, 96).to(torch.uint8), high


@pytest.fixture
def network() -> ZoomInNet:
    torch.manual_seed(0)
    return build(as_dict(TINY)).eval()


def test_shapes_of_all_that_it_says(network: ZoomInNet) -> None:
    out = network(*images(3))
    assert out.logits.shape == out.main_logits.shape == (3, 5)
    assert out.dme.shape == out.main_dme.shape == (3, 3)
    assert out.evidence.gated.shape == (3, 5, 3, 3)
    assert out.regions.centers.shape == (3, 4, 2)
    assert out.embedding.shape == (3, 16 + 16 + 16)


def test_paper_sizes() -> None:
    config = NetworkConfig()
    assert (config.input_size, config.high_size, config.window, config.high_window) == (492, 1230, 200, 500)
    with torch.device("meta"):
        network = build({})
        maps, _, logits = network.main(torch.zeros(1, 3, 492, 492), torch.tensor([-1]))
        assert maps.shape == (1, 1536, 14, 14)
        assert logits.shape == (1, 8)


def test_without_the_high_image_it_stops_after_a_net(network: ZoomInNet) -> None:
    low, high = images(2)
    short, whole = network(low), network(low, high)
    assert short.regions is None
    assert torch.equal(short.logits, short.main_logits)
    assert torch.equal(short.main_logits, whole.main_logits)


def test_without_the_oedema_head() -> None:
    assert build(as_dict(replace(TINY, dme=False))).eval()(*images(1)).dme.shape == (1, 0)


def test_an_eye_does_not_look_at_eyes_that_are_not_its_fellow(network: ZoomInNet) -> None:
    low, high = images(3)
    alone = network(low[:1], high[:1])
    among = network(low, high, torch.tensor([-1, 2, 1]))
    assert torch.allclose(alone.logits, among.logits[:1], atol=1e-5)


def test_the_fellow_eye_is_the_other_half_of_the_pair() -> None:
    net = MainNet("resnet10t", dict(SLIM), outputs=5)
    torch.nn.init.normal_(net.absent)
    pooled = torch.randn(3, 16)
    pair = net.both_eyes(pooled, torch.tensor([2, -1, 0]))
    assert torch.equal(pair[0], torch.cat((pooled[0], pooled[2])))
    assert torch.equal(pair[1], torch.cat((pooled[1], net.absent)))
    assert torch.equal(pair[2], torch.cat((pooled[2], pooled[0])))


def test_the_absent_vector_learns() -> None:
    net = MainNet("resnet10t", dict(SLIM), outputs=5)
    net(torch.randn(2, 3, 32, 32), torch.tensor([-1, -1]))[2].sum().backward()
    assert net.absent.grad is not None
    assert float(net.absent.grad.abs().sum()) > 0


def test_patches_show_the_place_that_the_map_points_at(network: ZoomInNet) -> None:
    """A bright spot of known place lies at the middle of the patch around it, at either scale."""
    response = torch.zeros(1, 96, 96)
    response[0, 60, 40] = 1.0
    high = torch.zeros(1, 3, 240, 240, dtype=torch.uint8)
    high[:, :, 149:153, 99:103] = 255  # (60.5, 40.5) of 96 at 240
    regions = select_regions(response, TINY.window, 1)
    patch = network.patches(high, regions)[0, 0, 0]
    y, x = divmod(int(patch.argmax()), TINY.patch_size)
    assert abs(x - 31.5) <= 2
    assert abs(y - 31.5) <= 2


def test_eval_does_not_depend_on_the_batch(network: ZoomInNet) -> None:
    low, high = images(3)
    together = network(low, high).logits
    apart = torch.cat([network(low[k : k + 1], high[k : k + 1]).logits for k in range(3)])
    assert torch.allclose(together, apart, atol=1e-5)


def test_features_are_those_of_the_cell_under_the_place() -> None:
    maps = torch.arange(2 * 3 * 4 * 4.0).view(2, 3, 4, 4)
    places = torch.tensor([[[0, 0], [95, 95]], [[50, 30], [23, 24]]])
    found = at_places(maps, places, 96)
    for image in range(2):
        for number in range(2):
            x, y = places[image, number].tolist()
            assert torch.equal(found[image, number], maps[image, :, y // 24, x // 24])


def test_each_region_left_out(network: ZoomInNet) -> None:
    low, high = images(2)
    out = network(low, high)
    patches = network.patches(high, out.regions)
    pair = out.embedding[:, :32]
    for number in range(4):
        kept = out.regions.valid.clone()
        kept[:, number] = False
        expected = network.crop(patches, kept, pair)[1][:, :5]
        assert torch.allclose(out.without[:, number], expected, atol=1e-5)
    assert network.train()(low, high).without is None


def test_unknown_settings_are_refused() -> None:
    with pytest.raises(WrongUsage, match="windw"):
        build({"windw": 3})
