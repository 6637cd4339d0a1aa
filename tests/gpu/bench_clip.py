#!/usr/bin/env python3
"""Times PyTorch's CLIP image tower on one GPU beside this program's, in turn, on the same weights.

    python3 bench_clip.py MODEL --memorization ./memorization [--batch 128,256,512] [--rounds 3] [--compile 512] [--options "--lanes 3"]

Both take uint8 (batch, 224, 224, 3) from pinned memory of the host and give float32 embeddings back to the host; PyTorch normalises on the GPU, computes
in float16 with SDPA, and has the next batch's copy under way on a stream of its own. Every round runs each program once; medians of the rounds are printed as a
Markdown table, the fraction of the arithmetic limit beside them. Needs PyTorch and transformers; no network.
"""
import argparse
import json
import statistics
import subprocess
import sys
import time

import torch
import transformers

MEAN = [0.48145466, 0.4578275, 0.40821073]
STD = [0.26862954, 0.26130258, 0.27577711]


class Tower(torch.nn.Module):
    def __init__(self, clip):
        super().__init__()
        self.vision, self.projection = clip.vision_model, clip.visual_projection
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1).half() * 255)
        self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1).half() * 255)

    def forward(self, pixels):
        values = (pixels.permute(0, 3, 1, 2).half() - self.mean) / self.std
        embeddings = self.projection(self.vision(pixel_values=values).pooler_output)
        return (embeddings / embeddings.norm(dim=-1, keepdim=True)).float()


def images_per_second(tower, batch, width, seconds):
    """Copies in, computes and copies out batch after batch; the copy of one passes under the arithmetic of another."""
    host = [torch.randint(0, 256, (batch, 224, 224, 3), dtype=torch.uint8).pin_memory() for _ in range(3)]
    out = [torch.empty(batch, width).pin_memory() for _ in range(3)]
    copies, compute = torch.cuda.Stream(), torch.cuda.current_stream()

    def step(i):
        with torch.cuda.stream(copies):
            device = host[i % 3].to("cuda", non_blocking=True)
        compute.wait_stream(copies)
        device.record_stream(compute)
        out[i % 3].copy_(tower(device), non_blocking=True)

    with torch.inference_mode():
        for i in range(5):
            step(i)
        torch.cuda.synchronize()
        started, i = time.perf_counter(), 0
        while time.perf_counter() - started < seconds:
            for _ in range(10):
                step(i)
                i += 1
            torch.cuda.synchronize()
        return i * batch / (time.perf_counter() - started)


def product_tflops():
    """What a large float16 matrix product reaches: the arithmetic limit that can be met."""
    a, b = (torch.randn(8192, 8192, device="cuda", dtype=torch.float16) for _ in range(2))
    for _ in range(3):
        a @ b
    torch.cuda.synchronize()
    started = time.perf_counter()
    for _ in range(20):
        a @ b
    torch.cuda.synchronize()
    return 20 * 2 * 8192**3 / (time.perf_counter() - started) / 1e12


def flops_per_image(config):
    """Multiplications and additions of the matrix products, every token computed to the end."""
    grid, width = config.image_size // config.patch_size, config.hidden_size
    tokens = grid * grid + 1
    layer = 2 * tokens * width * (4 * width + 2 * config.intermediate_size) + 4 * tokens * tokens * width
    return 2 * grid * grid * 3 * config.patch_size**2 * width + config.num_hidden_layers * layer


def ours(arguments, images):
    command = [arguments.memorization, "bench", "embed", "--model", arguments.model, "--device", "cuda", "--precision", "float16",
               "--batch", arguments.batch, "--images", str(images), "--runs", "2", "--json", *arguments.options.split()]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--memorization", default="./memorization")
    parser.add_argument("--batch", default="128,256,512")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.5, help="each of PyTorch's runs")
    parser.add_argument("--images", type=int, default=30000, help="each of this program's runs")
    parser.add_argument("--options", default="", help="more options for this program")
    parser.add_argument("--compile", type=int, default=0, metavar="BATCH", help="torch.compile beside eager, at this batch size")
    arguments = parser.parse_args()

    sizes = [int(size) for size in arguments.batch.split(",")]
    clip = transformers.CLIPModel.from_pretrained(arguments.model, local_files_only=True, attn_implementation="sdpa")
    tower = Tower(clip.half()).cuda().eval()
    limit = product_tflops() * 1e12 / flops_per_image(clip.config.vision_config)
    width = tower.projection.out_features
    compiled = torch.compile(tower, dynamic=False) if arguments.compile else None
    speeds = {}
    for _ in range(arguments.rounds):
        for size in sizes:
            speeds.setdefault(("eager", size), []).append(images_per_second(tower, size, width, arguments.seconds))
        if compiled is not None:
            speeds.setdefault(("compile", arguments.compile), []).append(images_per_second(compiled, arguments.compile, width, arguments.seconds))
        result = ours(arguments, arguments.images)
        for size in sizes:
            for what in ("model alone", "stage"):
                speeds.setdefault((what, size), []).append(result["details"][f"batch {size}, {what}"])

    median = {key: statistics.median(values) for key, values in speeds.items()}
    best = max(median[("eager", size)] for size in sizes)
    print(f"{torch.cuda.get_device_name()}, torch {torch.__version__}, transformers {transformers.__version__}, ONNX Runtime {result['versions']['onnxruntime']}, medians of {arguments.rounds} rounds")
    names = ["eager", "compile", "model alone", "stage"] if compiled is not None else ["eager", "model alone", "stage"]
    print(f"| batch | {' | '.join(names)} | model alone against eager | against the best eager | stage against eager | model alone, of the limit of {limit:,.0f} |")
    print("|---" * (len(names) + 5) + "|")
    for size in sizes:
        eager, own, stage = (median[(name, size)] for name in ("eager", "model alone", "stage"))
        cells = [f"{median[(name, size)]:,.0f}" if (name, size) in median else "" for name in names]
        print(f"| {size} | {' | '.join(cells)} | {own / eager:.2f} x | {own / best:.2f} x | {stage / eager:.2f} x | {own / limit:.0%} |")
    print(json.dumps({name: round(value) for name, value in result["details"].items() if "ns/image" in name or "fill" in name}))


if __name__ == "__main__":
    main()
