#!/usr/bin/env python3
"""Compares this program's CLIP embeddings with transformers' for the same weights, pixels and token ids.

    memorization model verify MODEL --vectors VECTORS [--device cuda] [--precision float16]
    python3 compare_clip.py MODEL VECTORS [--precision float16] [--device cuda]

VECTORS holds what the first command left there, row for row:
  pixels.u8   N images of side x side x 3 uint8, RGB, row-major, before any normalisation
  ids.i32     M captions of 77 int32 token ids, little-endian, padded after the end token
  image.npy   (N, D) float32, L2-normalised: this program's embeddings of the images
  text.npy    (M, D) float32, L2-normalised: of the captions
Prints the least and mean cosine similarity of each tower to transformers in float32 and in float16.
Exit 1 if the least to transformers' float32 is below 0.9999 (--precision float32), 0.999 (float16) or 0.99 on average (int8).
Needs PyTorch, transformers and numpy; no network.
"""
import argparse
import json
import os
import sys

import numpy as np

OPENAI_MEAN = [0.48145466, 0.4578275, 0.40821073]
OPENAI_STD = [0.26862954, 0.26130258, 0.27577711]
BATCH = 64


def preprocessing(model):
    """Mean and standard deviation of preprocessor_config.json; OpenAI's without one."""
    path = os.path.join(model, "preprocessor_config.json")
    if not os.path.exists(path):
        return OPENAI_MEAN, OPENAI_STD
    with open(path, encoding="utf-8") as file:
        config = json.load(file)
    return config.get("image_mean", OPENAI_MEAN), config.get("image_std", OPENAI_STD)


def normalized(pixels, mean, std):
    """uint8 (N, side, side, 3) -> float32 (N, 3, side, side)."""
    values = pixels.astype(np.float64) / 255.0
    values = (values - np.asarray(mean)) / np.asarray(std)
    return np.ascontiguousarray(values.transpose(0, 3, 1, 2)).astype(np.float32)


def unit(rows):
    rows = np.asarray(rows, dtype=np.float64)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def cosines(a, b):
    if a.shape != b.shape:
        sys.exit(f"error: {a.shape} embeddings here, {b.shape} by transformers")
    return (unit(a) * unit(b)).sum(axis=1)


def features(output):
    """transformers 4 gives a tensor, 5 an object with the projected embedding in it."""
    for name in ("image_embeds", "text_embeds", "pooler_output"):
        value = getattr(output, name, None)
        if value is not None:
            return value
    return output


def load(model, dtype, device):
    """The model with both towers, or the one tower that there is."""
    import torch
    import transformers

    with open(os.path.join(model, "config.json"), encoding="utf-8") as file:
        kind = json.load(file)["model_type"]
    name = {"clip": "CLIPModel", "clip_vision_model": "CLIPVisionModelWithProjection", "clip_text_model": "CLIPTextModelWithProjection"}[kind]
    loaded = getattr(transformers, name).from_pretrained(model, local_files_only=True, attn_implementation="eager")
    # Cast after loading, so that the argument's name (torch_dtype, dtype) does not matter.
    return loaded.to(device=device, dtype=getattr(torch, dtype)).eval()


def embed_images(clip, pixels, mean, std, dtype, device):
    import torch

    rows = []
    with torch.no_grad():
        for start in range(0, len(pixels), BATCH):
            values = torch.from_numpy(normalized(pixels[start:start + BATCH], mean, std)).to(device=device, dtype=getattr(torch, dtype))
            if hasattr(clip, "visual_projection") and hasattr(clip, "vision_model"):
                pooled = clip.vision_model(pixel_values=values).pooler_output
                rows.append(clip.visual_projection(pooled).float().cpu().numpy())
            else:
                rows.append(features(clip(pixel_values=values)).float().cpu().numpy())
    return np.concatenate(rows)


def embed_texts(clip, ids, device):
    import torch

    rows = []
    with torch.no_grad():
        for start in range(0, len(ids), BATCH):
            values = torch.from_numpy(ids[start:start + BATCH].astype(np.int64)).to(device)
            if hasattr(clip, "text_projection") and hasattr(clip, "text_model"):
                pooled = clip.text_model(input_ids=values).pooler_output
                rows.append(clip.text_projection(pooled).float().cpu().numpy())
            else:
                rows.append(features(clip(input_ids=values)).float().cpu().numpy())
    return np.concatenate(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="the folder with config.json and model.safetensors")
    parser.add_argument("vectors", help="the folder that model verify --vectors filled")
    parser.add_argument("--precision", choices=["float32", "float16", "int8"], default="float32", help="what this program computed in")
    parser.add_argument("--device", default=None, help="where PyTorch computes; default cuda if there is one")
    arguments = parser.parse_args()

    import torch
    import transformers

    # TF32 would cost three digits of the reference.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    device = arguments.device or ("cuda" if torch.cuda.is_available() else "cpu")
    mean, std = preprocessing(arguments.model)
    print(f"torch {torch.__version__}, transformers {transformers.__version__}, {device}; ours in {arguments.precision}")

    failed = compared = 0
    for tower in ("image", "text"):
        ours = os.path.join(arguments.vectors, tower + ".npy")
        if not os.path.exists(ours):
            print(f"{tower}: no {ours}, not compared")
            continue
        embeddings = np.load(ours)
        if tower == "image":
            raw = np.fromfile(os.path.join(arguments.vectors, "pixels.u8"), dtype=np.uint8)
            side = int(round((raw.size / len(embeddings) / 3) ** 0.5))
            inputs = raw.reshape(len(embeddings), side, side, 3)
        else:
            inputs = np.fromfile(os.path.join(arguments.vectors, "ids.i32"), dtype="<i4").reshape(len(embeddings), -1)
        for dtype in ("float32", "float16"):
            if dtype == "float16" and device == "cpu":
                continue
            clip = load(arguments.model, dtype, device)
            theirs = embed_images(clip, inputs, mean, std, dtype, device) if tower == "image" else embed_texts(clip, inputs, device)
            similar = cosines(embeddings, theirs)
            between = cosines(embeddings[:-1], embeddings[1:]).mean()
            print(f"{tower}: {len(similar)} to transformers in {dtype}: least cosine {similar.min():.7f}, mean {similar.mean():.7f}; between neighbours {between:.4f}")
            if dtype == "float32":
                compared += 1
                passed = {"float32": similar.min() >= 0.9999, "float16": similar.min() >= 0.999, "int8": similar.mean() >= 0.99}[arguments.precision]
                failed += not passed
            elif arguments.precision == "float16" and similar.min() < 0.999:
                failed += 1
    if compared == 0:
        sys.exit("error: nothing to compare")
    print("FAILED" if failed else "passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
