"""Mix a generator from before a stage with the one from after it.

python scripts/mix_generators.py RECIPE.toml BEFORE.safetensors AFTER.safetensors SHARE TARGET.safetensors
"""

import argparse
from pathlib import Path

from vermilion.training.config.settings import load_settings
from vermilion.training.data.samples import Samples
from vermilion.training.data.store import open_store
from vermilion.training.mix import mix_generators


def main() -> None:
    """Parse and mix."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("config", type=Path, help="whose pictures the statistics are measured on")
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("share", type=float, help="of the later weights, 0..1")
    parser.add_argument("target", type=Path)
    args = parser.parse_args()
    settings = load_settings(args.config)
    data = settings.data
    store = open_store(data.pictures, Path(data.cache), data.short_side)
    samples = Samples(store, store.split(data.hold_out)[0], settings)
    print(mix_generators(args.before, args.after, args.share, samples, args.target))


if __name__ == "__main__":
    main()
