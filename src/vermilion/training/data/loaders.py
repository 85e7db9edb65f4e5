"""Where batches come from: a store that is indexed, the device's own memory, or a stream."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import torch
from lightning_fabric import Fabric
from torch import Tensor

from vermilion.training.config.settings import Settings
from vermilion.training.data.batch import Batch
from vermilion.training.data.resident import Resident, fits
from vermilion.training.data.samples import SURVEYED_BATCHES, BatchNumbers, Samples, batches, first_batches
from vermilion.training.data.store import PictureStore, open_store

if TYPE_CHECKING:
    from vermilion.training.data.stream import Place

Places = list[list[int]]  # epoch and shard of each worker of all processes
SavedPlaces = Callable[[], Places | None]  # those of a checkpoint, which is read after the loader is made
AT_ONCE = 64  # batches whose numbers are copied to the device together


@dataclass(frozen=True, slots=True)
class Portion:
    """The input of a step: tensors on the device, and the function that makes a batch of them.

    Making the batch is part of the step, so that it is recorded, too. Portions of one kind are made alike.
    """

    kind: tuple[int, ...]
    tensors: tuple[Tensor, ...]
    make: Callable[..., Batch]


def ready(batch: Batch, device: torch.device) -> Portion:
    """A batch that was made elsewhere."""
    here = batch.to(device)
    tensors = (here.luma, here.ab, here.hints, here.plain)
    return Portion(tuple(here.luma.shape[2:]), tuple(each for each in tensors if each is not None), Batch)


class Loader(Protocol):
    """Gives this process its part of each batch, on its device."""

    skipped: dict[str, int]  # unusable pictures since the training began, as far as they were met
    generators: list[torch.Generator]  # that the making of batches draws from, besides torch's own

    def begin(self, settings: Settings) -> None:
        """Make samples by the settings of a stage from now on."""

    def portions(self, first: int, last: int) -> Iterator[Portion]:
        """Batches of the samples from number `first` to `last`, each to be made before the next is asked."""

    def first(self) -> Iterable[Batch]:
        """The batches that an average's statistics are measured on, the same every time in a stage."""

    def places(self) -> Places | None:
        """What a training needs to continue, besides its number of images."""


def open_pictures(settings: Settings) -> PictureStore:
    """The store of all pictures, or of a stream's first."""
    data = settings.data
    if data.stream:
        from vermilion.training.data.stream import first_pictures  # noqa: PLC0415 - `datasets` takes seconds

        return first_pictures(settings)
    return open_store(data.pictures, Path(data.cache), data.short_side)


def make_loader(settings: Settings, fabric: Fabric, samples: Samples, saved: SavedPlaces) -> Loader:
    """The data loader that a config asks for; a stream continues from the places that were saved."""
    if settings.data.stream:
        return Streaming(settings, fabric, samples, saved)
    wanted = settings.data.resident
    if wanted == "on" or (wanted == "auto" and fits(samples.store, samples.numbers, fabric.device)):
        return OnDevice(settings, fabric, samples)
    return Indexed(settings, fabric, samples)


class Indexed:
    """Samples by their numbers, prepared by worker processes."""

    def __init__(self, settings: Settings, fabric: Fabric, samples: Samples) -> None:
        self.settings, self.fabric, self.samples = settings, fabric, samples
        self.skipped: dict[str, int] = {}
        self.generators: list[torch.Generator] = []

    def begin(self, settings: Settings) -> None:
        """Other samples of the same pictures."""
        self.settings, self.samples = settings, self.samples.with_settings(settings)

    def portions(self, first: int, last: int) -> Iterator[Portion]:
        """Batches of this process."""
        fabric, settings = self.fabric, self.settings
        numbers = BatchNumbers(first, last, settings.batch, fabric.global_rank, fabric.world_size)
        for batch in batches(self.samples, numbers, settings.data.workers):
            yield ready(batch, fabric.device)

    def first(self) -> Iterable[Batch]:
        """One by one, like any sample here."""
        return first_batches(self.samples)

    def places(self) -> Places | None:
        """Nothing: samples follow from their numbers."""
        return None


