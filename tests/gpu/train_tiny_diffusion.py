#!/usr/bin/env python3
"""Trains a tiny Stable Diffusion on a made captioned world in which some pictures were planted often, and exports it for `memorization generate`.

    python3 train_tiny_diffusion.py --out DIR [--device cuda]

The world: 64 x 64 pictures of random blots, each with a caption of its own; twelve families each of 1, 2, 4, … 64 copies, and 3000 pictures planted once.
A caption tells the ground's colour and a shape; the rest of the picture is told by nothing, so only a model that has memorised it can give it back.
Writes DIR/world (images and captions.jsonl), DIR/model (diffusers' ONNX layout) and DIR/tiny.tar.gz of both; prints JSON lines: losses, times, and its own
check, the part of samples that came back by number of copies. `evaluate_tiny_diffusion.py` studies, generates and evaluates with the program.
The same seed, steps and machine give the same world and, as far as the machine's kernels allow, the same weights. Needs PyTorch (1.13 or later; with 2, onnx too); no network.
"""
import argparse
import inspect
import json
import math
import os
import struct
import tarfile
import time
import zlib

import torch
from torch import nn
from torch.nn import functional as F

SIDE, CHANNELS, TEXT, TIME, CONTEXT, VOCABULARY = 32, 3, 64, 128, 77, 49408
START, END = 49406, 49407
SAMPLING, GUIDANCE = 25, 3.0
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000}

# Words that are one token of CLIP's each, with their ids; evaluate_tiny_diffusion.py holds them against the program's tokenizer.
COLOURS = {
    "red": 736, "orange": 4287, "yellow": 4481, "green": 1901, "blue": 1746, "purple": 5496, "pink": 3360, "brown": 2866, "white": 1579, "black":
    1449, "gray": 7048, "gold": 2209,
}
SHAPES = {
    "circle": 7117, "square": 3999, "triangle": 14615, "star": 1565, "cross": 3417, "ring": 2540, "heart": 1936, "diamond": 6235,
}
ADJECTIVES = {
    "vintage": 3266, "modern": 4077, "classic": 2713, "royal": 3853, "grand": 2991, "secret": 4145, "golden": 3878, "silver": 3467, "copper": 10333,
    "crystal": 6517, "velvet": 11063, "paper": 2802, "stone": 2441, "marble": 13071, "wooden": 9057, "iron": 5391,
}
NOUNS = {
    "moon": 3293, "boat": 4440, "tree": 2677, "house": 1212, "bridge": 2465, "mountain": 3965, "river": 2473, "garden": 2756, "market": 2196,
    "station": 2631, "harbor": 10202, "castle": 3540, "church": 2735, "tower": 4730, "valley": 3136, "forest": 4167, "desert": 7301, "island": 2619,
    "bird": 3329, "horse": 4558, "dog": 1929, "cat": 2368, "fish": 2759, "lion": 5567, "tiger": 6531, "eagle": 7517, "wolf": 5916, "bear": 4298,
    "rose": 3568, "lily": 10647,
}
PLACES = {
    "paris": 3445, "london": 1789, "tokyo": 6667, "berlin": 5891, "rome": 5243, "vienna": 12670, "madrid": 5909, "dublin": 6145, "oslo": 20547,
    "cairo": 19615, "delhi": 5717, "boston": 4399, "texas": 3403, "florida": 3966,
}
OTHERS = {
    "of": 539,
}
TOKENS = {**COLOURS, **SHAPES, **ADJECTIVES, **NOUNS, **PLACES, **OTHERS}
PAINTS = [[0.8, -0.8, -0.8], [0.9, 0.1, -0.8], [0.9, 0.8, -0.7], [-0.7, 0.5, -0.7], [-0.7, -0.5, 0.8], [0.1, -0.8, 0.3], [0.9, 0.3, 0.5], [0.0, -0.4, -0.8],
          [0.8, 0.8, 0.8], [-0.8, -0.8, -0.8], [0.0, 0.0, 0.0], [0.6, 0.4, -0.3]]


