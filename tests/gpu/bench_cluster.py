#!/usr/bin/env python3
"""Times `memorization cluster --device cuda` as a whole process beside a PyTorch loop on the same GPU, and checks its families against float64.

    python3 bench_cluster.py --memorization ./memorization [--count 1000000] [--width 512] [--threshold 0.94] [--runs 3] [--pieces-of 10000000]

The made vectors are those of ../clustering/compare_faiss.py, made on the GPU. The loop multiplies float16 blocks of 8192 rows, compares with the threshold and takes
nonzero() of the mask to the host; then both label components. It decides in float16, so some of its links are wrong. The check: every pair
whose float16 product lies at most 2e-3 below the threshold, decided by a float64 product of the float16 values, whose sum is exact. With --pieces-of, 4 and 44 of 400
pieces of so many vectors are timed by cluster-tiles, and the whole is extrapolated from their difference. Needs PyTorch; no network.
"""
import os
import sys
import tempfile
import time

import numpy as np
import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "clustering"))
from compare_faiss import options, timed  # noqa: E402

BLOCK = 8192
MARGIN = 2e-3
PIECES = 400


def make(path, count, width, seed=1):
    numpy, torch_random = np.random.default_rng(seed), torch.Generator("cuda").manual_seed(seed)
    scales = torch.tensor(1 / np.sqrt(1 + np.arange(width) / 8), device="cuda", dtype=torch.float32)

    def normal(rows):
        return torch.randn(rows, width, generator=torch_random, device="cuda")

    def unit(rows):
        return rows / rows.norm(dim=1, keepdim=True)

    sizes = np.minimum(400, 2 + (3 * numpy.pareto(1.2, int(count * 0.35 / 2) + 1)).astype(np.int64))
    sizes = sizes[: np.searchsorted(np.cumsum(sizes), count * 0.35) + 1]
    family = np.full(count, -1, np.int64)
    members = np.repeat(np.arange(len(sizes)), sizes)[: count - 50]
    family[: len(members)] = members
    family[-50:] = -2
    numpy.shuffle(family)
    family = torch.tensor(family, device="cuda")
    centres = torch.cat([unit(scales * (0.6 + normal(min(65536, len(sizes) - at)))) for at in range(0, len(sizes), 65536)])
    epsilons = 0.05 + 0.4 * torch.rand(len(sizes), generator=torch_random, device="cuda")
    copy = scales * (0.6 + normal(1))
    matrix = np.lib.format.open_memmap(path, mode="w+", dtype=np.float16, shape=(count, width))
    for at in range(0, count, 65536):
        mine = family[at : at + 65536]
        of = mine.clamp(min=0)
        near = centres[of] + (epsilons[of] * torch.rand(len(mine), generator=torch_random, device="cuda"))[:, None] * unit(normal(len(mine)))
        rows = torch.where((mine >= 0)[:, None], near, torch.where((mine == -2)[:, None], copy, scales * (0.6 + normal(len(mine)))))
        matrix[at : at + 65536] = unit(rows).half().cpu().numpy()
    matrix.flush()


def pairs(vectors, threshold):
    """Pairs of rows, the larger first, whose float16 product reaches the threshold."""
    found = []
    for row in range(0, len(vectors), BLOCK):
        for column in range(0, row + 1, BLOCK):
            hits = (vectors[row : row + BLOCK] @ vectors[column : column + BLOCK].T >= threshold).nonzero() + torch.tensor([row, column], device="cuda")
            found.append(hits[hits[:, 0] > hits[:, 1]].cpu())
    return torch.cat(found)


def components(count, links):
    """For each row the first row of its component."""
    labels = torch.arange(count, device="cuda")
    links = links.cuda()
    while True:
        least = torch.minimum(labels[links[:, 0]], labels[links[:, 1]])
        after = labels.scatter_reduce(0, links[:, 0], least, "amin").scatter_reduce(0, links[:, 1], least, "amin")
        after = torch.minimum(after, after[after])
        if torch.equal(after, labels):
            return labels.cpu().numpy()
        labels = after


def load(path):
    vectors = torch.from_numpy(np.load(path)).cuda()
    lengths = torch.cat([block.float().norm(dim=1, keepdim=True) for block in vectors.split(65536)])
    return torch.cat([(block.float() / length).half() for block, length in zip(vectors.split(65536), lengths.split(65536))])


def run_torch(path, threshold):
    started = time.perf_counter()
    vectors = load(path)
    torch.cuda.synchronize()
    loaded = time.perf_counter()
    links = pairs(vectors, threshold)
    looped = time.perf_counter()
    labels = components(len(vectors), links)
    print(f"{len(links)} links, {len(np.unique(labels))} components; loading {loaded - started:.2f} s, loop {looped - loaded:.2f} s, labels {time.perf_counter() - looped:.2f} s")


def exact(path, threshold):
    candidates = pairs(load(path), threshold - MARGIN)
    vectors = torch.from_numpy(np.load(path)).cuda()
    linked = []
    for some in candidates.split(1 << 20):
        x, y = vectors[some[:, 0].cuda()].double(), vectors[some[:, 1].cuda()].double()
        linked.append(some[((x * y).sum(1) >= threshold * ((x * x).sum(1) * (y * y).sum(1)).sqrt()).cpu()])
    links = torch.cat(linked)
    return components(len(vectors), links), len(links)


def main():
    parser = options(__doc__, 1_000_000)
    parser.add_argument("--pieces-of", type=int, default=0)
    parser.add_argument("--torch", metavar="FILE", help="only the loop, over this file")
    arguments = parser.parse_args()
    if arguments.torch:
        run_torch(arguments.torch, arguments.threshold)
        return

    print(f"PyTorch {torch.__version__}, {torch.cuda.get_device_name()}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        path, labels, piece = (os.path.join(folder, name) for name in ("vectors.npy", "labels.npy", "piece.parquet"))
        make(path, arguments.count, arguments.width)
        torch.cuda.empty_cache()
        ours = (arguments.memorization, "cluster", "--vectors", path, "--threshold", arguments.threshold, "--device", "cuda", "--out", labels)
        loop = (sys.executable, __file__, "--torch", path, "--threshold", arguments.threshold)
        times = []
        for _ in range(arguments.runs):
            times.append((timed(*ours), timed(*loop)))
            print(*times[-1], flush=True)
        mine, theirs = (sorted(run[0] for run in column)[arguments.runs // 2] for column in zip(*times))
        expected, links = exact(path, arguments.threshold)
        wrong = int((np.load(labels)[:, 0] != expected).sum())
        print(f"| {arguments.count:,} x {arguments.width} | {arguments.threshold} | {mine:.2f} s | {theirs:.2f} s | {theirs / mine:.2f} x | {links:,} | {wrong} |", flush=True)
        if arguments.pieces_of:
            make(path, arguments.pieces_of, arguments.width)
            torch.cuda.empty_cache()
            few, more = (
                timed(arguments.memorization, "cluster-tiles", "--vectors", path, "--threshold", arguments.threshold, "--device", "cuda", "--of", PIECES, "--range", f"0..{end}", "--out", piece)
                for end in (4, 44))
            each = (more[0] - few[0]) / 40
            print(f"{arguments.pieces_of:,} x {arguments.width}: 4 of {PIECES} pieces {few[0]:.1f} s, 44 {more[0]:.1f} s; all {few[0] + (PIECES - 4) * each:.0f} s", few[1], more[1], sep="\n")
        sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
