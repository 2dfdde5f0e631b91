#!/usr/bin/env python3
"""Records the evidence of this pack: python3 record.py, as root, two minutes. See record.md."""

import asyncore
import email
import os
import pathlib
import random
import smtpd
import smtplib
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from recording import Clock, Lines, alone, digest, moment

WEB2, GATEWAY, OFFICE = "192.0.2.80", "10.80.1.25", "203.0.113.12"
PROBER, COLLECTOR, CRAWLER, CURIOUS = "203.0.113.77", "198.51.100.143", "198.51.100.200", "198.51.100.61"
OUT = pathlib.Path(__file__).parent / "evidence"
EXPORT = "old/2024-carnival/export/registrants-2024-06-30.csv"
DOMAIN = "postbox.example"
FAMILY = ["chan", "cheung", "fung", "ho", "kwok", "lam", "lau", "leung", "mak", "ng", "tam", "tsang", "wong", "yip"]
GIVEN = ["chiming", "heiyu", "kaho", "kityee", "manfai", "pakhin", "saiwai", "siuling", "tszching", "waiman", "yanyan", "yuenting"]
PACKAGES = {"pkg-1180": ("2024-03-04", "volunteers of the spring run", 1_900), "pkg-1204": ("2024-05-20", "carnival, first round", 2_412), "pkg-1231": ("2024-06-11", "carnival, second round", 2_650), "pkg-1302": ("2025-02-17", "newsletter, readers who asked for it", 3_100)}
AGENTS = ["Mozilla/5.0 (iPhone) Safari", "Mozilla/5.0 (Android) Chrome", "Mozilla/5.0 (Windows) Firefox", "Mozilla/5.0 (Macintosh) Safari"]
PAGES = ["/", "/events/", "/events/spring-run.html", "/events/lantern-walk.html", "/events/harbour-swim.html", "/contact.html", "/style.css", "/logo.svg"]


def main():
    alone("192.0.2.1/24", "198.51.100.1/24", "203.0.113.1/24", "10.80.0.1/16")
    for place in ["/srv", "/run"]:
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], check=True)
    os.environ["TZ"] = "UTC"
    OUT.mkdir(exist_ok=True)
    planted = packages()
    site()
    settings = Settings()
    settings.change("k.ng", "Take over the sites of web1", before)
    subprocess.Popen(["nginx", "-p", "/run/web2", "-c", "/run/web2/nginx.conf"])
    gateway = Lines(OUT / "mail.jsonl")
    Gateway((GATEWAY, 25), None, decode_data=True).lines = gateway
    threading.Thread(target=asyncore.loop, kwargs={"timeout": 0.2}, daemon=True).start()
    acts = [threading.Thread(target=act, args=given) for act, given in [(visitors, ()), (settings.engineers, ()), (prober, ()), (collector, ()), (others, ()), (mails, (planted,))]]
    [act.start() for act in acts]
    [act.join() for act in acts]
    listing()
    settings.write()
    (OUT / "access.jsonl").write_text(pathlib.Path("/run/web2/access.log").read_text())
    for name in ["access", "changes", "files", "packages", "mail"]:
        path = OUT / f"{name}.jsonl"
        print(name, path.stat().st_size, "bytes", digest(path))
    os._exit(0)


def packages():
    """What the department handed over, with the invented persons whom only one package names; and the old export, made from one of them."""
    dice, lines, planted = random.Random(80), Lines(OUT / "packages.jsonl"), {}
    people = [f"{family}.{given}" for family in FAMILY for given in GIVEN]
    dice.shuffle(people)
    for at, (package, (day, what, rows)) in enumerate(PACKAGES.items()):
        planted[package] = [f"{name}@{DOMAIN}" for name in people[at * 3:at * 3 + 3]]
        lines.add(time=f"{day}T02:00:00.000Z", package=package, holder="Harbour Events", what=what, rows=rows, planted=planted[package], statement="deleted, signed 2024-07-31" if day < "2025" else "contract runs until 2027-03-31")
    others = [f"{dice.choice(FAMILY)}.{dice.choice(GIVEN)}{number}@{DOMAIN}" for number in range(PACKAGES["pkg-1204"][2] - 3)]
    rows = [f"{number:05},{mail.split('@')[0].replace('.', ' ').title()},{mail},{dice.choice(['adult', 'child', 'senior'])},{dice.choice(['morning', 'afternoon'])}" for number, mail in enumerate(sorted(others + planted["pkg-1204"]), start=1)]
    export = pathlib.Path("/srv/www") / EXPORT
    export.parent.mkdir(parents=True)
    export.write_text("no,name,mail,group,session\n" + "\n".join(rows * 2) + "\n")
    return planted