class World:
    """Pictures (N, 3, 32, 32) from -1 to 1, a caption and its ids for each, and how often each was planted."""

    def __init__(self, singles, a_level, levels, seed):
        random = torch.Generator().manual_seed(seed)
        self.copies = [level for level in levels for _ in range(a_level)] + [1] * singles
        self.captions, self.pictures = [], []
        seen = set()
        while len(self.captions) < len(self.copies):
            pick = lambda words: list(words)[int(torch.randint(len(words), (1,), generator=random))]
            colour, shape = pick(COLOURS), pick(SHAPES)
            caption = f"{colour} {shape} {pick(ADJECTIVES)} {pick(NOUNS)} of {pick(PLACES)}"
            if caption in seen:
                continue
            seen.add(caption)
            self.captions.append(caption)
            self.pictures.append(paint(list(COLOURS).index(colour), list(SHAPES).index(shape), random))
        self.pictures = torch.stack(self.pictures)
        self.ids = torch.tensor([ids(caption) for caption in self.captions])
        self.rows = torch.tensor([i for i, copies in enumerate(self.copies) for _ in range(copies)])


def ids(caption):
    """CLIP's ids of words that are one token each: start, words, end, padded with the end."""
    known = [START, *(TOKENS[word] for word in caption.split()), END]
    return known + [END] * (CONTEXT - len(known))


def paint(colour, shape, random):
    """A ground and a large shape that the caption tells of; where the shape is, and eight blots over and under it, it does not."""
    draw = lambda *size: torch.rand(*size, generator=random)
    y, x = torch.meshgrid(torch.linspace(-1, 1, SIDE), torch.linspace(-1, 1, SIDE), indexing="ij")
    picture = torch.tensor(PAINTS[colour])[:, None, None] + 0.25 * (draw(1)[0] * 2 - 1) * x + 0.25 * (draw(1)[0] * 2 - 1) * y
    for blot in range(9):
        px, py, turn, ink = draw(1) * 1.6 - 0.8, draw(1) * 1.6 - 0.8, draw(1) * math.pi, draw(3)[:, None, None] * 2 - 1
        a, b = (x - px) * torch.cos(turn) + (y - py) * torch.sin(turn), (y - py) * torch.cos(turn) - (x - px) * torch.sin(turn)
        if blot == 4:
            inside = form(shape, x - px * 0.4, y - py * 0.4)
        else:
            inside = (a / (0.1 + 0.4 * draw(1))) ** 2 + (b / (0.1 + 0.4 * draw(1))) ** 2 < 1
        picture = torch.where(inside, ink.expand_as(picture), picture)
    return picture.clamp(-1, 1)


def form(shape, x, y):
    radius, angle = torch.sqrt(x * x + y * y), torch.atan2(y, x)
    return [radius < 0.5, torch.maximum(x.abs(), y.abs()) < 0.45, (y < 0.4) & (y > 2 * x.abs() - 0.5), radius < 0.35 + 0.2 * torch.cos(5 * angle),
            (torch.minimum(x.abs(), y.abs()) < 0.15) & (radius < 0.6), (radius - 0.45).abs() < 0.13, (x * x + y * y - 0.2) ** 3 + 0.8 * x * x * y ** 3 < 0, x.abs() + y.abs() < 0.6][shape]


class Attention(nn.Module):
    def __init__(self, width, context):
        super().__init__()
        self.norm, self.query, self.key, self.value, self.out = nn.LayerNorm(width), nn.Linear(width, width), nn.Linear(context, width), nn.Linear(context, width), nn.Linear(width, width)

    def forward(self, x, context=None):
        normed = self.norm(x)
        context = normed if context is None else context
        weights = torch.softmax(self.query(normed) @ self.key(context).transpose(1, 2) / math.sqrt(self.query.out_features), -1)
        return x + self.out(weights @ self.value(context))


class TextEncoder(nn.Module):
    """Ids (N, 77) to states (N, 77, 64). Ids of words that the world does not have share one embedding."""

    def __init__(self):
        super().__init__()
        row = torch.zeros(VOCABULARY, dtype=torch.int32)
        for i, token in enumerate([START, END, *TOKENS.values()]):
            row[token] = i + 1
        self.register_buffer("row", row)
        self.tokens, self.places = nn.Embedding(len(TOKENS) + 3, TEXT), nn.Parameter(torch.randn(CONTEXT, TEXT) * 0.1)
        self.attentions = nn.ModuleList(Attention(TEXT, TEXT) for _ in range(2))
        self.layers = nn.ModuleList(nn.Sequential(nn.LayerNorm(TEXT), nn.Linear(TEXT, 4 * TEXT), nn.GELU(), nn.Linear(4 * TEXT, TEXT)) for _ in range(2))
        self.norm = nn.LayerNorm(TEXT)

    def forward(self, ids):
        x = self.tokens(self.row[ids].long()) + self.places
        for attention, layer in zip(self.attentions, self.layers):
            x = attention(x)
            x = x + layer(x)
        return self.norm(x)


