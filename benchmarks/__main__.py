"""Print every figure with one command.

python -m benchmarks --bench PICTURES --scorer score.py [--faces YUNET.onnx] [--only colors|speed|faces]
python -m benchmarks studio
"""

import argparse
import os
import platform
import sys
from pathlib import Path

from benchmarks import studio
from benchmarks.colors import Bench, color_figures, table
from benchmarks.faces import face_figures
from benchmarks.speed import all_speeds


def main() -> None:
    """Parse, measure, print."""
    if sys.argv[1:2] == ["studio"]:
        studio.main(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--bench", type=Path, help="folder of true colour pictures")
    parser.add_argument("--scorer", type=Path, help="score.py, with make_grey.py beside it")
    parser.add_argument(
        "--faces", type=Path, help="YuNet's ONNX file; adds the figures of faces by skin tone"
    )
    parser.add_argument("--work", type=Path, default=Path("benchmarks/out"), help="folder for results")
    parser.add_argument("--model", type=Path, help="a model folder; by default the one inside the package")
    parser.add_argument("--size", type=int, help="working size; by default the model's own")
    parser.add_argument("--only", choices=["colors", "speed", "faces"])
    args = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    if args.only in (None, "speed"):
        for measure in all_speeds(args.model):
            print(measure.line(), flush=True)
    if args.only != "speed" and (args.bench is None or args.scorer is None):
        parser.error("colour figures need --bench and --scorer")
    if args.only in (None, "colors"):
        bench = Bench(args.bench, args.scorer, args.work)
        print(table(color_figures(args.model, bench, size=args.size)), flush=True)
    if args.only in (None, "faces") and args.faces:
        print(face_figures(args.model, args.bench, args.faces))


if __name__ == "__main__":
    main()