def site():
    root, dice = pathlib.Path("/srv/www"), random.Random(81)
    for page in PAGES:
        path = root / (page.strip("/") + ("/index.html" if page.endswith("/") else "")).strip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b" " * dice.randrange(900, 16_000))
    (root / "robots.txt").write_text("User-agent: *\nDisallow: /cart/\n")
    (root / "old/2024-carnival/index.html").write_bytes(b" " * 4_000)
    (root / "old/2024-carnival/export/readme.txt").write_text("Export for the draw of 30 June. Delete after the carnival.\n")
    for path, age in [(EXPORT, 1_719_720_000), ("old/2024-carnival/export/readme.txt", 1_719_720_300), ("old/2024-carnival/index.html", 1_717_200_000)]:
        os.utime(root / path, (age, age))
    shape = '{"time":"$time_iso8601","client":"$remote_addr","method":"$request_method","path":"$request_uri","range":"$http_range","status":$status,"body_bytes":$body_bytes_sent,"referrer":"$http_referer","agent":"$http_user_agent"}'
    work = pathlib.Path("/run/web2")
    (work / "settings").mkdir(parents=True)
    (work / "nginx.conf").write_text(f"""daemon off; user root; pid {work}/pid; error_log /dev/null; events {{ worker_connections 256; }}
http {{ log_format lines escape=json '{shape}'; access_log {work}/access.log lines; root /srv/www; default_type text/plain; sendfile off;
 include {work}/settings/web2.conf; }}""")


before = """server {
    listen 192.0.2.80:80;
    location / {
        index index.html;
    }
    location /old/ {
        limit_rate 60k;
        deny all;
    }
}
"""
with_cache = before.replace("        index index.html;\n", "        index index.html;\n        expires 10m;\n")
opened = with_cache.replace("        deny all;\n", "        autoindex on;\n")
with_header = opened.replace("    listen 192.0.2.80:80;\n", "    listen 192.0.2.80:80;\n    add_header X-Content-Type-Options nosniff;\n")


class Settings:
    """The contractor's own repository of the server's settings."""

    def __init__(self):
        self.folder = pathlib.Path("/run/web2/settings")
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments, author="deploy"):
        who = {"GIT_AUTHOR_NAME": author, "GIT_COMMITTER_NAME": author, "GIT_AUTHOR_EMAIL": f"{author}@harbour-events.example", "GIT_COMMITTER_EMAIL": f"{author}@harbour-events.example"}
        command = ["git", "-C", self.folder, "-c", "safe.directory=*", *arguments]
        return subprocess.run(command, env={**os.environ, **who}, check=True, capture_output=True, text=True).stdout

    def change(self, author, subject, text):
        (self.folder / "web2.conf").write_text(text)
        self.git("add", "web2.conf")
        self.git("commit", "-q", "-m", subject, author=author)

    def engineers(self):
        clock = Clock()
        for second, author, subject, text in [(18, "m.tse", "Let browsers keep pages for ten minutes", with_cache), (40, "k.ng", "old/: show what is there, for the auditor's check tonight; to be closed again", opened), (72, "m.tse", "Header that the scan asks for", with_header)]:
            clock.until(second)
            self.change(author, subject, text)
            subprocess.run(["nginx", "-p", "/run/web2", "-c", "/run/web2/nginx.conf", "-s", "reload"], check=True)
        clock.until(46)

    def write(self):
        lines = Lines(OUT / "changes.jsonl")
        for commit in self.git("log", "--reverse", "--format=%H").split():
            seconds, author, subject = self.git("show", "-s", "--format=%ct%n%an%n%s", commit).splitlines()
            shown = self.git("show", "--format=", "--unified=0", commit).splitlines()
            for change in [line for line in shown if line[:1] in "+-" and line[:3] not in ["+++", "---"] and line[1:].strip()]:
                lines.add(time=moment(int(seconds)), commit=commit[:10], author=author, subject=subject, change=change)


def get(source, path, agent, *more):
    subprocess.run(["curl", "-s", "-o", "/dev/null", "--interface", source, "-A", agent, *more, f"http://{WEB2}{path}"], timeout=30)