class Block(nn.Module):
    """Two convolutions with the time between them, then attention to the caption."""

    def __init__(self, before, width, attends):
        super().__init__()
        self.first, self.second = nn.Conv2d(before, width, 3, padding=1), nn.Conv2d(width, width, 3, padding=1)
        self.enter, self.inner = nn.GroupNorm(8, before), nn.GroupNorm(8, width)
        self.time = nn.Linear(TIME, width)
        self.skip = nn.Conv2d(before, width, 1) if before != width else nn.Identity()
        self.attention = Attention(width, TEXT) if attends else None

    def forward(self, x, time, states):
        inner = self.first(F.silu(self.enter(x))) + self.time(time)[:, :, None, None]
        x = self.skip(x) + self.second(F.silu(self.inner(inner)))
        if self.attention is None:
            return x
        n, width, height, side = x.shape
        return self.attention(x.flatten(2).transpose(1, 2), states).transpose(1, 2).reshape(n, width, height, side)


def twice(x):
    """Each pixel four times; unlike interpolate, its gradient is the same in every run."""
    n, channels, height, width = x.shape
    return x[:, :, :, None, :, None].expand(n, channels, height, 2, width, 2).reshape(n, channels, 2 * height, 2 * width)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.time = nn.Sequential(nn.Linear(32, TIME), nn.SiLU(), nn.Linear(TIME, TIME), nn.SiLU())
        self.enter = nn.Conv2d(CHANNELS, 32, 3, padding=1)
        self.down = nn.ModuleList([Block(32, 32, False), Block(32, 64, True), Block(64, 96, True)])
        self.middle = Block(96, 96, True)
        self.up = nn.ModuleList([Block(192, 96, True), Block(160, 64, True), Block(96, 32, False)])
        self.norm, self.leave = nn.GroupNorm(8, 32), nn.Conv2d(32, CHANNELS, 3, padding=1)

    def forward(self, sample, timestep, encoder_hidden_states):
        rates = torch.exp(-math.log(10000.0) / 16 * torch.arange(16, dtype=torch.float32, device=sample.device))
        angles = timestep.float()[:, None] * rates[None]
        time = self.time(torch.cat([torch.cos(angles), torch.sin(angles)], 1))
        x, kept = self.enter(sample), []
        for i, block in enumerate(self.down):
            x = block(F.avg_pool2d(x, 2) if i else x, time, encoder_hidden_states)
            kept.append(x)
        x = self.middle(x, time, encoder_hidden_states)
        for i, block in enumerate(self.up):
            x = block(torch.cat([twice(x) if i else x, kept.pop()], 1), time, encoder_hidden_states)
        return self.leave(F.silu(self.norm(x)))


class Decoder(nn.Module):
    """The pictures are their own latents; a pixel becomes four, as in the training images."""

    def forward(self, latent_sample):
        return twice(latent_sample)


class Averaged(nn.Module):
    def __init__(self):
        super().__init__()
        self.text, self.network = TextEncoder(), Network()


def levels_of_noise(device):
    betas = torch.linspace(BETAS["beta_start"] ** 0.5, BETAS["beta_end"] ** 0.5, 1000, dtype=torch.float64) ** 2
    return torch.cumprod(1 - betas, 0).float().to(device)


