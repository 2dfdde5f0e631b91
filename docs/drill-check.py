#!/usr/bin/env python3
"""Counts the report of an exercise again without Lionrock: python3 drill-check.py EXPORT PACK [VKEY]

EXPORT is the signed export of the exercise's report page, or the JSON of `lionrock replay drill --report`; PACK is the folder of its
scenario pack; VKEY is the log's key, "name+hash+base64", as `lionrock keys status` prints it, and checks the signature of an export and
that the journal recorded it (by callout-check.py, which stands beside this file).
Checked: that the entries are chained without a gap and belong to this very pack; and every figure of the report, counted anew from
the entries and the marking scheme. Only the standard library (Python 3.11, for TOML).
"""
import hashlib
import importlib.util
import json
import re
import sys
import tomllib
from pathlib import Path

ASPECTS = ("prevent", "detect", "respond")


def demand(holds, what):
    if not holds:
        sys.exit("REFUSED: " + what)


def seconds(span):
    return sum(int(number) * {"h": 3600, "m": 60, "s": 1}[unit] for number, unit in re.findall(r"(\d+)([hms])", span))


def span(total):
    parts = [(total // 3600, "h"), (total // 60 % 60, "m"), (total % 60, "s")]
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0s"


def chained(entries, raw_pack):
    """Each entry bears SHA-256 over the digest before it and itself with an empty digest, as compact JSON in the order of its fields."""
    before, number, shown = "", 0, 0
    for entry in entries:
        demand(entry["number"] == number + 1, f"entry {number + 1} is missing")
        demand(seconds(entry["shown"]) >= shown, f"the exercise clock goes back at entry {entry['number']}")
        bare = json.dumps({**entry, "chain": ""}, separators=(",", ":"), ensure_ascii=False)
        digest = hashlib.sha256((before + bare).encode()).hexdigest()
        demand(digest == entry["chain"], f"entry {entry['number']} does not follow from those before it")
        before, number, shown = digest, entry["number"], seconds(entry["shown"])
    demand(entries[0]["event"]["what"] == "started" and entries[0]["event"]["pack"] == raw_pack, "the entries are of another pack")
    return before


def folded(text):
    return re.sub("[.。]+$", "", " ".join(text.split()).lower())


def share(part, whole):
    return min(part, whole) * 1000 // whole if whole else 0


def marked(question, key, answer, after):
    """Whether an answer is right in full, and what its key gives for it, in thousandths of a point."""
    right = [{folded(spelling) for spelling in item} for item in key.get("right", [])]
    if not right:
        return False, 0
    given = {text for text in map(folded, answer["given"]) if text}
    wrong = sum(not any(text in item for item in right) for text in given)
    correct = share(max(sum(bool(item & given) for item in right) - wrong, 0), len(right))
    lines, proven = set(key.get("lines", [])), 1000
    if lines:
        hits = len(lines & set(answer["lines"]))
        proven = share(max(2 * hits - len(answer["lines"]), 0), key.get("enough", 1))
    within, until = seconds(key["within"]), seconds(key["until"])
    late, window = max(after - within, 0), max(until - within, 0)
    timely = 1000 if late == 0 else 500 if late >= window else 1000 - share(late, window) // 2
    earned = question["points"] * correct * timely // 1000
    return correct == 1000, earned * (4000 + proven) // 5000


class Count:
    """What follows from the entries."""

    def __init__(self, entries, pack, keys):
        self.pack, self.keys = pack, keys
        self.teams, self.sent, self.late, self.answers, self.marks = [], {}, set(), {}, {}
        self.questions = {question["name"]: question for question in pack["question"]}
        for entry in entries:
            event, number = entry["event"], entry["number"]
            at = (event.get("team"), event.get("question"))
            if event["what"] == "started":
                self.teams = event["teams"]
            elif event["what"] == "sent":
                self.send(event, entry)
            elif event["what"] == "answered":
                self.answer(at, event["answer"], entry)
            elif event["what"] == "marked":
                demand(event["points"] <= self.questions[at[1]]["points"], f"entry {number} gives more points than there are")
                self.marks.setdefault(at, {})[event["evaluator"]] = (number, event["points"])

    def send(self, event, entry):
        at = (event["team"], event["inject"])
        demand(at not in self.sent, f"inject {event['inject']} reached team {event['team']} twice")
        self.sent[at] = (entry["number"], seconds(entry["shown"]))
        if event["late"]:
            self.late.add(entry["number"])

    def answer(self, at, answer, entry):
        opened = self.sent.get((at[0], self.questions[at[1]]["opens"]))
        demand(opened, f"entry {entry['number']} answers a question that was not open")
        after = seconds(entry["shown"]) - opened[1]
        right, score = marked(self.questions[at[1]], self.keys[at[1]], answer, after)
        self.answers[at] = (entry["number"], after, right, score)
        self.marks.pop(at, None)  # they were for the answer that is no more

    def by_hand(self, question):
        return not self.keys[question].get("right")

    def earned(self, at):
        """Thousandths, and the entries that they come from."""
        marks, answer = self.marks.get(at, {}), self.answers.get(at)
        entries = [number for number, _ in marks.values()] + ([answer[0]] if answer else [])
        if marks:
            return sum(points * 1000 for _, points in marks.values()) // len(marks), entries
        return (answer[3] if answer else 0), entries

    def waits(self, at):
        points = [points for _, points in self.marks.get(at, {}).values()]
        apart = max(points) - min(points) if points else 0
        return self.by_hand(at[1]) and (len(points) < 2 or (apart > self.questions[at[1]]["points"] // 5 and len(points) < 3))

    def score(self, pairs):
        """What comes together of teams and questions."""
        total, possible, entries = 0, 0, []
        for at in pairs:
            earned, numbers = self.earned(at)
            total, possible, entries = total + earned, possible + self.questions[at[1]]["points"], entries + numbers
        return {"thousandths": total, "possible": possible, "entries": sorted(entries)}

    def question(self, question):
        name = question["name"]
        asked = {team: sent for (team, inject), sent in self.sent.items() if inject == question["opens"]}
        held = [answer for (_, of), answer in self.answers.items() if of == name]
        times = sorted(after for _, after, _, _ in held)
        marks = [[points for _, points in given.values()] for (_, of), given in self.marks.items() if of == name]
        apart = [max(points) - min(points) for points in marks if len(points) > 1]
        return {
            "question": name,
            "aspect": question["aspect"],
            "by_hand": self.by_hand(name),
            "asked": counted(number for number, _ in asked.values()),
            "answered": counted(number for number, _, _, _ in held),
            "right": counted(number for number, _, right, _ in held if right),
            "median_seconds": times[(len(times) - 1) // 2] if times else None,
            "within_seconds": seconds(self.keys[name]["within"]),
            "earned": self.score([(team, name) for team in asked]),
            "spread": max(apart, default=None),
        }

    def inject(self, inject):
        sent = [sent for (_, name), sent in self.sent.items() if name == inject["name"]]
        shown = [at for _, at in sent]
        return {
            "inject": inject["name"],
            "sent": counted(number for number, _ in sent),
            "late": counted(number for number, _ in sent if number in self.late),
            "first": span(min(shown)) if sent else None,
            "last": span(max(shown)) if sent else None,
        }

    def team(self, number, team):
        of = lambda aspect: [(number, name) for name, question in self.questions.items() if question["aspect"] == aspect]
        return {"team": team["name"], "aspects": {aspect: self.score(of(aspect)) for aspect in ASPECTS}}

    def report(self, chain, entries):
        report = {
            "pack": self.pack["name"],
            "chain": chain,
            "entries": entries,
            "injects": counted(number for number, _ in self.sent.values()),
            "late": counted(self.late),
            "by_inject": [self.inject(inject) for inject in self.pack["inject"]],
            "unmarked": counted(answer[0] for at, answer in self.answers.items() if self.waits(at)),
            "questions": [self.question(question) for question in self.pack["question"]],
            "teams": [self.team(number, team) for number, team in enumerate(self.teams)],
        }
        return {**report, "findings": findings(report)}


def counted(numbers):
    numbers = sorted(numbers)
    return {"count": len(numbers), "entries": numbers}


def findings(report):
    """Strengths and gaps by rule: 75 per cent and more, fewer than 50, slower than full marks allow, late, unmarked."""
    found = []

    def judge(kind, about, figure, entries):
        rule = f"{kind}-strong" if figure >= 75 else f"{kind}-weak" if figure < 50 else None
        if rule:
            found.append({"rule": rule, "about": about, "figure": figure, "entries": entries})

    for aspect in ASPECTS:
        scores = [team["aspects"][aspect] for team in report["teams"]]
        possible = sum(score["possible"] for score in scores)
        if possible:
            numbers = sorted(number for score in scores for number in score["entries"])
            judge("aspect", aspect, sum(score["thousandths"] for score in scores) // (possible * 10), numbers)
    for question in report["questions"]:
        name, asked = question["question"], question["asked"]["count"]
        if asked and question["by_hand"]:
            judge("question", name, question["earned"]["thousandths"] // (question["earned"]["possible"] * 10), question["earned"]["entries"])
        elif asked:
            judge("question", name, question["right"]["count"] * 100 // asked, question["answered"]["entries"])
    for question in report["questions"]:
        median = question["median_seconds"]
        if median is not None and median > question["within_seconds"]:
            found.append({"rule": "slow", "about": question["question"], "figure": median, "entries": question["answered"]["entries"]})
    for rule in ("late", "unmarked"):
        if report[rule]["count"]:
            found.append({"rule": rule, "about": None, "figure": report[rule]["count"], "entries": report[rule]["entries"]})
    order = ["aspect-strong", "question-strong", "aspect-weak", "question-weak", "slow", "late", "unmarked"]
    return sorted(found, key=lambda finding: order.index(finding["rule"]))


def compare(told, counted, place="report"):
    """Names the first figure that differs."""
    if isinstance(told, dict) and isinstance(counted, dict):
        demand(told.keys() == counted.keys(), f"{place} has other figures: {sorted(told.keys() ^ counted.keys())}")
        for name in told:
            compare(told[name], counted[name], f"{place}.{name}")
    elif isinstance(told, list) and isinstance(counted, list) and len(told) == len(counted):
        for at, (one, other) in enumerate(zip(told, counted)):
            compare(one, other, f"{place}[{at}]")
    else:
        demand(told == counted, f"{place} says {told!r}; counted anew it is {counted!r}")


def figures(value):
    if isinstance(value, (dict, list)):
        return sum(figures(part) for part in (value.values() if isinstance(value, dict) else value))
    return 1


def opened(record, vkey):
    """What a signed export says; unsigned JSON says it itself."""
    if "note" not in record:
        demand(vkey is None, "this file bears no signature")
        return record
    text = record["note"].split("\n\n", 1)[0] + "\n"
    if vkey:
        spec = importlib.util.spec_from_file_location("callout_check", Path(__file__).with_name("callout-check.py"))
        check = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(check)
        text = check.recorded(record, vkey)
    form, body = text.split("\n", 1)
    demand(form == "lionrock-drill-report/1", "another format")
    return json.loads(body)


def main(export, folder, vkey=None):
    export, folder = opened(json.load(open(export, encoding="utf-8")), vkey), Path(folder)
    raw = [(folder / name).read_bytes() for name in ("pack.toml", "marking.toml")]
    digest = hashlib.sha256(b"".join(hashlib.sha256(text).digest() for text in raw)).hexdigest()
    pack, marking = (tomllib.loads(text.decode()) for text in raw)
    keys = {key["question"]: key for key in marking["key"]}
    demand(export["entries"], "there are no entries")
    chain = chained(export["entries"], digest)
    report = Count(export["entries"], pack, keys).report(chain, len(export["entries"]))
    compare(export["report"], report)
    print(f"{len(export['entries'])} entries are chained up to {chain}; all {figures(report)} figures of the report equal this count")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
