"""How many images a training sees in a second of processor time, features computed or read from disk.

python -m benchmarks.features --pictures SHARD_OR_FOLDER [--images 640] [--adversarial]
"""

import argparse
import resource
import tempfile
from dataclasses import replace
from pathlib import Path

from vermilion.training import Progress, train_settings
from vermilion.training.config.settings import DataSettings, ModelSettings, Settings, StageSettings

BATCH = 32
DISCRIMINATOR = Path(__file__).resolve().parents[1] / "models" / "discriminator.safetensors"


def rate(settings: Settings) -> float:
    """Images in a second of processor time, from the first report to the last."""
    marks: list[tuple[int, float]] = []

    def report(progress: Progress) -> None:
        if progress.rate:
            usage = resource.getrusage(resource.RUSAGE_SELF)
            marks.append((progress.done, usage.ru_utime + usage.ru_stime))

    train_settings(settings, report=report)
    (first, start), (last, end) = marks[0], marks[-1]
    return (last - first) / (end - start)


def settings_for(pictures: str, folder: Path, stage: StageSettings) -> Settings:
    """A short training from the shipped model at 160 px, on one thread, with nothing but the stage."""
    data = DataSettings(
        pictures=(pictures,),
        cache=str(folder / "cache"),
        hold_out=0,
        sizes=((160, 160),),
        degraded=0.4,
        workers=0,
    )
    start = str(DISCRIMINATOR) if stage.adversarial else ""
    return Settings(
        name="features",
        run=tempfile.mkdtemp(dir=folder),
        batch=BATCH,
        threads=1,
        accelerator="cpu",
        log_every=2,
        save_every=10**6,
        validate_every=10**6,
        data=data,
        model=ModelSettings(start_from="shipped", start_discriminator_from=start),
        stages=(stage,),
    )


def main() -> None:
    """Print both rates and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", required=True, help="a Parquet shard or a folder of colour photographs")
    parser.add_argument("--images", type=int, default=640, help="seen each way")
    parser.add_argument("--adversarial", action="store_true", help="against the shipped discriminator")
    args = parser.parse_args()
    stage = StageSettings("frozen", args.images, adversarial=0.13 if args.adversarial else 0.0)
    with tempfile.TemporaryDirectory() as folder:
        computed, cached = (
            rate(settings_for(args.pictures, Path(folder), replace(stage, cached_versions=versions)))
            for versions in (0, 1)
        )
    print(f"computed {computed:.1f}, from disk {cached:.1f} images/s of CPU time ({cached / computed:.2f} x)")


if __name__ == "__main__":
    main()
