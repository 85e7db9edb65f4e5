"""What each part of the config gives: rows trained alike, scored alike, in one table.

python -m benchmarks.ablation --pictures SHARDS --weights FOLDER --perceptual network mobilenetv2_100:FILE \
    --bench PICTURES --scorer score.py [--rows residual,ours --seeds 0,1,2]

A row is a config in configs/ablation. Rows that are trained or scored already are left as they are, and one
that was stopped continues, so you can give the command again and again. The table is written at every change.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import numpy as np
import torch
from torch import nn

from benchmarks.classic import ClassicColorizer, ClassicTask, is_classic, read_classic, say
from benchmarks.colors import Bench, colorize_folder
from benchmarks.held_out import Extractor, as_shown, load_extractor, look
from benchmarks.pix2pix import SIDE_MULTIPLE
from vermilion import Colorizer
from vermilion.color import colorfulness, kernel_distance
from vermilion.training import CardFacts, Settings, export, load_settings, train_settings
from vermilion.training.data.samples import Samples, first_batches
from vermilion.training.data.store import open_store
from vermilion.training.loop.average import refresh_statistics
from vermilion.training.loop.validation import HeldOut, figures, held_out_pictures, paint_alone, to_rgb
from vermilion.training.networks.weights import read_facts, read_generator, save_module

CONFIGS = Path(__file__).parents[1] / "configs" / "ablation"
TEMPERATURE = 0.4  # of all rows on the bench: that of their supervised losses
START, CLASSIC, OURS, RAW = "start", "classic", "ours", "without_ema"
ROWS = {
    CLASSIC: "1. classic: pix2pix U-Net, PatchGAN, BCE, 100 L1",
    "l1": "2. our U-Net, L1 alone",
    "distribution": "3. with the distribution",
    "residual": "4. and the residual",
    OURS: "5. and adversarial training (ours; encoder lite1)",
    "without_pretrained": "ours without a pretrained encoder",
    "without_frozen_start": "without the frozen start",
    "without_rebalancing": "without class rebalancing",
    RAW: "without EMA (the same run's raw weights)",
    "without_perceptual": "without the perceptual loss",
    "without_degradations": "without degradations",
    "without_hints": "without hints",
    "lite0": "encoder lite0",
    "mobilenetv2": "encoder mobilenetv2",
}
COLUMNS = (
    ("held", "clean", ("corr", "corr_c", "cf_ratio", "cmd", "kmd")),
    ("held", "aged", ("corr", "corr_c", "cmd")),
    ("bench", "clean", ("corr", "corr_c", "cf_ratio", "cmd", "kmd", "top1")),
    ("bench", "aged", ("corr", "corr_c", "cmd")),
)
Scores = dict[str, dict[str, dict[str, float]]]


@dataclass(frozen=True, slots=True)
class Plan:
    """Where everything is."""

    work: Path
    configs: Path = CONFIGS
    pictures: tuple[str, ...] = ()  # none: those of the configs
    cache: str = ""
    weights: Path | None = None  # folder of NAME.safetensors or NAME.fp16.safetensors, instead of a download
    side: int = 192  # pixels of the short side, on held-out pictures and on the bench

    def file(self, weights: str, name: str) -> str:
        """A config's weights of a timm network, or the file that stands in for a download."""
        if weights != "timm" or self.weights is None:
            return weights
        found = [self.weights / f"{name}{ending}" for ending in (".safetensors", ".fp16.safetensors")]
        return str(next((path for path in found if path.exists()), found[0]))

    def settings(self, row: str, seed: int) -> Settings:
        """The config of a row, with this machine's paths."""
        read = load_settings(self.configs / f"{row}.toml")
        data, model, loss = read.data, read.model, read.loss
        start = self.work / START / "generator.safetensors"
        return replace(
            read,
            run=str(self.work / run_name(row, seed)),
            seed=seed,
            data=replace(data, pictures=self.pictures or data.pictures, cache=self.cache or data.cache),
            model=replace(
                model,
                start_from=str(start) if model.start_from else "",
                encoder_weights=self.file(model.encoder_weights, model.encoder),
            ),
            loss=replace(
                loss, perceptual_weights=self.file(loss.perceptual_weights, loss.perceptual_network)
            ),
        )


