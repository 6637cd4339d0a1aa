#!/usr/bin/env python3
"""Times `memorization cluster` as a whole process beside faiss, on the same .npy file, and checks its families against float64.

    python3 compare_faiss.py --memorization ./memorization [--count 70000] [--width 512] [--threshold 0.94] [--runs 3]

The made vectors: coordinate scales 1/sqrt(1 + k/8) with a common mean of 0.6 of them; 35 % of the rows in families of 2 + 3 * Pareto(1.2) members, at most
400, each the family's centre plus epsilon * U(0, 1) times a random direction, epsilon uniform in 0.05-0.45 per family; 50 copies of one row; normalised,
shuffled, float16. faiss: IndexFlatIP's range_search over all cores, then union-find, in a process of its own. The check: every pair that faiss finds 1e-3 below the
threshold, decided by a float64 product of the float16 values. Needs numpy and faiss (Debian: python3-faiss, libopenblas0-pthread).
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

MARGIN = 1e-3


def made(count, width, seed=1):
    random = np.random.default_rng(seed)
    scales = 1 / np.sqrt(1 + np.arange(width) / 8)
    rows, have = [], 0
    while have < count * 0.35:
        centre = scales * (0.6 + random.standard_normal(width))
        centre /= np.linalg.norm(centre)
        size = min(400, 2 + int(3 * random.pareto(1.2)), count - have)
        away = random.standard_normal((size, width))
        away /= np.linalg.norm(away, axis=1, keepdims=True)
        rows.append(centre + random.uniform(0.05, 0.45) * random.random((size, 1)) * away)
        have += size
    others = scales * (0.6 + random.standard_normal((max(count - have - 50, 0), width)))
    rows += [others, np.repeat(scales * (0.6 + random.standard_normal((1, width))), min(50, count - have), axis=0)]
    vectors = np.concatenate(rows)[:count]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    random.shuffle(vectors)
    return vectors.astype(np.float16)


def components(count, pairs):
    """For each row the first row of its component."""
    parent = np.arange(count)

    def find(row):
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    for left, right in pairs:
        left, right = find(left), find(right)
        if left != right:
            parent[max(left, right)] = min(left, right)
    return np.array([find(row) for row in range(count)])


def neighbours(vectors, threshold):
    """faiss: pairs of rows, the first the smaller."""
    import faiss

    unit = vectors.astype(np.float32)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    index = faiss.IndexFlatIP(unit.shape[1])
    index.add(unit)
    limits, _, found = index.range_search(unit, threshold)
    rows = np.repeat(np.arange(len(unit)), np.diff(limits).astype(np.int64))
    return np.stack([rows, found], axis=1)[rows < found]


def run_faiss(path, threshold):
    vectors = np.load(path)
    labels = components(len(vectors), neighbours(vectors, threshold))
    print(f"{len(vectors)} vectors, {len(np.unique(labels))} components")


def exact(path, threshold):
    vectors = np.load(path)
    pairs = neighbours(vectors, threshold - MARGIN)
    wide = vectors.astype(np.float64)
    squares = (wide * wide).sum(axis=1)
    linked = [block[(wide[block[:, 0]] * wide[block[:, 1]]).sum(axis=1) >= threshold * np.sqrt(squares[block[:, 0]] * squares[block[:, 1]])]
              for block in np.array_split(pairs, max(1, len(pairs) // 100_000))]
    linked = np.concatenate(linked)
    return components(len(vectors), linked), len(linked)


def timed(*command):
    """The seconds of a whole process, and what it printed; its error ends this one."""
    started = time.perf_counter()
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    seconds = time.perf_counter() - started
    if done.returncode != 0:
        sys.exit(f"{command}: {done.stdout}{done.stderr}")
    return seconds, done.stdout.strip()


def options(description, count):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--memorization", default="./memorization")
    parser.add_argument("--count", type=int, default=count)
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--threshold", type=float, default=0.94)
    parser.add_argument("--runs", type=int, default=3)
    return parser


def main():
    parser = options(__doc__, 70_000)
    parser.add_argument("--faiss", metavar="FILE", help="only faiss, over this file")
    arguments = parser.parse_args()
    if arguments.faiss:
        run_faiss(arguments.faiss, arguments.threshold)
        return

    with tempfile.TemporaryDirectory() as folder:
        path, labels = os.path.join(folder, "vectors.npy"), os.path.join(folder, "labels.npy")
        np.save(path, made(arguments.count, arguments.width))
        ours = [arguments.memorization, "cluster", "--vectors", path, "--threshold", arguments.threshold, "--out", labels]
        faiss = [sys.executable, __file__, "--faiss", path, "--threshold", arguments.threshold]
        times = [(timed(*ours)[0], timed(*faiss)[0]) for _ in range(arguments.runs)]
        mine, theirs = (sorted(column)[arguments.runs // 2] for column in zip(*times))
        expected, links = exact(path, arguments.threshold)
        wrong = int((np.load(labels)[:, 0] != expected).sum())
        print(f"| {arguments.count:,} x {arguments.width} | {arguments.threshold} | {mine:.2f} s | {theirs:.2f} s | {theirs / mine:.1f} x | {links:,} | {wrong} |")
        sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
