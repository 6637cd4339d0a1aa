#!/usr/bin/env python3
"""Studies the world of train_tiny_diffusion.py, asks the model for every planted caption, and evaluates: all by the program, on a CPU.

    python3 evaluate_tiny_diffusion.py --program "pipelines/bin/Release/net10.0/memorization" --trained DIR --out DIR [--seeds 8]

Serves the pictures on a loopback port, writes the rows as Parquet, and runs `run`, `generate` and `evaluate`; each probe's kind is its family's number of copies.
Prints a line of JSON for each kind (share, interval by a bootstrap over families) and rule, and the logistic model. Run again, it goes on with what is missing.
Exit 1 if the program's token ids are not those that the model was trained on, a picture has a family of the wrong size, or the interval of the families with most
copies does not lie above that of those planted once. Needs Python alone; no network.
"""
import argparse
import collections
import http.server
import json
import os
import shlex
import struct
import subprocess
import sys
import threading
import time


class Pictures(http.server.SimpleHTTPRequestHandler):
    """Each copy has an address of its own: /COPY/PICTURE.png."""

    def translate_path(self, path):
        return os.path.join(self.directory, os.path.basename(path))

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128  # with Python's 5, connections that come at once are reset and their rows lost


def serve(folder):
    server = Server(("127.0.0.1", 0), lambda *of: Pictures(*of, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def write_lines(path, values):
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(value) + "\n" for value in values)


def write_parquet(path, columns):
    """Columns of strings, none of them null, as Parquet without compression: one row group, one page a column (github.com/apache/parquet-format)."""
    whole, text, many, group = 5, 8, 9, 12  # types of Thrift's compact protocol; 6 is a longer whole number

    def number(value, signed=True):
        value, out = value << 1 if signed else value, b""
        while value > 127:
            value, out = value >> 7, out + bytes([value & 127 | 128])
        return out + bytes([value])

    def binary(value):
        return number(len(value), signed=False) + value

    def listed(kind, values):
        return bytes([len(values) << 4 | kind]) + b"".join(values)

    def struct_of(*fields):
        out, last = b"", 0
        for place, kind, value in fields:
            out, last = out + bytes([(place - last) << 4 | kind]) + (value if isinstance(value, bytes) else number(value)), place
        return out + b"\0"

    rows, chunks = len(next(iter(columns.values()))), []
    with open(path, "wb") as file:
        file.write(b"PAR1")
        for name, values in columns.items():
            page = b"".join(struct.pack("<I", len(value)) + value for value in (value.encode() for value in values))
            header = struct_of((1, whole, 0), (2, whole, len(page)), (3, whole, len(page)), (5, group, struct_of((1, whole, rows), (2, whole, 0), (3, whole, 3), (4, whole, 3))))
            begin, size = file.tell(), len(header) + len(page)
            file.write(header + page)
            meta = struct_of((1, whole, 6), (2, many, listed(whole, [number(0)])), (3, many, listed(text, [binary(name.encode())])), (4, whole, 0), (5, 6, rows), (6, 6, size), (7, 6, size), (9, 6, begin))
            chunks.append((size, struct_of((2, 6, begin), (3, group, meta))))
        schema = [struct_of((4, text, binary(b"schema")), (5, whole, len(columns)))]
        schema += [struct_of((1, whole, 6), (3, whole, 0), (4, text, binary(name.encode())), (6, whole, 0)) for name in columns]
        rowgroup = struct_of((1, many, listed(group, [chunk for _, chunk in chunks])), (2, 6, sum(size for size, _ in chunks)), (3, 6, rows))
        footer = struct_of((1, whole, 1), (2, many, listed(group, schema)), (3, 6, rows), (4, many, listed(group, [rowgroup])))
        file.write(footer + struct.pack("<I", len(footer)) + b"PAR1")


def say(**values):
    print(json.dumps(values), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--trained", required=True, help="the folder with world and model")
    parser.add_argument("--out", required=True, help="folder for the study, its store, the images and the tables")
    parser.add_argument("--seeds", type=int, default=8, help="images of each planted caption")
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--guidance", type=float, default=3.0)
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    begin, program = time.monotonic(), shlex.split(options.program)

    def run(*arguments):
        done = subprocess.run([*program, *arguments], stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            sys.exit(f"error: {arguments[0]} ended with {done.returncode}")
        say(did=arguments[0], seconds=round(time.monotonic() - begin, 1))
        return done.stdout

    world, at = os.path.join(options.trained, "world"), lambda name: os.path.join(options.out, name)
    os.makedirs(options.out, exist_ok=True)
    pictures = lines(os.path.join(world, "captions.jsonl"))
    ids = [json.loads(line)["ids"] for line in run("tokenize", os.path.join(world, "captions.jsonl"), "--quiet").splitlines()]
    if ids != [picture["ids"] for picture in pictures]:
        sys.exit("error: the program's token ids are not those that the model was trained on")

    rows = [(f"http://world.test/{copy}/{picture['picture']:05}.png", picture["text"]) for picture in pictures for copy in range(picture["copies"])]
    write_parquet(at("rows.parquet"), {"URL": [url for url, _ in rows], "TEXT": [text for _, text in rows]})
    with open(at("study.json"), "w", encoding="utf-8") as file:
        json.dump({"name": "tiny", "input": ["rows.parquet"], "store": {"path": "store"},
                   "fetch": {"parallelism": 16, "perHostConcurrency": 16, "resolve": {"world.test": f"127.0.0.1:{serve(os.path.join(world, 'images'))}"}}}, file)
    run("run", at("study.json"), "--quiet", "--json")
    stored = json.loads(run("query", at("study.json"), "SELECT caption, family, count(*) AS copies, (SELECT count(*) FROM study s WHERE s.family = t.family) AS family_rows FROM study t GROUP BY caption, family", "--json"))
    families = {row["caption"]: row for row in stored}
    wrong = [picture["text"] for picture in pictures if picture["planted"] and (row := families.get(picture["text"]), row is None or int(row["copies"]) != picture["copies"] or int(row["family_rows"]) != picture["copies"])[1]]
    say(rows=len(rows), stored=sum(int(row["copies"]) for row in stored), planted_families=sum(picture["planted"] for picture in pictures), of_the_wrong_size=wrong)

    write_lines(at("probes.jsonl"), [{"caption": picture["text"], "family": families[picture["text"]]["family"], "kind": f"planted {picture['copies']:03}"}
                                     for picture in pictures if picture["planted"] and picture["text"] in families])
    run("generate", "--model", os.path.join(options.trained, "model"), "--prompts", at("probes.jsonl"), "--out", at("images"), "--seeds", str(options.seeds),
        "--steps", str(options.steps), "--guidance", str(options.guidance), "--batch", "8", "--threads", str(options.threads), "--quiet")
    evaluation = json.loads(run("evaluate", at("study.json"), "--images", at("images"), "--probes", at("probes.jsonl"), "--out", at("tables"), "--json", "--quiet"))
    with open(at("evaluation.json"), "w", encoding="utf-8") as file:
        json.dump(evaluation, file)

    kinds = collections.defaultdict(list)
    for rate in evaluation["rates"]:
        if rate["group"] == "kind" and rate["score"] == "Max":
            kinds[rate["rule"]].append(rate)
            say(**{key: rate[key] for key in ("rule", "threshold", "kind", "probes", "images", "replicated", "share", "low", "high")})
    say(calibrated=evaluation["calibrated"])
    say(model=evaluation["model"])
    judged = sorted(kinds.get("calibrated") or kinds["hand"], key=lambda rate: rate["kind"])
    if wrong:
        sys.exit(f"error: {len(wrong)} planted pictures have a family of the wrong size")
    if not judged[-1]["low"] > judged[0]["high"]:
        sys.exit(f"error: {judged[-1]['kind']} ({judged[-1]['low']} to {judged[-1]['high']}) is not above {judged[0]['kind']} ({judged[0]['low']} to {judged[0]['high']})")


if __name__ == "__main__":
    main()
