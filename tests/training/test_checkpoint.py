import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from vermilion.errors import TrainingError
from vermilion.training.networks.discriminator import Discriminator
from vermilion.training.networks.generator import UNetGenerator
from vermilion.training.networks.weights import read_generator, read_weights, save_module


def test_a_generator_comes_back_as_it_was_but_for_half_precision(
    generator: UNetGenerator, tmp_path: Path
) -> None:
    generator(torch.rand(4, 1, 32, 32), torch.zeros(4, 3, 8, 8), 0.4)  # moves the statistics
    path = tmp_path / "g.safetensors"
    save_module(generator, path, {"generator": json.dumps(generator.config)})
    back = read_generator(path)
    assert json.dumps(back.config) == json.dumps(generator.config)
    luma, hints = torch.rand(1, 1, 64, 64), torch.zeros(1, 3, 16, 16)
    with torch.no_grad():
        ours, theirs = (module.eval()(luma, hints, 0.4).chroma for module in (back, generator))
    torch.testing.assert_close(ours, theirs, atol=0.2, rtol=0)
    for name, values in generator.state_dict().items():
        if "running_" in name or name.endswith(("centres", "scales")):
            assert torch.equal(values, back.state_dict()[name]), name


def test_a_discriminator_comes_back(tmp_path: Path) -> None:
    discriminator, other = Discriminator([4] * 4, 4), Discriminator([4] * 4, 4)
    save_module(discriminator, tmp_path / "j.safetensors", {})
    read_weights(other, tmp_path / "j.safetensors")
    assert all(
        torch.equal(a.half(), b.half())
        for a, b in zip(discriminator.parameters(), other.parameters(), strict=True)
    )
    with pytest.raises(TrainingError, match="does not hold the weights of this Discriminator"):
        read_weights(Discriminator([4] * 4, 8), tmp_path / "j.safetensors")


def test_other_files_are_refused(generator: UNetGenerator, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="is not a generator that vermilion saved"):
        read_generator(tmp_path / "none.safetensors")
    (tmp_path / "text.safetensors").write_text("text")
    with pytest.raises(TrainingError, match="is not a generator that vermilion saved"):
        read_generator(tmp_path / "text.safetensors")
    save_file({"a": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(TrainingError, match="is not a generator that vermilion saved"):
        read_generator(tmp_path / "other.safetensors")
    config = json.dumps(generator.config)
    save_file({"a": torch.zeros(1)}, tmp_path / "part.safetensors", metadata={"generator": config})
    with pytest.raises(TrainingError, match="do not fit this version"):
        read_generator(tmp_path / "part.safetensors")