class OnDevice:
    """Samples by their numbers, made on the device of pictures that stay there."""

    def __init__(self, settings: Settings, fabric: Fabric, samples: Samples) -> None:
        self.settings, self.fabric, self.samples = settings, fabric, samples
        self.skipped: dict[str, int] = {}
        self.resident = Resident(samples, fabric.device)
        self.generators = [self.resident.random]

    def begin(self, settings: Settings) -> None:
        """Other samples of the same pictures."""
        self.settings, self.samples = settings, self.samples.with_settings(settings)
        self.resident.samples = self.samples

    def portions(self, first: int, last: int) -> Iterator[Portion]:
        """Batches of this process; their pictures' places are copied for many at once."""
        rank, ranks = self.fabric.global_rank, self.fabric.world_size
        all_numbers = iter(BatchNumbers(first, last, self.settings.batch, rank, ranks))
        while together := list(islice(all_numbers, AT_ONCE)):
            for numbers, taken in zip(together, self.resident.places_of(together), strict=True):
                self.resident.seed(numbers[0], rank)
                size = self.samples.size_of(numbers[0])
                yield Portion(size, (taken,), partial(self.resident.made, size=size))

    def first(self) -> Iterable[Batch]:
        """Whole batches of the device: one by one they would take longer than all the steps between."""
        for numbers in BatchNumbers(0, SURVEYED_BATCHES * self.settings.batch, self.settings.batch):
            yield self.resident.batch(numbers)

    def places(self) -> Places | None:
        """Nothing: samples follow from their numbers."""
        return None


class Streaming:
    """Shards read from end to end; remembers where each worker is."""

    def __init__(self, settings: Settings, fabric: Fabric, samples: Samples, saved: SavedPlaces) -> None:
        self.settings, self.fabric, self.samples, self.saved = settings, fabric, samples, saved
        self.generators: list[torch.Generator] = []
        self.workers = max(1, settings.data.workers)
        self.skipped: dict[str, int] = {}
        self._skipped_by: dict[int, dict[str, int]] = {}
        self._places: list[Place] = []

    def begin(self, settings: Settings) -> None:
        """Other samples of the pictures to come."""
        self.settings, self.samples = settings, self.samples.with_settings(settings)

    def portions(self, first: int, last: int) -> Iterator[Portion]:
        """Batches of this process."""
        from vermilion.training.data.stream import Stream, streamed  # noqa: PLC0415 - `datasets` takes seconds

        fabric, batch = self.fabric, self.settings.batch
        rank, ranks = fabric.global_rank, fabric.world_size
        stream = Stream(self.settings, first // batch, rank, ranks, self._begin(ranks))
        before = dict(self.skipped)
        try:
            for one in streamed(stream, -(-(last - first) // batch)):
                self._places[one.place.worker] = one.place
                self._skipped_by[one.place.worker] = one.skipped
                self.skipped = _sum([before, *self._skipped_by.values()])
                yield ready(one.batch, fabric.device)
        finally:  # a stage that ends by the clock leaves off somewhere
            self._skipped_by = {}

    def first(self) -> Iterable[Batch]:
        """Of the stream's first pictures, which were decoded at the start."""
        return first_batches(self.samples)

    def _begin(self, ranks: int) -> "list[Place]":
        """Where the workers begin; as many as there are now."""
        from vermilion.training.data.stream import Place  # noqa: PLC0415 - `datasets` takes seconds

        if not self._places:
            count, saved = ranks * self.workers, self.saved() or []
            if len(saved) != count:  # distributed again
                saved = [[min((epoch for epoch, _ in saved), default=0), 0]] * count
            self._places = [Place(worker, *place) for worker, place in enumerate(saved)]
        return list(self._places)

    def places(self) -> Places | None:
        """Epoch and shard of every worker; all processes must ask together."""
        own = torch.tensor([[place.epoch, place.shard] for place in self._places])
        gathered = self.fabric.all_gather(own)
        by_rank = gathered.reshape(self.fabric.world_size, -1, 2)  # type: ignore[union-attr] # a tensor stays one
        return [by_rank[worker // self.workers, worker].tolist() for worker in range(len(self._places))]


def _sum(counts: list[dict[str, int]]) -> dict[str, int]:
    names = sorted({name for count in counts for name in count})
    return {name: sum(count.get(name, 0) for count in counts) for name in names}
