#!/usr/bin/env python3
"""Records the evidence of this pack: python3 record.py, as root, two minutes. See record.md."""

import asyncio
import collections
import heapq
import http.client
import http.server
import json
import os
import pathlib
import random
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from recording import Clock, Lines, alone, digest, moment

FRONT, SEARCH, CHECKER, APP = "192.0.2.10", "10.90.1.11", "10.90.1.9", "203.0.113.20"
SLOW = [f"198.51.100.{number}" for number in range(130, 170)]
FLOOD = [f"203.0.113.{number}" for number in range(64, 76)]
PIERS = ["central", "cheung-chau", "mui-wo", "peng-chau", "yung-shue-wan", "sok-kwu-wan", "north-point", "hung-hom", "discovery-bay", "tung-chung"]
AGENTS = ["Mozilla/5.0 (iPhone) Safari", "Mozilla/5.0 (Android) Chrome", "Mozilla/5.0 (Windows) Firefox"]
OUT = pathlib.Path(__file__).parent / "evidence"
WORK = pathlib.Path("/run/front")
SETTINGS = """daemon off;
user root;
worker_processes 1;
pid /run/front/pid;
error_log /run/front/errors.log warn;
events {
    worker_connections 128;
}
http {
    include /run/front/record.conf;
    default_type text/html;
    client_header_timeout 30s;
    client_body_timeout 30s;
    keepalive_timeout 15s;
    server {
        listen 192.0.2.10:80;
        root /srv/www;
        location / {
            index index.html;
        }
        location /search {
            proxy_pass http://10.90.1.11:8080;
            proxy_connect_timeout 3s;
            proxy_read_timeout 4s;
        }
        location = /state {
            stub_status;
            allow 10.90.1.0/24;
            deny all;
        }
    }
}
"""


def main():
    if sys.argv[1:] == ["search"]:
        return search()
    alone("192.0.2.1/24", "198.51.100.1/24", "203.0.113.1/24", "10.90.0.1/16")
    for place in ["/srv", "/run"]:
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], check=True)
    os.environ["TZ"] = "UTC"
    OUT.mkdir(exist_ok=True)
    processes = servers()
    until = time.monotonic() + 122
    checks, states = Lines(OUT / "checks.jsonl"), Lines(OUT / "connections.jsonl")
    for path, every in [("/", 1.0), ("/search?from=central&to=mui-wo", 2.0)]:
        threading.Thread(target=check, args=(checks, path, every, until), daemon=True).start()
    threading.Thread(target=watch, args=(states, processes["search"], until), daemon=True).start()
    threading.Thread(target=visitors, daemon=True).start()
    asyncio.run(waves())
    time.sleep(max(0.0, until - time.monotonic()) + 1)
    for name in ["access.log", "errors.log"]:
        (OUT / name).write_text((WORK / name).read_text())
    (OUT / "settings.conf").write_text(SETTINGS)
    for path in sorted(OUT.iterdir()):
        print(path.name, path.stat().st_size, "bytes", digest(path))
    os._exit(0)


def servers():
    pathlib.Path("/srv/www").mkdir()
    dice = random.Random(90)
    for name in ["index.html", "sailings.html", "notices.html", "map.svg", "style.css"]:
        (pathlib.Path("/srv/www") / name).write_bytes(b" " * dice.randrange(2_000, 9_000))
    WORK.mkdir()
    shape = '$remote_addr - - [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_time'
    ours = f"map $remote_addr $foreign {{ default 1; {CHECKER} 0; }}"
    (WORK / "record.conf").write_text(f"{ours}\nlog_format lines '{shape}';\naccess_log {WORK}/access.log lines if=$foreign;\n")
    (WORK / "nginx.conf").write_text(SETTINGS)
    service = subprocess.Popen([sys.executable, __file__, "search"])
    nginx = subprocess.Popen(["nginx", "-p", WORK, "-c", WORK / "nginx.conf"])
    time.sleep(1)
    return {"search": service.pid, "nginx": nginx.pid}


