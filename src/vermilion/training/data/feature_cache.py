"""Features of a frozen encoder, computed once for several augmented views of each picture and kept on disk.

An encoder that does not learn sees the same in every epoch that shows it the same view. So each picture is
cut, mirrored and aged in a few versions; epoch e takes version e modulo their number. Hints and recoloured
things are drawn again each time. A version is one file of records of equal size, which is memory-mapped.
"""

import hashlib
import json
import shutil
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from filelock import FileLock
from lightning_fabric import Fabric
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from vermilion.errors import TrainingError
from vermilion.training.config.settings import Settings
from vermilion.training.data.batch import Batch, Views, hinted, make_views
from vermilion.training.data.dice import SampleDice
from vermilion.training.data.loaders import Places, Portion
from vermilion.training.data.samples import (
    BatchNumbers,
    Listed,
    Samples,
    as_it_is,
    before_workers,
    first_batches,
    one_thread,
)
from vermilion.training.networks.encoder import STRIDES, Encoder

TOGETHER = 32  # pictures that the encoder sees at once
VIEWS, HINTS = 4, 5  # ends of the seeds of views and of hints, so that they differ from all other seeds


class FeatureCache:
    """Versions of the samples' pictures with their features, as files in a folder that is named by all of it.

    Args:
        samples: of a stage, all of one size.
        see: the encoder, which must not learn as long as this is used.
        cache: the folder in which that of the features lies.
    """

    def __init__(self, samples: Samples, encoder: Encoder, cache: Path) -> None:
        self.samples, self.encoder = samples, encoder
        (self.size,) = samples.settings.data.sizes
        self.record = record_of(self.size, encoder.channels, plain=samples.settings.data.recolored > 0)
        self.folder = cache / f"features-{self._digest()}"

    def _digest(self) -> str:
        """A name for everything that the records follow from."""
        data = self.samples.settings.data
        facts = [self.samples.store.name, self.samples.numbers, self.samples.seed, self.size]
        facts += [data.smallest_crop, data.degraded, data.vividness, str(self.record)]
        digest = hashlib.sha256(json.dumps(facts).encode())
        for name, tensor in sorted(self.encoder.state_dict().items()):
            digest.update(name.encode())
            digest.update((tensor.detach().cpu().contiguous() + 0).numpy().tobytes())  # -0 becomes 0
        return digest.hexdigest()[:16]

    @property
    def bytes_of_a_version(self) -> int:
        """Size of one version's file."""
        return int(self.record.itemsize * len(self.samples.numbers))

    def path(self, version: int) -> Path:
        """The file of a version."""
        return self.folder / f"{version:02}.records"

    def missing(self, versions: Iterable[int]) -> list[int]:
        """Those of the versions that are not on disk yet."""
        return [version for version in versions if not self.path(version).exists()]

    def build(self, version: int) -> None:
        """Compute a version, unless it exists; processes that want the same one wait for the first.

        Raises:
            TrainingError: the disk has no room for it.
        """
        path = self.path(version)
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")):
            if path.exists():
                return
            self._check_room()
            part = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}.part")
            try:
                self._fill(part, version)
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)

    def _check_room(self) -> None:
        free, wanted = shutil.disk_usage(self.folder).free, self.bytes_of_a_version
        if wanted > free:
            raise TrainingError(
                f"cached_versions: a version of the features takes {wanted / 1e9:.1f} GB in {self.folder}, "
                f"which has {free / 1e9:.1f} GB left; make room, lower cached_versions, or set it to 0."
            )

    @torch.no_grad()
    def _fill(self, path: Path, version: int) -> None:
        records = np.memmap(path, self.record, "w+", shape=(len(self.samples.numbers),))
        views, workers = Version(self.samples, version), self.samples.settings.data.workers
        before_workers(workers)
        loader = DataLoader[Any](
            views, TOGETHER, num_workers=workers, collate_fn=as_it_is, worker_init_fn=one_thread
        )
        device = next(self.encoder.parameters()).device
        first = 0
        for together in loader:
            levels = [level.to(torch.float16).cpu() for level in self.encoder(together.luma.to(device))]
            _write(records[first : first + len(together.luma)], together, levels)
            first += len(together.luma)
        records.flush()

    def opened(self, version: int) -> NDArray[Any]:
        """The records of a version, mapped and read-only."""
        return np.memmap(self.path(version), self.record, "r")


