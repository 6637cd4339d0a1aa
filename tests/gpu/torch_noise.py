"""Prints what torch.randn gives on a CPU, as the JSON that TorchRandomTests reads (tests/Memorization.Tests/Replication/torch-noise.json).

    python3 tests/gpu/torch_noise.py > tests/Memorization.Tests/Replication/torch-noise.json

Needs PyTorch alone, of any version: the numbers have been the same since 1.0, but for the last places.
Each case is one seed and several calls one after another; of a long call the first and the last 24 numbers, the sum and the sum of squares are kept.
"""
import json

import torch

CASES = [
    (0, [[8]]),
    (0, [[5], [3], [15]]),
    (1, [[3], [16], [2]]),
    (42, [[17], [31], [4]]),
    (7, [[1, 4, 8, 8], [1, 4, 8, 8]]),
    (2**32 - 1, [[1, 4, 64, 64]]),
    (0, [[1, 4, 64, 64], [1, 4, 64, 64]]),
]
KEPT = 24


def call(shape):
    values = torch.randn(shape).flatten()
    exact = values.double()
    return {
        "count": values.numel(),
        "first": [round(v, 7) for v in values[:KEPT].tolist()],
        "last": [round(v, 7) for v in values[-KEPT:].tolist()],
        "sum": round(exact.sum().item(), 5),
        "squares": round((exact * exact).sum().item(), 5),
    }


cases = []
for seed, shapes in CASES:
    torch.manual_seed(seed)
    cases.append({"seed": seed, "calls": [call(shape) for shape in shapes]})

print(json.dumps({"torch": torch.__version__, "cases": cases}, indent=1))
