#!/usr/bin/env python3
"""Kills runs of one study with SIGKILL, again and again, and looks whether its store is whole each time.

    dotnet build -c Release && python3 tests/torture/kill.py --rounds 100 --out torture.md

A world of `memorization demo --serve-only` is served throughout. A round takes a store: a new one, the one the last round left, often with the input,
the keywords, a filter, the threshold or the kept bytes changed. It starts a verb (run, ingest, reprocess, store optimize, store vacuum, cluster), kills
its process group after a random time or as soon as a chosen kind of file appears, and then demands that

  * `store verify` finds nothing,
  * `run` ends well, and the store then has exactly the content of one that went through the same options undisturbed,
  * no image that was committed before the kill is requested again.

One time in four the `run` that mends is killed too. Linux only (inotify); nothing but Python's standard library and the built program is needed.
Exit code 0: no round failed. A store that failed stays in the work folder, as it was after the kill (killed-N) and after the run that mended it (mended-N).
"""
import argparse
import collections
import hashlib
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from phases import phase, trigger
from store import Program, requests
from watch import Watch

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GRAPH = ("run", "ingest", "reprocess")
TRIGGERS = {
    **dict.fromkeys(GRAPH, ["time"] * 5 + ["request"] * 5 + ["temporary", "data", "log", "log", "checkpoint", "blobs", "blobs", "images", "rows", "families", "snapshot"]),
    "optimize": ["time", "temporary", "data", "log", "log", "checkpoint", "snapshot"],
    "vacuum": ["time", "removal", "removal"],
    "cluster": ["time", "temporary", "families", "families", "log", "snapshot"],
}
MOST_SKIPPED = {"request": 20, "temporary": 30, "data": 20, "log": 20, "checkpoint": 2, "blobs": 3, "images": 6, "rows": 6, "families": 6, "snapshot": 2, "removal": 60}
FIRST_GUESS = 4.0  # seconds that a verb takes, before one was measured

# What a store goes through, in the order of the steps: names of the study's files below, and options.
# Works among whose rows there are dead links, bad images and opt-outs, but none that answers slowly.
WORKS = ["van gogh almond", "van gogh farmhouse", "van gogh bedroom", "van gogh exercising", "van gogh yellow house", "van gogh pietà", "van gogh tableau"]
NARROW, MORE, WIDE = "narrow", "more", "wide"
CHAINS = [
    [(NARROW, ()), (MORE, ()), (WIDE, ())],
    [(MORE, ("store.images=original",)), (MORE, ("store.images=original", "filters.caption.maxTokens=9")), (WIDE, ("store.images=original",))],
    [(NARROW, ("cluster.threshold=0.97",)), (NARROW, ()), (MORE, ("filters.caption.maxTokens=12",))],
    [(WIDE, ("filters.caption.maxTokens=10",)), (WIDE, ("filters.caption.maxTokens=14",)), (WIDE, ("store.images=original",))],
]