def run_name(row: str, seed: int) -> str:
    """Folder of a row's run."""
    return row if seed == 0 else f"{row}-seed{seed}"


def trained(plan: Plan, row: str, seed: int) -> Path:
    """The generator of a row; trained now, or further, unless it is there."""
    if row == RAW:
        return raw_weights(plan, seed)
    settings = plan.settings(row, seed)
    if settings.model.start_from:
        trained(plan, START, 0)  # one start for all rows and seeds
    run = Path(settings.run)
    done = run / "generator.safetensors"
    if not done.exists():
        print(f"training {run.name}", flush=True)
        task = ClassicTask() if row == CLASSIC else None
        train_settings(settings, resume=(run / "last.ckpt").exists(), report=say, task=task)
    return done


def raw_weights(plan: Plan, seed: int) -> Path:
    """Our generator as it was in the last step, its statistics measured as the average's are."""
    average = trained(plan, OURS, seed)
    target = average.with_name("raw.safetensors")
    if target.exists():
        return target
    generator = read_generator(average)
    state = torch.load(average.with_name("last.ckpt"), weights_only=True, map_location="cpu")
    generator.load_state_dict(state["generator"])
    refresh_statistics(generator, first_batches(samples_of(plan.settings(OURS, seed))))
    save_module(generator, target, read_facts(average))
    return target


def samples_of(settings: Settings) -> Samples:
    """Training samples of a config."""
    data = settings.data
    store = open_store(data.pictures, Path(data.cache), data.short_side)
    return Samples(store, store.split(data.hold_out)[0], settings)


@dataclass(frozen=True, slots=True)
class Scorer:
    """Scores a generator on held-out pictures and on the bench; what is missing is left out."""

    plan: Plan
    extractor: Extractor | None = None
    bench: Bench | None = None

    def fill(self, row: str, seed: int, generator: Path) -> Scores:
        """The scores of a row, from its file as far as they are there."""
        file = generator.with_suffix(".scores.json")
        scores: Scores = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        if "held" not in scores:
            scores["held"] = self.held(row, seed, generator)
        if "bench" not in scores and self.bench is not None:
            scores["bench"] = self.on_bench(generator, self.bench)
        file.write_text(json.dumps(scores, indent=1) + "\n", encoding="utf-8")
        return scores

    def held(self, row: str, seed: int, path: Path) -> dict[str, dict[str, float]]:
        """Figures on held-out training pictures; the classic one sees them at the size that it can."""
        settings = self.plan.settings(OURS if row == RAW else row, seed)
        classic = is_classic(path)
        generator = read_classic(path) if classic else read_generator(path).eval()
        data = settings.data
        store = open_store(data.pictures, Path(data.cache), data.short_side)
        numbers = store.split(data.hold_out)[1][: data.held_out_limit]
        size = (SIDE_MULTIPLE, SIDE_MULTIPLE) if classic else (self.plan.side, 32)
        pictures = held_out_pictures(store, numbers, *size)
        temperature = settings.loss.temperature
        return {
            kind: held_figures(generator, pictures, self.extractor, temperature, aged=kind == "aged")
            for kind in ("clean", "aged")
        }

    def on_bench(self, path: Path, bench: Bench) -> dict[str, dict[str, float]]:
        """The external scorer's figures."""
        colorizer: Any = ClassicColorizer(path) if is_classic(path) else Colorizer(exported(path))
        scores = {}
        for kind in ("clean", "aged"):
            target = bench.work / path.parent.name / f"{path.stem}-{kind}"
            grey = bench.grey(aged=kind == "aged")
            colorize_folder(colorizer, bench, grey, target, size=self.plan.side)
            told = bench.score(target, network=kind == "clean")
            scores[kind] = {name: value for name, value in told.items() if isinstance(value, int | float)}
        return scores


