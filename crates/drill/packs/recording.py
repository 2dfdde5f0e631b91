"""What the recordings of the packs share: a network of their own, an end, and lines with their moment.

A recording runs in namespaces of its own. Its network has one device, a loopback that carries the addresses of the story, so nothing
in it can reach another machine; its processes are those that it starts, and all of them end with it, after LONGEST seconds at the
latest. Needs Linux, root, iproute2 and util-linux.
"""

import datetime
import hashlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

LONGEST = 300


def alone(*networks):
    """Goes on in namespaces of its own, where every address of `networks` is this machine's loopback."""
    if os.environ.get("RECORDING") != "alone":
        command = ["unshare", "--net", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc", sys.executable, *sys.argv]
        sys.exit(subprocess.run(command, env={**os.environ, "RECORDING": "alone"}, timeout=LONGEST + 10).returncode)
    signal.alarm(LONGEST)
    for network in networks:
        subprocess.run(["ip", "address", "add", network, "dev", "lo"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    links = subprocess.run(["ip", "-brief", "link"], check=True, capture_output=True, text=True).stdout.splitlines()
    assert [link.split()[0] for link in links] == ["lo"], links


def moment(seconds=None):
    """A moment in UTC, to the millisecond."""
    at = datetime.datetime.fromtimestamp(time.time() if seconds is None else seconds, datetime.timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def digest(path):
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


class Lines:
    """A file of evidence: one JSON object a line, in the order in which they were read."""

    def __init__(self, path):
        self.file = open(path, "w", encoding="utf-8")
        self.lock = threading.Lock()

    def add(self, **fields):
        with self.lock:
            print(json.dumps(fields, ensure_ascii=False), file=self.file, flush=True)

    def read(self, stream, fields):
        """Adds what `fields` makes of each line of a stream, until it ends; `None` is left out."""

        def reading():
            for line in stream:
                made = fields(line.rstrip("\n"))
                if made:
                    self.add(**made)

        thread = threading.Thread(target=reading, daemon=True)
        thread.start()
        return thread


class Clock:
    """Waits for the seconds of a recording."""

    def __init__(self):
        self.start = time.monotonic()

    def until(self, second):
        time.sleep(max(0.0, self.start + second - time.monotonic()))