class Torture:
    def __init__(self, options):
        self.options, self.random = options, random.Random(options.seed)
        self.work = options.work or tempfile.mkdtemp(prefix="torture-")
        os.makedirs(self.work, exist_ok=True)
        self.log = open(os.path.join(self.work, "programs.log"), "a")
        self.program = Program(os.path.abspath(options.program), self.log)
        self.requests = os.path.join(self.work, "requests.jsonl")
        self.twins, self.seconds, self.failures = {}, {}, []
        self.kills, self.triggers = collections.Counter(), collections.Counter()
        self.rounds = self.unkilled = self.second_kills = self.checked = 0

    def serve(self):
        """Starts the server; its world and one study for each name of `CHAINS` lie in the work folder."""
        self.server = subprocess.Popen(
            [self.program.path, "demo", "--serve-only", "--rows", "1000", "--out", self.work, "--requests", self.requests, "--json"],
            stdout=subprocess.PIPE, stderr=self.log, text=True, start_new_session=True)
        study = json.loads(self.server.stdout.readline())["study"]
        with open(study) as file:
            base = json.load(file)
        base["fetch"].update(attemptDeadlineSeconds=20, rowDeadlineSeconds=60)  # a busy machine is no fault
        base["store"]["commitRows"] = 6
        for name, files, keywords in (
            (NARROW, 1, WORKS[:2]),
            (MORE, 2, WORKS[:2]),
            (WIDE, 2, WORKS),
        ):
            base["input"] = [f"input/part-{i:05d}-*.parquet" for i in range(files)]
            base["keywords"] = keywords
            with open(os.path.join(self.work, name + ".json"), "w") as file:
                json.dump(base, file)

    def arguments(self, verb, step, store):
        name, settings = step
        study = os.path.join(self.work, name + ".json")
        options = [word for setting in (f"store.path={store}", *settings) for word in ("--set", setting)] + ["--quiet"]
        return {
            "optimize": ["store", "optimize", study],
            "vacuum": ["store", "vacuum", study, "--retain", "0m"],
            "verify": ["store", "verify", study],
            "cluster": ["cluster", study, "--threshold", f"{self.random.uniform(0.96, 0.99):.3f}"],
        }.get(verb, [verb, study]) + options

    def twin(self, steps):
        """The content of a store that went through the steps undisturbed."""
        if steps in self.twins:
            return self.twins[steps]
        if len(steps) > 1:
            self.twin(steps[:-1])
            shutil.copytree(self.twin_store(steps[:-1]), self.twin_store(steps))
        store = self.twin_store(steps)
        self.mend(steps[-1], store)
        self.twins[steps] = self.content(steps[-1], store)
        return self.twins[steps]

    def twin_store(self, steps):
        return os.path.join(self.work, "twin-" + hashlib.sha256(repr(steps).encode()).hexdigest()[:8])

    def content(self, step, store):
        arguments = self.arguments("query", step, store)
        return self.program.content(arguments[1], arguments[2:])

    def mend(self, step, store):
        begun = time.monotonic()
        code, _, error = self.program.run(*self.arguments("run", step, store))
        self.seconds.setdefault("run", []).append(time.monotonic() - begun)
        if code:
            raise AssertionError(f"run exits {code}: {error.strip()}")

    def kill(self, verb, step, store):
        """Starts a verb and kills it. False if it ended before."""
        os.makedirs(store, exist_ok=True)
        wanted = self.random.choice(TRIGGERS[verb])
        skip = self.random.randrange(MOST_SKIPPED.get(wanted, 1))
        usual = statistics.median(self.seconds.get(verb, self.seconds.get("run", []) if verb in GRAPH else []) or [FIRST_GUESS])
        delay = self.random.uniform(0, usual) if wanted == "time" else self.random.choice([0, 0, self.random.uniform(0, 0.03)])
        watch = Watch(store, self.requests)
        seen = len(watch.events)
        begun = time.monotonic()
        process = self.program.start(*self.arguments(verb, step, store))
        at = begun + delay if wanted == "time" else None
        while process.poll() is None and (at is None or time.monotonic() < at):
            new = watch.wait(0.05 if at is None else min(0.05, at - time.monotonic()))
            if at is None:
                for _, kind, path in watch.events[max(new, seen):]:
                    if trigger(wanted)(kind, path):
                        skip -= 1
                if skip < 0:
                    at = time.monotonic() + delay
        now = time.monotonic()
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        was_killed = process.wait() == -signal.SIGKILL
        watch.wait(0)
        watch.close()
        if not was_killed:
            self.seconds.setdefault(verb, []).append(now - begun)
            self.unkilled += 1
            if process.returncode != 0:
                raise AssertionError(f"{verb} ended with {process.returncode} before it was killed")
            return False
        self.kills[verb, phase(verb, watch.events[seen:], now)] += 1
        self.triggers[wanted] += 1
        return True

    def check(self, number, verb, steps, store):
        """One kill and everything that must hold after it."""
        step = steps[-1]
        if not self.kill(verb, step, store):
            return False
        if self.random.random() < 0.25 and self.kill("run", step, store):
            self.second_kills += 1
        killed = os.path.join(self.work, f"killed-{number}")
        shutil.copytree(store, killed)
        if not self.options.no_verify:
            code, output, error = self.program.run(*self.arguments("verify", step, store))
            if code:
                raise AssertionError(f"store verify exits {code}: {output.strip()} {error.strip()}")
        arguments = self.arguments("query", step, store)
        committed = self.program.committed(arguments[1], store, arguments[2:])
        start = os.path.getsize(self.requests)
        self.mend(step, store)
        again = committed.intersection(requests(self.requests, start))
        self.checked += len(committed)
        if again:
            raise AssertionError(f"{len(again)} of {len(committed)} committed images were requested again, such as {sorted(again)[0]}")
        mine, theirs = self.content(step, store), self.twin(steps)
        if mine != theirs:
            raise AssertionError(
                f"{len(mine)} records instead of {len(theirs)}; too many: {sorted(set(mine) - set(theirs))[:3]}; missing: {sorted(set(theirs) - set(mine))[:3]}")
        if not self.options.no_verify:
            code, output, error = self.program.run(*self.arguments("verify", step, store))
            if code:
                raise AssertionError(f"store verify after the run exits {code}: {output.strip()} {error.strip()}")
        shutil.rmtree(killed)
        return True

    def run(self):
        self.serve()
        begun, number = time.monotonic(), 0
        goes_on = lambda: self.rounds < self.options.rounds and time.monotonic() - begun < self.options.minutes * 60
        while goes_on():
            number += 1
            store = os.path.join(self.work, f"store-{number}")
            chain = self.random.choice(CHAINS)
            for verb, steps in self.plan(chain):
                if not goes_on():
                    break
                try:
                    if self.check(self.rounds + 1, verb, steps, store):
                        self.rounds += 1
                    elif verb in GRAPH and self.content(steps[-1], store) != self.twin(steps):
                        raise AssertionError(f"{verb} was not killed and yet differs from an undisturbed run")
                except AssertionError as failure:
                    self.rounds += 1
                    self.failures.append({"round": self.rounds, "verb": verb, "steps": steps, "what": str(failure)[:2000]})
                    print(f"round {self.rounds} FAILED: {verb} {steps}: {failure}", file=sys.stderr, flush=True)
                    if os.path.isdir(store):
                        shutil.move(store, os.path.join(self.work, f"mended-{self.rounds}"))
                    break
                print(f"{self.rounds} rounds, {sum(self.kills.values())} kills, {len(self.failures)} failed, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
            shutil.rmtree(store, ignore_errors=True)
        self.took = time.monotonic() - begun

    def plan(self, chain):
        """Verb and options of each round of one store: each step of the chain is run, and upkeep comes in between."""
        for i in range(1, 1 + self.random.randint(1, len(chain))):
            steps = tuple(chain[:i])
            yield (self.random.choice(["run", "run", "ingest", "reprocess"]) if i > 1 else self.random.choice(["run", "ingest"])), steps
            for verb in ("optimize", "vacuum", "cluster"):
                if self.random.random() < 0.4:
                    yield verb, steps

    def markdown(self):
        verbs = [verb for verb in TRIGGERS if any(v == verb for v, _ in self.kills)]
        phases = sorted({p for _, p in self.kills}, key=lambda p: -sum(self.kills[v, p] for v in verbs))
        lines = ["| killed in | " + " | ".join(verbs) + " | all |", "|---|" + "---:|" * (len(verbs) + 1)]
        for name, counts in [(p, [self.kills[v, p] for v in verbs]) for p in phases] + [("all", [sum(self.kills[v, p] for p in phases) for v in verbs])]:
            lines.append(f"| {name} | " + " | ".join(str(n or "") for n in counts) + f" | {sum(counts)} |")
        lines += ["", f"{self.rounds} rounds, {sum(self.kills.values())} kills ({self.second_kills} of them of the run that mended), {len(self.failures)} failures, {self.took:.0f} s. "
                  f"{self.unkilled} further starts ended before their kill. {self.checked:,} times a committed image could have been requested again."]
        if self.options.no_verify:
            lines.append("`store verify` was left out.")
        lines += [f"* round {f['round']}, {f['verb']} after {f['steps']}: {f['what']}" for f in self.failures]
        return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1e9, help="begin no further round after so many minutes")
    parser.add_argument("--program", default=os.path.join(ROOT, "pipelines/bin/Release/net10.0/memorization"))
    parser.add_argument("--work", help="folder for the world and the stores [default: a temporary one]")
    parser.add_argument("--out", help="file for the summary, in Markdown; a .json of the same name is written beside it")
    parser.add_argument("--no-verify", action="store_true", help="leave `store verify` out")
    torture = Torture(parser.parse_args())
    try:
        torture.run()
    finally:
        os.killpg(torture.server.pid, signal.SIGKILL)
        torture.server.wait()
    print(torture.markdown())
    if torture.options.out:
        with open(torture.options.out, "w") as file:
            file.write(torture.markdown())
        with open(os.path.splitext(torture.options.out)[0] + ".json", "w") as file:
            json.dump({"rounds": torture.rounds, "seconds": round(torture.took), "failures": torture.failures, "triggers": torture.triggers,
                       "kills": [{"verb": v, "phase": p, "kills": n} for (v, p), n in sorted(torture.kills.items())]}, file, indent=1)
    if not torture.failures and not torture.options.work:
        shutil.rmtree(torture.work)
    return 1 if torture.failures else 0


if __name__ == "__main__":
    sys.exit(main())