def search():
    """Looks for the best way over a net of piers and stops, anew for each request: honest work that takes a tenth of a second."""
    dice = random.Random(91)
    net = [[(dice.randrange(4_000), dice.randrange(1, 30)) for _ in range(6)] for _ in range(4_000)]

    def minutes(start):
        best, waiting = {start: 0}, [(0, start)]
        while waiting:
            so_far, here = heapq.heappop(waiting)
            for there, more in net[here] if so_far == best[here] else []:
                if so_far + more < best.get(there, 1 << 30):
                    best[there] = so_far + more
                    heapq.heappush(waiting, (so_far + more, there))
        return best

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            ways = [minutes(sum(self.path.encode()) * number % 4_000) for number in range(3, 23)]
            body = json.dumps({"minutes": min(way.get(7, 999) for way in ways)}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    class Server(http.server.HTTPServer):
        request_queue_size = 16

        def handle_error(self, *_):
            """Who asked has given up meanwhile."""

    Server((SEARCH, 8080), Handler).serve_forever()


def check(lines, path, every, until):
    """What the department's own monitoring sees: an answer within three seconds, or none."""
    while time.monotonic() < until:
        begun = time.monotonic()
        made = {"time": moment(), "path": path.split("?")[0], "status": None, "milliseconds": None, "error": None}
        try:
            client = http.client.HTTPConnection(FRONT, 80, timeout=3, source_address=(CHECKER, 0))
            client.request("GET", path, headers={"User-Agent": "department-check/1"})
            made["status"] = client.getresponse().status
            client.close()
        except (OSError, http.client.HTTPException) as error:
            made["error"] = type(error).__name__
        made["milliseconds"] = round((time.monotonic() - begun) * 1_000)
        lines.add(**made)
        time.sleep(max(0.0, begun + every - time.monotonic()))


def watch(lines, service, until):
    """Each second: open connections to the front by address, what nginx says of them, and how busy the search is."""
    ticks, spent = os.sysconf("SC_CLK_TCK"), 0
    while time.monotonic() < until:
        begun = time.monotonic()
        shown = subprocess.run(["ss", "-Htn", "state", "established", "src", f"{FRONT}:80"], capture_output=True, text=True).stdout
        peers = collections.Counter(line.split()[-1].rsplit(":", 1)[0] for line in shown.splitlines())
        fields = pathlib.Path(f"/proc/{service}/stat").read_text().rsplit(")", 1)[1].split()
        total = int(fields[11]) + int(fields[12])
        used, spent = (total - spent) * 100 // ticks if spent else 0, total
        lines.add(time=moment(), open=sum(peers.values()), addresses=len(peers), most=dict(peers.most_common(3)), nginx=state(), search_busy_percent=used)
        time.sleep(max(0.0, begun + 1 - time.monotonic()))


def state():
    try:
        client = http.client.HTTPConnection(FRONT, 80, timeout=0.5, source_address=(CHECKER, 0))
        client.request("GET", "/state")
        words = client.getresponse().read().decode().split()
        client.close()
        return {"reading": int(words[-5]), "writing": int(words[-3]), "waiting": int(words[-1])}
    except (OSError, http.client.HTTPException, ValueError, IndexError):
        return None


def visitors():
    """Passengers and the operators' app; from the twenty-fifth second on also readers of a newspaper that links here."""
    clock, dice = Clock(), random.Random(92)
    for tenth in range(0, 1_190, 4):
        clock.until(tenth / 10)
        news = tenth > 250 and dice.random() < 0.4
        if tenth % 12 == 0:
            get(APP, f"/search?from={dice.choice(PIERS)}&to={dice.choice(PIERS)}", "HarbourTransitApp/5.2")
        elif news:
            get(f"198.51.100.{dice.randrange(60, 120)}", dice.choice(["/", "/notices.html"]), dice.choice(AGENTS), "http://daily.example/typhoon")
        elif dice.random() < 0.6:
            path = dice.choice(["/", "/sailings.html", "/notices.html", "/style.css", "/map.svg"]) if dice.random() < 0.8 else f"/search?from={dice.choice(PIERS)}&to={dice.choice(PIERS)}"
            get(f"198.51.100.{dice.randrange(2, 60)}", path, dice.choice(AGENTS))


def get(source, path, agent, came=None):
    command = ["curl", "-s", "-o", "/dev/null", "--max-time", "6", "--interface", source, "-A", agent, *(["-e", came] if came else []), f"http://{FRONT}{path}"]
    subprocess.Popen(command)


async def waves():
    """Slow headers from forty addresses, and before they end a flood at the costly path from twelve."""
    dice, start = random.Random(93), asyncio.get_running_loop().time()
    slow = [slow_one(address, start + 30 + dice.random() * 4, start + 84) for address in SLOW for _ in range(4)]
    flood = [flood_one(address, start + 62 + at / 6, start + 100, random.Random(at)) for at, address in enumerate(FLOOD)]
    await asyncio.gather(*slow, *flood)


async def slow_one(address, begin, end):
    """One header line now and then, never the last; again when the server hangs up."""
    loop = asyncio.get_running_loop()
    await asyncio.sleep(begin - loop.time())
    while loop.time() < end:
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection(FRONT, 80, local_addr=(address, 0)), 3)
            writer.write(b"GET / HTTP/1.1\r\nHost: ferries.example\r\nUser-Agent: Mozilla/5.0 (Windows)\r\n")
            for line in range(100):
                await asyncio.sleep(min(7.0, max(0.0, end - loop.time())))
                if loop.time() >= end or writer.is_closing():
                    break
                writer.write(f"X-{line}: {line}\r\n".encode())
                await writer.drain()
            writer.close()
        except (OSError, asyncio.TimeoutError):
            await asyncio.sleep(5)


async def flood_one(address, begin, end, dice):
    loop = asyncio.get_running_loop()
    await asyncio.sleep(begin - loop.time())
    asking = []
    while loop.time() < end:
        asking.append(asyncio.create_task(ask(address, f"/search?from={dice.choice(PIERS)}&to={dice.choice(PIERS)}&via={dice.randrange(10 ** 6)}")))
        await asyncio.sleep(0.9 + dice.random() * 0.2)
    await asyncio.gather(*asking)


async def ask(address, path):
    try:
        reader, writer = await asyncio.wait_for(asyncio.open_connection(FRONT, 80, local_addr=(address, 0)), 3)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: ferries.example\r\nUser-Agent: okhttp/4.9.3\r\nConnection: close\r\n\r\n".encode())
        await asyncio.wait_for(reader.read(), 6)
        writer.close()
    except (OSError, asyncio.TimeoutError):
        pass


if __name__ == "__main__":
    main()
