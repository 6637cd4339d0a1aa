"""Linux's inotify through the C library: which files of a folder tree come, change and go, while it happens."""
import ctypes
import os
import select
import struct
import time

MODIFY, MOVED_TO, CREATE, DELETE = 0x2, 0x80, 0x100, 0x200
_IS_FOLDER = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


class Watch:
    """The tree below a folder, folders made later included, and single files elsewhere."""

    def __init__(self, root, *files):
        self._fd = _libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        self._names, self._root = {}, root
        self.events = []  # (seconds, kind, path relative to the root)
        self._add(root)
        for file in files:
            self._names[_libc.inotify_add_watch(self._fd, os.fsencode(file), MODIFY)] = file

    def _add(self, folder):
        wd = _libc.inotify_add_watch(self._fd, os.fsencode(folder), MOVED_TO | CREATE | DELETE)
        if wd < 0:
            return
        self._names[wd] = folder
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False):
                self._add(entry.path)
            else:
                self._note(CREATE, entry.path)

    def _note(self, kind, path):
        self.events.append((time.monotonic(), kind, os.path.relpath(path, self._root)))

    def wait(self, seconds):
        """Takes what has happened, after at most so many seconds; the number of events before it is returned."""
        before = len(self.events)
        if select.select([self._fd], [], [], max(0, seconds))[0]:
            data, at = os.read(self._fd, 1 << 16), 0
            while at < len(data):
                wd, mask, _, length = struct.unpack_from("iIII", data, at)
                name = os.fsdecode(data[at + 16:at + 16 + length].rstrip(b"\0"))
                at += 16 + length
                folder = self._names.get(wd)
                if folder is None:
                    continue
                path = os.path.join(folder, name) if name else folder
                if mask & _IS_FOLDER and mask & (CREATE | MOVED_TO):
                    self._add(path)
                else:
                    self._note(mask & 0x3FF, path)
        return before

    def close(self):
        os.close(self._fd)
