#!/usr/bin/env python3
"""Compares `memorization generate` with a loop written in PyTorch, over the same tiny Stable Diffusion with random weights.

    python3 compare_diffusion.py --program "pipelines/bin/Release/net10.0/memorization" [--device cuda] [--reference cpu] [--keep DIR]

Makes a text encoder, a U-Net and a decoder (4 x 8 x 8 latents, 16 x 16 images), exports them to ONNX in diffusers' layout, and for each scheduler and
prediction runs the program and a loop of its own over the same seeds: torch.Generator on the CPU, classifier-free guidance, a negative prompt.
PyTorch computes where the program does, or where --reference says, with TF32 off.
Prints the largest and the mean difference of the pixels (0 to 255); exit 1 if any differs by more than 2, or all by more than 0.05 on the average.
Needs PyTorch alone (1.13 or later; with 2, onnx too; no numpy or Pillow); no network.
"""
import argparse
import glob
import inspect
import json
import math
import os
import shlex
import struct
import subprocess
import sys
import tempfile
import zlib

import torch
from torch import nn
from torch.nn import functional as F

SIDE, CHANNELS, WIDTH, CONTEXT, VOCABULARY = 8, 4, 32, 77, 49408
STEPS, GUIDANCE, NEGATIVE, SCALING = 20, 5.0, "blurry", 5.0
PROMPTS, SEEDS = ["a starry night", "a vase of sunflowers on a table"], 3
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000}
CASES = {
    "ddim": {"_class_name": "DDIMScheduler", "set_alpha_to_one": False, "steps_offset": 1, "clip_sample": False},
    "ddim velocity": {"_class_name": "DDIMScheduler", "set_alpha_to_one": False, "steps_offset": 1, "clip_sample": False, "prediction_type": "v_prediction"},
    "pndm": {"_class_name": "PNDMScheduler", "skip_prk_steps": True, "steps_offset": 1},
    "pndm velocity": {"_class_name": "PNDMScheduler", "skip_prk_steps": True, "steps_offset": 1, "prediction_type": "v_prediction"},
    "euler": {"_class_name": "EulerDiscreteScheduler"},
    "euler velocity": {"_class_name": "EulerDiscreteScheduler", "prediction_type": "v_prediction"},
    "ancestral": {"_class_name": "EulerAncestralDiscreteScheduler"},
    "ancestral velocity": {"_class_name": "EulerAncestralDiscreteScheduler", "prediction_type": "v_prediction"},
}


class TextEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Embedding(VOCABULARY, WIDTH), nn.Parameter(torch.randn(CONTEXT, WIDTH) * 0.1)
        self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.norm = nn.LayerNorm(WIDTH)

    def forward(self, ids):
        x = self.tokens(ids) + self.places
        mask = torch.full((CONTEXT, CONTEXT), -1e4, device=ids.device).triu(1)
        weights = torch.softmax(self.query(x) @ self.key(x).transpose(1, 2) / math.sqrt(WIDTH) + mask, -1)
        return self.norm(x + weights @ self.value(x))


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.enter, self.inner, self.leave = nn.Conv2d(CHANNELS, WIDTH, 3, padding=1), nn.Conv2d(WIDTH, WIDTH, 3, padding=1), nn.Conv2d(WIDTH, CHANNELS, 3, padding=1)
        self.time = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.SiLU(), nn.Linear(WIDTH, WIDTH))
        self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.first, self.second = nn.GroupNorm(4, WIDTH), nn.GroupNorm(4, WIDTH)

    def forward(self, sample, timestep, states):
        rates = torch.exp(-math.log(10000.0) * torch.arange(WIDTH // 2, dtype=torch.float32, device=sample.device) / (WIDTH // 2))
        angles = timestep.float()[:, None] * rates[None]
        x = self.enter(sample) + self.time(torch.cat([torch.cos(angles), torch.sin(angles)], 1))[:, :, None, None]
        x = x + self.inner(F.silu(self.first(x)))
        places = x.flatten(2).transpose(1, 2)
        weights = torch.softmax(self.query(places) @ self.key(states).transpose(1, 2) / math.sqrt(WIDTH), -1)
        x = x + (weights @ self.value(states)).transpose(1, 2).reshape(-1, WIDTH, SIDE, SIDE)
        return self.leave(F.silu(self.second(x)))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.enter, self.leave = nn.Conv2d(CHANNELS, WIDTH, 3, padding=1), nn.Conv2d(WIDTH, 3, 3, padding=1)

    def forward(self, latents):
        return self.leave(F.silu(F.interpolate(self.enter(latents), scale_factor=2.0, mode="nearest")))


def save(folder, name, value):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file)


def export(folder, part, module, inputs, names, output, batched):
    os.makedirs(os.path.join(folder, part), exist_ok=True)
    more = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    torch.onnx.export(module, inputs, os.path.join(folder, part, "model.onnx"), input_names=names, output_names=[output], opset_version=14,
                      dynamic_axes={name: {0: "batch"} for name in [*batched, output]}, **more)


def write(folder, text, network, decoder):
    export(folder, "text_encoder", text, (torch.zeros(1, CONTEXT, dtype=torch.int64),), ["input_ids"], "last_hidden_state", ["input_ids"])
    export(folder, "unet", network, (torch.zeros(2, CHANNELS, SIDE, SIDE), torch.zeros(1), torch.zeros(2, CONTEXT, WIDTH)),
           ["sample", "timestep", "encoder_hidden_states"], "out_sample", ["sample", "encoder_hidden_states"])
    export(folder, "vae_decoder", decoder, (torch.zeros(1, CHANNELS, SIDE, SIDE),), ["latent_sample"], "sample", ["latent_sample"])
    save(folder, "unet/config.json", {"sample_size": SIDE, "in_channels": CHANNELS, "out_channels": CHANNELS})
    save(folder, "vae_decoder/config.json", {"scaling_factor": SCALING, "latent_channels": CHANNELS})


def alphas():
    betas = torch.linspace(BETAS["beta_start"] ** 0.5, BETAS["beta_end"] ** 0.5, 1000, dtype=torch.float64) ** 2
    return torch.cumprod(1 - betas, 0)


def loop(config, predict, generator):
    """Noise to latents; predict(sample as the network sees it, timestep) is guided already."""
    velocity, bars, stride = config.get("prediction_type") == "v_prediction", alphas(), 1000 // STEPS
    noise = lambda: torch.randn(1, CHANNELS, SIDE, SIDE, generator=generator)
    if "Euler" in config["_class_name"]:
        steps = torch.linspace(999, 0, STEPS, dtype=torch.float64)
        levels = torch.sqrt((1 - bars) / bars)
        below = steps.floor().long()
        sigmas = torch.cat([levels[below] + (steps - below) * (levels[(below + 1).clamp(max=999)] - levels[below]), torch.zeros(1, dtype=torch.float64)])
        x = noise() * float(sigmas[0])
        for i, t in enumerate(steps.tolist()):
            s, following = float(sigmas[i]), float(sigmas[i + 1])
            out = predict(x / math.sqrt(s * s + 1), t)
            clean = x / (s * s + 1) - out * s / math.sqrt(s * s + 1) if velocity else x - s * out
            if "Ancestral" in config["_class_name"]:
                up = math.sqrt(following**2 * (s**2 - following**2) / s**2)
                down = math.sqrt(following**2 - up**2)
                x = x + (x - clean) / s * (down - s) + up * noise()
            else:
                x = x + (x - clean) / s * (following - s)
        return x

    bar = lambda t: float(bars[max(t, 0)])  # the last step ends at the first level

    def move(x, out, t, to):
        a, b = bar(t), bar(to)
        epsilon = math.sqrt(a) * out + math.sqrt(1 - a) * x if velocity else out
        return math.sqrt(b / a) * x + (math.sqrt(1 - b) - math.sqrt((1 - a) * b / a)) * epsilon

    x, top = noise(), (STEPS - 1) * stride + 1
    if config["_class_name"] == "DDIMScheduler":
        for t in range(top, 0, -stride):
            x = move(x, predict(x, t), t, t - stride)
        return x
    outs = [predict(x, top)]
    x = move(x, (outs[0] + predict(move(x, outs[0], top, top - stride), top - stride)) / 2, top, top - stride)
    weights = {2: [3 / 2, -1 / 2], 3: [23 / 12, -16 / 12, 5 / 12], 4: [55 / 24, -59 / 24, 37 / 24, -9 / 24]}
    for t in range(top - stride, 0, -stride):
        outs = [predict(x, t), *outs][:4]
        x = move(x, sum(w * out for w, out in zip(weights[len(outs)], outs)), t, t - stride)
    return x


def read_png(path):
    """Texts, and the pixels of a PNG of 8-bit RGB without interlacing."""
    with open(path, "rb") as file:
        data = file.read()
    at, packed, texts, size = 8, b"", {}, None
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            size = struct.unpack(">II", body[:8])
            if body[8:] != b"\x08\x02\x00\x00\x00":
                sys.exit(f"error: {path} is not 8-bit RGB")
        elif kind == b"IDAT":
            packed += body
        elif kind == b"tEXt":
            key, text = body.split(b"\0", 1)
            texts[key.decode()] = text.decode()
        at += 12 + length
    raw, stride, pixels = zlib.decompress(packed), size[0] * 3, []
    previous = [0] * stride
    for row in range(size[1]):
        mode, line = raw[row * (stride + 1)], list(raw[row * (stride + 1) + 1:(row + 1) * (stride + 1)])
        for i in range(stride):
            left, up, corner = (line[i - 3] if i >= 3 else 0), previous[i], (previous[i - 3] if i >= 3 else 0)
            near = min((left, up, corner), key=lambda value: abs(left + up - corner - value))
            line[i] = (line[i] + [0, left, up, (left + up) // 2, near][mode]) % 256
        pixels += line
        previous = line
    return texts, torch.tensor(pixels).reshape(size[1], size[0], 3)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--program", default="memorization")
    options.add_argument("--device", default="cpu")
    options.add_argument("--reference", help="where PyTorch computes; --device if left out")
    options.add_argument("--keep", help="folder to leave models and images in")
    options = options.parse_args()
    program, folder = shlex.split(options.program), options.keep or tempfile.mkdtemp()
    device = torch.device(options.reference or options.device)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False  # it would cost three digits of the reference
    card = f" ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else ""
    print(f"PyTorch {torch.__version__} on {device}{card}, generate on {options.device}")
    torch.manual_seed(1)
    text, network, decoder = TextEncoder().eval(), Network().eval(), Decoder().eval()
    asked = subprocess.run([*program, "tokenize"], input="".join(json.dumps(p) + "\n" for p in [NEGATIVE, *PROMPTS]), capture_output=True, text=True, check=True).stdout
    ids = [(json.loads(line)["ids"] + [49407] * CONTEXT)[:CONTEXT] for line in asked.splitlines()]
    prompts = os.path.join(folder, "prompts.txt")
    os.makedirs(folder, exist_ok=True)
    with open(prompts, "w", encoding="utf-8") as file:
        file.write("\n".join(PROMPTS) + "\n")
    failed = False
    for name, config in CASES.items():
        model, images = os.path.join(folder, name.replace(" ", "-")), os.path.join(folder, name.replace(" ", "-") + "-images")
        with torch.no_grad():
            write(model, text.cpu(), network.cpu(), decoder.cpu())
            save(model, "scheduler/scheduler_config.json", {**BETAS, **config})
            subprocess.run([*program, "generate", "--model", model, "--prompts", prompts, "--out", images, "--seeds", str(SEEDS), "--steps", str(STEPS), "--guidance", str(GUIDANCE),
                            "--negative", NEGATIVE, "--batch", "4", "--device", options.device, "--quiet"], check=True, stdout=subprocess.DEVNULL)
            for part in (text, network, decoder):
                part.to(device)
            states = text(torch.tensor(ids, device=device))
            most, total, count, between = 0, 0.0, 0, 0.0
            for path in sorted(glob.glob(os.path.join(images, "*", "*.png"))):
                texts, pixels = read_png(path)
                pair = torch.stack([states[0], states[1 + PROMPTS.index(texts["prompt"])]])

                def predict(x, t):
                    negative, positive = network(x.float().repeat(2, 1, 1, 1).to(device), torch.tensor([float(t)], device=device), pair).cpu()
                    return negative[None] + GUIDANCE * (positive - negative)[None]

                latents = loop(config, predict, torch.Generator("cpu").manual_seed(int(texts["seed"])))
                expected = (((decoder((latents / SCALING).float().to(device)).cpu() / 2 + 0.5).clamp(0, 1))[0].permute(1, 2, 0) * 255).round().int()
                difference = (expected - pixels.int()).abs()
                most, total, count = max(most, int(difference.max())), total + float(difference.float().mean()), count + 1
                between += float(((pixels > 0) & (pixels < 255)).float().mean())
        if count != SEEDS * len(PROMPTS):
            sys.exit(f"error: {count} images for {name}")
        failed |= most > 2 or total / count > 0.05
        print(f"{name:20} {count} images, largest difference {most}, mean {total / count:.5f}, {between / count:.0%} of the pixels neither 0 nor 255")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
