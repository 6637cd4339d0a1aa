"""The program, a store's whole content as text, and what is committed in it."""
import json
import os
import subprocess
from urllib.parse import unquote, urlsplit

# What two stores of the same study must agree in, whatever happened on the way: not when and how often something was asked for, in which version it
# was written, which bytes of which shard it is, or how families were called before.
TABLES = {
    "rows": "SELECT * FROM rows",
    "duplicates": "SELECT * FROM duplicates",
    "verdicts": "SELECT * FROM verdicts",
    "images": "SELECT * EXCLUDE (fetched_at, elapsed_ms, attempts, version, blob, \"offset\"), blob IS NULL AS lacks FROM images",
    "embeddings": "SELECT content_id, model, md5(embedding::VARCHAR) AS md5 FROM embeddings",
    "thumbnails": "SELECT content_id, mime, md5(image) AS md5 FROM thumbnails",
    "units": "SELECT * EXCLUDE (generation) FROM units",
    "families": "SELECT * FROM families",
    "family_names": "SELECT * EXCLUDE (stable_id, anchor) FROM family_names",
    "forest": "SELECT * FROM forest",
}
CONTENT = " UNION ALL ".join(f"SELECT '{name}' AS name, t::VARCHAR AS record FROM ({sql}) t" for name, sql in TABLES.items())


class Program:
    """The built program; every call has a time limit."""

    def __init__(self, path, log):
        self.path, self._log = path, log

    def start(self, *arguments):
        return subprocess.Popen([self.path, *arguments], stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, start_new_session=True)

    def run(self, *arguments):
        """Exit code, standard output, standard error."""
        done = subprocess.run([self.path, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
        self._log.write(f"\n$ {' '.join(arguments)}\n{done.stderr}")
        self._log.flush()
        return done.returncode, done.stdout, done.stderr

    def query(self, study, sql, *options):
        code, output, error = self.run("query", study, sql, "--format", "json", *options)
        if code:
            raise AssertionError(f"query: {error.strip()}")
        return json.loads(output)

    def content(self, study, options):
        """The published snapshot, as sorted text."""
        return sorted(row["name"] + " " + row["record"] for row in self.query(study, CONTENT, *options))

    def committed(self, study, store, options):
        """(host, path) of every image that the newest versions of the tables have."""
        if not os.path.isdir(store):
            return set()
        return {address(row["url"]) for row in self.query(study, "SELECT url FROM images WHERE outcome = 'kept'", "--latest", *options)}


def address(url):
    parts = urlsplit(url)
    return parts.hostname, unquote(parts.path)


def requests(path, start):
    """(host, path) of every request in the log from a place on."""
    with open(path, "rb") as log:
        log.seek(start)
        return [(line["host"], line["path"]) for line in map(json.loads, log.read().splitlines())]