def held_figures(
    generator: nn.Module,
    pictures: list[HeldOut],
    extractor: Extractor | None,
    temperature: float,
    *,
    aged: bool,
) -> dict[str, float]:
    """Our figures, colourfulness over the truth's and, with a perceptual network, its kernel distance."""
    lumas = [picture.aged if aged else picture.luma for picture in pictures]
    painted = [paint_alone(generator, luma, temperature) for luma in lumas]
    found = asdict(figures([picture.ab for picture in pictures], painted))
    true = [to_rgb(picture.luma, picture.ab) for picture in pictures]
    made = [as_shown(picture.luma, ab) for picture, ab in zip(pictures, painted, strict=True)]
    found["cf_ratio"] = sum(map(colorfulness, made)) / sum(map(colorfulness, true))
    if extractor is not None:
        wanted, seen = look(extractor, true).features, look(extractor, made).features
        found["kmd"] = kernel_distance(wanted, seen, wanted.shape[1], 1.0)
    return {name: float(value) for name, value in found.items()}


def exported(path: Path) -> Path:
    """The model folder of a generator, beside it."""
    folder = path.with_suffix(".model")
    if (folder / "model.json").exists():
        return folder
    return export(path, folder, CardFacts(name=path.parent.name, temperature=TEMPERATURE))


def lines(table: dict[str, list[Scores]]) -> Iterator[str]:
    """The table in Markdown; rows of several seeds tell the mean and the deviation."""
    columns = [(where, kind, name) for where, kind, names in COLUMNS for name in names]
    yield "| | " + " | ".join(f"{where} {kind} {name}" for where, kind, name in columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    for row, seeds in table.items():
        cells = [
            cell([scores[w][k][n] for scores in seeds if n in scores.get(w, {}).get(k, {})])
            for w, k, n in columns
        ]
        yield f"| {ROWS.get(row, row)} | " + " | ".join(cells) + " |"


def cell(values: list[float]) -> str:
    """A figure, with its deviation over the seeds if there are several."""
    if not values or not np.isfinite(values).all():
        return "–"
    mean = fmean(values)
    digits = 3 if abs(mean) < 5 else 1
    return f"{mean:.{digits}f}" + (f" ± {stdev(values):.{digits}f}" if len(values) > 1 else "")


def run(plan: Plan, scorer: Scorer, rows: list[str], seeds: list[int]) -> Path:
    """Train and score what is not done yet; returns the file with the table."""
    table: dict[str, list[Scores]] = defaultdict(list)
    target = plan.work / "table.md"
    for row in rows:
        for seed in seeds:
            table[row].append(scorer.fill(row, seed, trained(plan, row, seed)))
            target.write_text("\n".join(lines(table)) + "\n", encoding="utf-8")
    return target


def main() -> None:
    """Parse, train, score, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ablation", description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("runs/ablation"), help="folder of the runs")
    parser.add_argument("--configs", type=Path, default=CONFIGS)
    parser.add_argument("--pictures", action="append", default=[], help="shards or folders; repeatable")
    parser.add_argument("--cache", default="", help="of decoded pictures, in place of the configs'")
    parser.add_argument("--weights", type=Path, help="folder of timm weights, so that nothing is downloaded")
    parser.add_argument(
        "--extractor",
        help="NAME:FILE of a timm network for kernel distances; best one that no row trains with",
    )
    parser.add_argument("--bench", type=Path, help="folder of true colour pictures")
    parser.add_argument("--scorer", type=Path, help="score.py, with make_grey.py beside it")
    parser.add_argument("--rows", default=",".join(ROWS), help="rows, by the names of their configs")
    parser.add_argument("--seeds", default="0", help="of each row, for example 0,1,2")
    parser.add_argument("--side", type=int, default=192, help="working size when scored")
    args = parser.parse_args()
    if (args.bench is None) != (args.scorer is None):
        parser.error("--bench and --scorer go together")
    unknown = sorted(set(args.rows.split(",")) - set(ROWS))
    if unknown:
        parser.error(f"there is no row {unknown[0]}; known are {', '.join(ROWS)}")
    plan = Plan(args.work, args.configs, tuple(args.pictures), args.cache, args.weights, args.side)
    bench = Bench(args.bench, args.scorer, args.work / "bench") if args.bench else None
    scorer = Scorer(plan, load_extractor(args.extractor) if args.extractor else None, bench)
    print(run(plan, scorer, args.rows.split(","), [int(seed) for seed in args.seeds.split(",")]))


if __name__ == "__main__":
    main()
