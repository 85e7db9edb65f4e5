"""How quick a server is, how it bears many callers, and whether its memory stays flat.

    python -m benchmarks studio                  # all of it: some minutes
    python -m benchmarks studio --requests 400   # a shorter look at memory

A server runs in a process of its own, with the shipped model; all pictures are made up.
"""

import argparse
import io
import os
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
from PIL import Image

SOURCE = Path(__file__).parents[1] / "src"
CLIENTS = 16
FIRST = 5  # pictures whose first colour is timed
SIZES = {"2 megapixels": (1600, 1200), "12 megapixels": (4000, 3000)}

Caller = Callable[[int], httpx.Response]


def main(words: Sequence[str] | None = None) -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks studio", description=__doc__)
    parser.add_argument("--model", help="a model folder; by default the one inside the package")
    parser.add_argument("--load", type=int, default=200, help="requests from 16 clients at once")
    parser.add_argument("--requests", type=int, default=2000, help="requests after which memory is compared")
    parser.add_argument("--changes", type=int, default=30, help="changes of a picture that are timed")
    args = parser.parse_args(words)
    with serving(args.model) as (client, process):
        for name, size in SIZES.items():
            before = processor(process.pid)
            first = first_color(client, size)
            worked = (processor(process.pid) - before) / FIRST
            print(f"first colour, {name}: {first:.0f} ms ({worked:.0f} ms of processor)", flush=True)
        before = processor(process.pid)
        changes = change_times(client, args.changes)
        worked = (processor(process.pid) - before) / args.changes
        median = statistics.median(changes)
        spread = f"median {median:.0f} ms, p95 {p95(changes):.0f} ms"
        print(f"change, shown at 1024 pixels: {spread} ({worked:.0f} ms of processor)", flush=True)
        times, statuses = load(client, args.load)
        answers = f"p95 {p95(times):.0f} ms, answers {dict(statuses)}"
        print(f"{args.load} requests, {CLIENTS} clients: {answers}", flush=True)
        first, last = memory(client, process.pid, args.requests)
        print(f"memory over {args.requests} requests: first 100 {first:.0f} MiB, last 100 {last:.0f} MiB")


@contextmanager
def serving(model: str | None) -> Iterator[tuple[httpx.Client, subprocess.Popen[str]]]:
    """Run a server; yield a client of it and its process."""
    words = [sys.executable, "-m", "vermilion", "serve", "--port", "0"]
    words += ["--model", model] if model else []
    environment = os.environ | {"PYTHONPATH": str(SOURCE), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().strip() if process.stdout else ""
        limits = httpx.Limits(max_connections=CLIENTS, max_keepalive_connections=CLIENTS)
        try:
            with httpx.Client(base_url=url, timeout=120, limits=limits, trust_env=False) as client:
                yield client, process
        finally:
            process.terminate()
            process.wait(30)


def photograph(size: tuple[int, int], seed: int = 0) -> bytes:
    """Return a made-up grey JPEG of a width and a height: soft shapes and grain."""
    generator = np.random.default_rng(seed)
    shapes = Image.fromarray(generator.integers(0, 255, (12, 16), np.uint8)).resize(
        size, Image.Resampling.BICUBIC
    )
    grain = generator.normal(0, 6, (size[1], size[0])).astype(np.float32)
    luma = np.clip(np.asarray(shapes, np.float32) * 0.8 + 25 + grain, 0, 255).astype(np.uint8)
    content = io.BytesIO()
    Image.fromarray(luma).save(content, "jpeg", quality=90)
    return content.getvalue()


def first_color(client: httpx.Client, size: tuple[int, int]) -> float:
    """Return the median milliseconds from the upload of a picture to its first preview."""
    times = []
    for seed in range(FIRST):
        content = photograph(size, seed)
        started = time.perf_counter()
        [picture] = client.post("/v1/pictures", files={"file": ("a.jpg", content)}).raise_for_status().json()
        query = {"side": 1024, "revision": picture["revision"]}
        client.get(f"/v1/pictures/{picture['id']}/preview", params=query).raise_for_status()
        times.append(1000 * (time.perf_counter() - started))
        client.delete(f"/v1/pictures/{picture['id']}").raise_for_status()
    return statistics.median(times)


def change_times(client: httpx.Client, count: int) -> list[float]:
    """Return the milliseconds from each of some changes of a hint to its preview at 1024 pixels."""
    width, height = SIZES["12 megapixels"]
    content = photograph((width, height))
    [picture] = client.post("/v1/pictures", files={"file": ("a.jpg", content)}).raise_for_status().json()
    place, times = f"/v1/pictures/{picture['id']}", []
    for number in range(count):
        said = {"hints": [{"x": (number + 1) * width / (count + 1), "y": height / 3, "color": "navy"}]}
        started = time.perf_counter()
        told = client.put(f"{place}/controls?gesture={number}", json=said).raise_for_status().json()
        client.get(f"{place}/preview", params={"side": 1024, "revision": told["revision"]}).raise_for_status()
        times.append(1000 * (time.perf_counter() - started))
    client.delete(place).raise_for_status()
    return times


def load(client: httpx.Client, count: int) -> tuple[list[float], Counter[int]]:
    """Return the milliseconds of requests from 16 clients at once, and how they were answered."""
    call = mixed(client)

    def timed(number: int) -> tuple[float, int]:
        started = time.perf_counter()
        status = call(number).status_code
        return 1000 * (time.perf_counter() - started), status

    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = list(clients.map(timed, range(count)))
    return [ms for ms, _ in answers], Counter(status for _, status in answers)


def memory(client: httpx.Client, process: int, count: int) -> tuple[float, float]:
    """Return the mean MiB that a process holds during its first and last hundred of some requests."""
    call, held = mixed(client), []
    for number in range(count):
        call(number)
        held.append(resident(process))
    some = min(100, count)
    return statistics.mean(held[:some]), statistics.mean(held[-some:])


def mixed(client: httpx.Client) -> Caller:
    """Return what asks for one thing after another: changes, previews, tiles, colours, whole pictures."""
    content = photograph((800, 600))
    [picture] = client.post("/v1/pictures", files={"file": ("a.jpg", content)}).raise_for_status().json()
    place = f"/v1/pictures/{picture['id']}"

    def call(number: int) -> httpx.Response:
        kind = number % 5
        if kind == 0:
            return client.put(f"{place}/controls", json={"vividness": 1 + number % 90 / 100})
        if kind == 1:
            return client.get(f"{place}/preview", params={"side": 512})
        if kind == 2:
            return client.post(f"{place}/suggest", json={"x": number % 800, "y": 300})
        if kind == 3:
            return client.post("/v1/colorize", files={"file": ("a.jpg", content)})
        return client.post(f"{place}/pick", json={"x": number % 800, "y": 300})

    return call


def p95(times: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return float(np.percentile(times, 95))


def processor(process: int) -> float:
    """Return the milliseconds of processor time that a process has taken; the machine may be busy."""
    told = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
    facts = told.rpartition(")")[2].split()  # proc(5): from the third on
    return 1000 * (int(facts[11]) + int(facts[12])) / os.sysconf("SC_CLK_TCK")


def resident(process: int) -> float:
    """Return the MiB of memory that a process holds; Linux tells it."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else float("nan")


if __name__ == "__main__":
    main()