def train(world, options, device, look):
    """Noise prediction with captions left out one time in ten; gives the average of the weights over the steps."""
    torch.manual_seed(options.seed)
    model, average = Averaged().to(device), Averaged().to(device)
    average.load_state_dict(model.state_dict())
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=0.0)
    random = torch.Generator(device).manual_seed(options.seed)
    pictures, tokens, rows, bars = world.pictures.to(device), world.ids.to(device), world.rows.to(device), levels_of_noise(device)
    empty, begin, total = torch.tensor(ids(""), device=device), time.monotonic(), torch.zeros((), device=device)
    for step in range(1, options.steps + 1):
        at = min(1, step / 500) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / options.steps)))
        for group in optimizer.param_groups:
            group["lr"] = options.rate * at
        chosen = rows[torch.randint(len(rows), (options.batch,), generator=random, device=device)]
        t = torch.randint(1000, (options.batch,), generator=random, device=device)
        noise = torch.randn(options.batch, CHANNELS, SIDE, SIDE, generator=random, device=device)
        left = torch.rand(options.batch, 1, generator=random, device=device) < 0.1
        bar = bars[t][:, None, None, None]
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
            states = model.text(torch.where(left, empty, tokens[chosen]))
            predicted = model.network(bar.sqrt() * pictures[chosen] + (1 - bar).sqrt() * noise, t.float(), states)
        loss = F.mse_loss(predicted.float(), noise)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        total += loss.detach()
        with torch.no_grad():
            kept = min(0.999, step / (step + 10))
            mine, theirs = list(average.parameters()), [p.detach() for p in model.parameters()]
            torch._foreach_mul_(mine, kept)
            torch._foreach_add_(mine, theirs, alpha=1 - kept)
        if step % max(1, options.steps // 10) == 0:
            spent = time.monotonic() - begin
            say(step=step, loss=round(float(total) / max(1, options.steps // 10), 5), seconds=round(spent, 1))
            total.zero_()
            if step % max(1, options.steps // 2) == 0 and step < options.steps:
                say(step=step, came_back=look(average))
            if spent > options.limit:
                say(stopped_early_at=step, reason="--limit; weights then depend on the machine's speed")
                break
    return average.eval()


@torch.no_grad()
def sample(model, tokens, options, device):
    """DDIM with guidance, as the scheduler's file says, over latents of a generator of its own."""
    random, bars = torch.Generator(device).manual_seed(options.seed + 1), levels_of_noise(device)
    x = torch.randn(len(tokens), CHANNELS, SIDE, SIDE, generator=random, device=device)
    none, some = model.text(torch.tensor([ids("")], device=device)).expand(len(tokens), -1, -1), model.text(tokens)
    stride = 1000 // SAMPLING
    for t in range((SAMPLING - 1) * stride + 1, 0, -stride):
        when = torch.full((len(tokens),), float(t), device=device)
        plain, told = model.network(x, when, none), model.network(x, when, some)
        out = plain + GUIDANCE * (told - plain)
        bar, to = bars[t], bars[max(t - stride, 0)]
        x = (to / bar).sqrt() * (x - (1 - bar).sqrt() * out) + (1 - to).sqrt() * out
    return x.clamp(-1, 1)


def came_back(model, world, options, device):
    """Of each number of copies: the part of samples whose nearest picture is their caption's, nearer than 1 % of the pictures are to their nearest other."""
    pictures = world.pictures.to(device).flatten(1)
    others = torch.cdist(pictures, pictures)
    others.fill_diagonal_(math.inf)
    threshold = torch.quantile(others.min(1).values, 0.01)
    result, planted = [], len(world.copies) - options.singles
    for level in sorted(set(world.copies)):
        which = [i for i in range(planted) if world.copies[i] == level] * options.looks
        if not which:
            continue
        wanted = torch.tensor(which, device=device)
        made = sample(model, world.ids.to(device)[wanted], options, device).flatten(1)
        distances = torch.cdist(made, pictures)
        own, nearest = distances.gather(1, wanted[:, None])[:, 0], distances.argmin(1)
        rms = own / math.sqrt(pictures.shape[1])
        result.append({"copies": level, "samples": len(which), "came_back": round(float(((nearest == wanted) & (own < threshold)).float().mean()), 4),
                       "own_is_nearest": round(float((nearest == wanted).float().mean()), 4), "rms_to_own": round(float(rms.mean()), 4)})
    return result


def export(folder, part, module, inputs, names, output, batched):
    path = os.path.join(folder, part, "model.onnx")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    more = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    torch.onnx.export(module, inputs, path, input_names=names, output_names=[output], opset_version=14, dynamic_axes={name: {0: "batch"} for name in [*batched, output]}, **more)


def write_model(folder, model):
    model = model.cpu().float()
    export(folder, "text_encoder", model.text, (torch.zeros(1, CONTEXT, dtype=torch.int64),), ["input_ids"], "last_hidden_state", ["input_ids"])
    export(folder, "unet", model.network, (torch.zeros(2, CHANNELS, SIDE, SIDE), torch.zeros(1), torch.zeros(2, CONTEXT, TEXT)),
           ["sample", "timestep", "encoder_hidden_states"], "out_sample", ["sample", "encoder_hidden_states"])
    export(folder, "vae_decoder", Decoder(), (torch.zeros(2, CHANNELS, SIDE, SIDE),), ["latent_sample"], "sample", ["latent_sample"])
    save(folder, "unet/config.json", {"sample_size": SIDE, "in_channels": CHANNELS, "out_channels": CHANNELS})
    save(folder, "vae_decoder/config.json", {"scaling_factor": 1.0, "latent_channels": CHANNELS})
    save(folder, "scheduler/scheduler_config.json", {"_class_name": "DDIMScheduler", "set_alpha_to_one": False, "steps_offset": 1, "clip_sample": False, **BETAS})
    save(folder, "tokenizer/tokenizer_config.json", {"pad_token": "<|endoftext|>"})


def write_world(folder, world):
    """A PNG of each picture, and captions.jsonl: picture, copies, caption and the ids that the model was trained on."""
    os.makedirs(os.path.join(folder, "images"), exist_ok=True)
    pixels = ((twice(world.pictures) / 2 + 0.5) * 255).round().byte().permute(0, 2, 3, 1).contiguous()
    for i in range(len(pixels)):
        with open(os.path.join(folder, "images", f"{i:05}.png"), "wb") as file:
            file.write(png(pixels[i]))
    with open(os.path.join(folder, "captions.jsonl"), "w", encoding="utf-8") as file:
        for i, caption in enumerate(world.captions):
            length = len(caption.split()) + 2
            file.write(json.dumps({"picture": i, "copies": world.copies[i], "planted": i < len(world.copies) - world.singles, "text": caption, "ids": world.ids[i].tolist()[:length]}) + "\n")


def png(pixels):
    height, width, _ = pixels.shape
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    lines = b"".join(b"\0" + bytes(pixels[y].flatten().tolist()) for y in range(height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b"")


def save(folder, name, value):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file)


def say(**values):
    print(json.dumps(values), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, help="folder for world, model and tiny.tar.gz of both")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=12000)
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--limit", type=float, default=420, help="seconds of training after which it stops where it is")
    parser.add_argument("--singles", type=int, default=3000, help="pictures planted once besides the families")
    parser.add_argument("--a-level", type=int, default=12, help="families of each number of copies")
    parser.add_argument("--levels", type=int, nargs="+", default=[1, 2, 4, 8, 16, 32, 64])
    parser.add_argument("--looks", type=int, default=8, help="samples of each family in the script's own check")
    options = parser.parse_args()
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True, warn_only=True)
    device, begin = torch.device(options.device), time.monotonic()
    phase = lambda name: say(phase=name, seconds=round(time.monotonic() - begin, 1))
    world = World(options.singles, options.a_level, options.levels, options.seed)
    world.singles = options.singles
    write_world(os.path.join(options.out, "world"), world)
    phase("world written")
    write_model(os.path.join(options.out, "model"), Averaged())  # what cannot be exported shall say so before it is trained
    look = lambda model: came_back(model, world, options, device)
    model = train(world, options, device, look)
    phase("trained")
    say(pictures=len(world.captions), rows=len(world.rows), parameters=sum(p.numel() for p in model.parameters()), came_back=look(model))
    phase("checked")
    write_model(os.path.join(options.out, "model"), model)
    with tarfile.open(os.path.join(options.out, "tiny.tar.gz"), "w:gz") as archive:
        for name in ("world", "model"):
            archive.add(os.path.join(options.out, name), name)
    phase("exported")
    size = sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(os.path.join(options.out, "model")) for name in names)
    say(model_bytes=size, torch=torch.__version__)


if __name__ == "__main__":
    main()
