#!/usr/bin/env python3
"""How soon an inject stands on the screens of 232 people: watches the exercise of a demonstration.

    cargo run --release -- demo --port 8090        (in another window)
    python3 docs/live-clients.py http://localhost:8090 [CLIENTS]

Signs in as the posts of the demonstration, starts its exercise, keeps CLIENTS pages of players open (232), jumps to seven seconds before
each of three injects and prints how long after its moment each client had it. Python 3.9, nothing else; loopback only.
"""
import asyncio, http.cookiejar, re, sys, time, urllib.parse, urllib.request

SITE = sys.argv[1].rstrip("/")
CLIENTS = int(sys.argv[2]) if len(sys.argv) > 2 else 232
HOST, PORT = re.fullmatch(r"http://(localhost|127\.0\.0\.1):(\d+)", SITE).groups()
# On the exercise clock, in seconds: when each comes, and a moment shortly before. The pack of the demonstration is `defacement`.
DUE = [(25 * 60, "A reporter calls the general number"), (50 * 60, "A note from GovCERT.HK"), (100 * 60, "From the head of the department")]
BEFORE = 7


class Visitor:
    def __init__(self, post):
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.post_form("/en/demo", f"/en/demo/sign-in/{post}", {})

    def get(self, path):
        return self.opener.open(SITE + path).read().decode()

    def post_form(self, page, to, fields):
        token = re.search(r'name="_token" value="([^"]+)"', self.get(page)).group(1)
        data = urllib.parse.urlencode({"_token": token, **fields}).encode()
        return self.opener.open(SITE + to, data).read().decode()

    def cookie(self):
        return "; ".join(f"{one.name}={one.value}" for one in self.jar)


async def watch(drill, cookie, seen, ready):
    reader, writer = await asyncio.open_connection(HOST, int(PORT))
    path = f"/en/staff/drills/{drill}/live?part=play"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}:{PORT}\r\nCookie: {cookie}\r\nAccept: text/event-stream\r\n\r\n".encode())
    status = await reader.readline()
    if b" 200 " not in status:
        raise SystemExit(f"a client was refused: {status!r}")
    ready.release()
    while True:
        line = await reader.readline()
        if not line:
            return
        for _, title in DUE:
            if line.startswith(b"data:") and title.encode() in line:
                seen.setdefault(title, time.time())


async def main():
    controller = await asyncio.to_thread(Visitor, 9)
    drill = re.search(r"/drills/(drl_[0-9a-f]+)", controller.get("/en/staff/drills")).group(1)
    base = f"/en/staff/drills/{drill}"
    await asyncio.to_thread(controller.post_form, base, f"{base}/start", {})
    players = []
    for post in range(9):
        visitor = await asyncio.to_thread(Visitor, post)
        try:
            if "live?part=play" in await asyncio.to_thread(visitor.get, f"{base}/play"):
                players.append(visitor)
        except urllib.error.HTTPError:
            pass
    seen, ready = [{} for _ in range(CLIENTS)], asyncio.Semaphore(0)
    tasks = [asyncio.create_task(watch(drill, players[n % len(players)].cookie(), seen[n], ready)) for n in range(CLIENTS)]
    for _ in range(CLIENTS):
        await asyncio.wait_for(ready.acquire(), 60)
    late = []
    for due, what in DUE:
        minutes, seconds = divmod(due - BEFORE, 60)
        before = time.time()
        to = f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        await asyncio.to_thread(controller.post_form, f"{base}/control", f"{base}/control", {"act": "jump", "to": to})
        after = time.time()
        await asyncio.sleep(BEFORE + 4)
        # The jump was noted between `before` and `after`: the earlier moment makes our delays longer, never shorter.
        moment = before + BEFORE
        firsts = [one.get(what) for one in seen]
        missing = sum(first is None for first in firsts)
        delays = sorted(1000 * (first - moment) for first in firsts if first is not None)
        late += delays
        print(f"{what}: {len(delays)} clients, {missing} without it; p50 {delays[len(delays) // 2]:.0f} ms, longest {delays[-1]:.0f} ms; the jump took {1000 * (after - before):.0f} ms")
    late.sort()
    print(f"all: p50 {late[len(late) // 2]:.0f} ms, p99 {late[len(late) * 99 // 100]:.0f} ms, longest {late[-1]:.0f} ms after the moment ({len(players)} sessions)")
    for task in tasks:
        task.cancel()


asyncio.run(main())