def record_of(size: tuple[int, int], channels: list[int], *, plain: bool) -> np.dtype[Any]:
    """What is kept of a view: luma (and, with `plain`, luma that has not aged) in 255ths, ab, features."""
    height, width = size
    fields: list[tuple[str, str, tuple[int, ...]]] = [("luma", "u1", size)]
    fields += [("plain", "u1", size)] if plain else []
    fields.append(("ab", "f2", (height // STRIDES[0], width // STRIDES[0], 2)))
    for stride, count in zip(STRIDES, channels, strict=True):
        fields.append((f"stride{stride}", "f2", (count, height // stride, width // stride)))
    return np.dtype(fields)


def _write(records: Any, views: Views, levels: list[Tensor]) -> None:  # noqa: ANN401 - of numpy
    records["luma"] = (views.luma[:, 0] * 255).round().numpy()
    if "plain" in records.dtype.names:
        records["plain"] = (views.plain[:, 0] * 255).round().numpy()
    records["ab"] = views.ab.permute(0, 2, 3, 1).numpy()
    for stride, level in zip(STRIDES, levels, strict=True):
        records[f"stride{stride}"] = level.numpy()


class Version(Dataset[Views]):
    """A version of each picture, in their order."""

    def __init__(self, samples: Samples, version: int) -> None:
        self.samples, self.version = samples, version

    def __len__(self) -> int:
        return len(self.samples.numbers)

    @torch.no_grad()
    def __getitems__(self, places: list[int]) -> Views:
        samples = self.samples
        numbers = [samples.numbers[place] for place in places]
        dice = SampleDice(
            [np.random.default_rng([samples.seed, self.version, number, VIEWS]) for number in numbers]
        )
        pictures = Listed([samples.store[number] for number in numbers])
        return make_views(pictures, samples.settings.data.sizes[0], dice, samples.settings)


class CachedSamples(Dataset[tuple[Tensor, ...]]):
    """Sample number n: luma [1,H,W], ab [2,h,w], hints [3,h,w], and the features [C,.,.] as float16."""

    def __init__(self, cache: FeatureCache, versions: int) -> None:
        self.samples, self.versions = cache.samples, versions
        self.places = {number: place for place, number in enumerate(cache.samples.numbers)}
        self.cache = cache
        self._records: dict[int, NDArray[Any]] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Worker processes map the files themselves."""
        return self.__dict__ | {"_records": {}}

    def __getitem__(self, number: int) -> tuple[Tensor, ...]:
        return tuple(tensor[0] for tensor in self.__getitems__([number]))

    @torch.no_grad()
    def __getitems__(self, numbers: list[int]) -> tuple[Tensor, ...]:
        """Those of a whole batch."""
        samples = self.samples
        taken = [samples.picture_of(number) for number in numbers]
        records = np.stack([self._record(*one) for one in taken])
        luma, plain = (
            torch.from_numpy(records[name]).float()[:, None] / 255
            for name in ("luma", "plain" if "plain" in (records.dtype.names or ()) else "luma")
        )
        true = torch.from_numpy(records["ab"]).float().permute(0, 3, 1, 2).contiguous()
        dice = SampleDice([np.random.default_rng([samples.seed, *one, HINTS]) for one in taken])
        ab, hints = hinted(Views(luma, plain, true), dice, samples.settings)
        levels = (torch.from_numpy(np.ascontiguousarray(records[f"stride{stride}"])) for stride in STRIDES)
        return luma, ab, hints, *levels

    def _record(self, epoch: int, picture: int, before: int) -> Any:  # noqa: ANN401 - of numpy
        """What is kept of the version that a sample takes."""
        version = (epoch + before) % self.versions
        if version not in self._records:
            self._records[version] = self.cache.opened(version)
        return self._records[version][self.places[picture]]


def cached_batch(luma: Tensor, ab: Tensor, hints: Tensor, *features: Tensor) -> Batch:
    """A batch with its features."""
    return Batch(luma, ab, hints, features=features)


class CachedLoader:
    """Samples whose features are on disk, read by worker processes; see `loaders.Loader`."""

    def __init__(self, cache: FeatureCache, versions: int, fabric: Fabric) -> None:
        self.cache, self.versions, self.fabric = cache, versions, fabric
        self.samples = CachedSamples(cache, versions)
        self.skipped: dict[str, int] = {}
        self.generators: list[torch.Generator] = []

    def begin(self, settings: Settings) -> None:
        """Do nothing: it was made for one stage."""

    def wanted(self, first: int, last: int) -> list[int]:
        """The versions that samples from number `first` to `last` take."""
        length, settings = self.cache.samples.length, self.cache.samples.settings
        epochs = range(first // length, (last + settings.batch) // length + 1)
        if len(epochs) >= self.versions or settings.data.weights:
            return list(range(self.versions))
        return sorted({epoch % self.versions for epoch in epochs})

    def portions(self, first: int, last: int) -> Iterator[Portion]:
        """Batches of this process."""
        settings, fabric = self.cache.samples.settings, self.fabric
        numbers = BatchNumbers(first, last, settings.batch, fabric.global_rank, fabric.world_size)
        workers = settings.data.workers
        before_workers(workers)
        loader = DataLoader[Any](
            self.samples,
            batch_sampler=numbers,
            num_workers=workers,
            collate_fn=as_it_is,
            worker_init_fn=one_thread,
            prefetch_factor=4 if workers else None,
        )
        for tensors in loader:
            here = tuple(tensor.to(fabric.device, non_blocking=True) for tensor in tensors)
            yield Portion(tuple(here[0].shape[2:]), here, cached_batch)

    def first(self) -> Iterable[Batch]:
        """Ordinary samples: the version that they would take need not be on disk."""
        return first_batches(self.cache.samples)

    def places(self) -> Places | None:
        """Nothing: samples follow from their numbers."""
        return None
