"""In which phase of a run a kill fell, told from the files that had come and gone before it."""
from watch import DELETE

FAMILIES = ("families", "family_names", "family_log", "forest")
IDLE = 0.05  # seconds without a file: the run works on rows


def trigger(name):
    """What to wait for: whether an event (kind, path) is of the kind that the name says."""
    return {
        "request": lambda kind, path: path.startswith(".."),
        "temporary": lambda kind, path: kind != DELETE and path.endswith(".tmp"),
        "data": lambda kind, path: kind != DELETE and path.endswith(".parquet") and "_delta_log" not in path,
        "log": lambda kind, path: kind != DELETE and "_delta_log" in path and path.endswith(".json"),
        "checkpoint": lambda kind, path: kind != DELETE and ".checkpoint.parquet" in path,
        "blobs": lambda kind, path: kind != DELETE and path.startswith("blobs/"),
        "images": lambda kind, path: kind != DELETE and path.startswith("images/"),
        "rows": lambda kind, path: kind != DELETE and path.startswith("rows/"),
        "families": lambda kind, path: kind != DELETE and path.split("/")[0] in FAMILIES,
        "snapshot": lambda kind, path: kind != DELETE and path.split("/")[0] in ("snapshots", "CURRENT") or path.startswith("CURRENT."),
        "removal": lambda kind, path: kind == DELETE and not path.endswith(".tmp"),
    }[name]


def phase(verb, events, now):
    """One name for where the run was."""
    if not any(path.startswith("LOCK") for _, _, path in events):
        return "before the lock"
    requests = [at for at, _, path in events if path.startswith("..")]
    files = [(at, kind, path) for at, kind, path in events
             if not path.startswith(("..", "LOCK", "runs/", "scan")) and path != "."]
    if verb in ("run", "ingest", "reprocess") and (not files or now - files[-1][0] > IDLE):
        if any(path.startswith("CURRENT") for _, _, path in files):
            return "after the snapshot: Table 1, report"
        if not requests:
            return "scan" if not files else "embed, join"
        return "fetch" if now - requests[-1] <= IDLE else "embed, join"
    if not files:
        return "reading the store"
    _, kind, path = files[-1]
    folder = path.split("/")[0]
    if kind == DELETE and not path.endswith(".tmp"):
        return "removing files"
    if folder.startswith("CURRENT") or folder == "snapshots":
        return "publishing the snapshot"
    if folder == "report":
        return "after the snapshot: Table 1, report"
    if folder == "blobs":
        return "commit: blobs"
    if "checkpoint" in path:
        return "commit: checkpoint"
    if folder in FAMILIES:
        return "writing the families"
    return "commit: log entries" if "_delta_log" in path else "commit: data files"