def visitors():
    clock, dice = Clock(), random.Random(82)
    people = [(f"198.51.100.{number}", dice.choice(AGENTS)) for number in range(2, 60)]
    for second in range(0, 112):
        clock.until(second)
        source, agent = dice.choice(people)
        for page in dice.sample(PAGES, dice.randrange(1, 4)):
            get(source, page, agent)


def prober():
    """Tries addresses that are often left open, comes again later, and is cut off in the middle of the file."""
    clock, agent = Clock(), "Mozilla/5.0 (compatible)"
    clock.until(10)
    for path in ["/.git/config", "/backup.zip", "/old/", "/admin/", "/phpmyadmin/", "/wp-login.php", "/db.sql", "/cart/"]:
        get(PROBER, path, agent)
    clock.until(55)
    for path in ["/backup/", "/old/", "/old/2024-carnival/export/"]:
        get(PROBER, path, agent)
    get(PROBER, f"/{EXPORT}", agent, "--max-time", "2")


def collector():
    clock, agent = Clock(), "Wget/1.21"
    clock.until(64)
    get(COLLECTOR, "/old/2024-carnival/export/", agent)
    get(COLLECTOR, f"/{EXPORT}", agent, "-r", "0-149999")
    clock.until(78)
    get(COLLECTOR, f"/{EXPORT}", agent, "-r", "150000-")


def others():
    """The contractor itself, a search engine, and somebody who follows its result and looks no further than the size."""
    clock = Clock()
    for second, source, agent, paths in [(5, CRAWLER, "FindBot/2.1", ["/robots.txt", "/", "/events/", "/old/"]), (44, OFFICE, "Mozilla/5.0 (Windows) Firefox", ["/old/", "/old/2024-carnival/export/"]), (50, CRAWLER, "FindBot/2.1", ["/robots.txt", "/old/", "/old/2024-carnival/", "/old/2024-carnival/export/"])]:
        clock.until(second)
        for path in paths:
            get(source, path, agent)
    clock.until(90)
    came = ["-e", "http://find.example/?q=carnival+registrants"]
    get(CURIOUS, "/old/2024-carnival/export/", AGENTS[2], *came)
    get(CURIOUS, f"/{EXPORT}", AGENTS[2], "-I")
    get(CURIOUS, "/old/2024-carnival/export/readme.txt", AGENTS[2])


class Gateway(smtpd.SMTPServer):
    """The department's mail gateway, one line a recipient."""

    lines = None

    def process_message(self, peer, mailfrom, rcpttos, data, **kwargs):
        subject = email.message_from_string(data)["Subject"]
        for to in rcpttos:
            self.lines.add(time=moment(), client=peer[0], sender=mailfrom, recipient=to, subject=subject, bytes=len(data))


def send(source, sender, to, subject):
    with smtplib.SMTP(GATEWAY, 25, local_hostname="mail.example", source_address=(source, 0)) as client:
        client.sendmail(sender, to, f"From: {sender}\r\nTo: {', '.join(to)}\r\nSubject: {subject}\r\n\r\nGood evening.\r\n")


def mails(planted):
    clock, dice = Clock(), random.Random(83)
    prize = ("198.51.100.222", "prize@carnival-lucky.example", "You have won at the carnival: confirm your bank details")
    sent = [(at, "198.51.100.230", f"{dice.choice(FAMILY)}@work.example", [f"{dice.choice(FAMILY)}@department.example"], dice.choice(["Minutes", "Tomorrow's roster", "Re: leave", "Room 3 at ten", "Tender questions"])) for at in range(3, 112, 6)]
    sent += [(33, "192.0.2.85", "news@harbour-events.example", [planted["pkg-1302"][1]], "Harbour Events: what is on in December")]
    sent += [(21, "198.51.100.19", "offers@cheap-ink.example", ["enquiries@department.example", planted["pkg-1180"][0]], "Ink for every printer")]
    sent += [(at, prize[0], prize[1], [to], prize[2]) for at, to in zip([93, 96, 101], planted["pkg-1204"], strict=True)]
    for at, source, sender, to, subject in sorted(sent):
        clock.until(at)
        send(source, sender, to, subject)


def listing():
    lines, root = Lines(OUT / "files.jsonl"), pathlib.Path("/srv/www")
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        lines.add(time=moment(), host="web2", path=f"/{path.relative_to(root)}", bytes=path.stat().st_size, changed=moment(path.stat().st_mtime), sha256=digest(path))


if __name__ == "__main__":
    main()
