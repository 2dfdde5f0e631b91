#!/usr/bin/env python3
"""Checks the signed report of a call-out exercise without Lionrock: python3 callout-check.py REPORT VKEY

REPORT is the file from the exercise's page; VKEY is the log's key, "name+hash+base64", as `lionrock keys status` prints it.
Checked: the signature; that the journal recorded this very report (leaf, inclusion, checkpoint); that the commitment published
before the exercise fixes the plan, and that every call began at a moment of the plan; every figure, counted anew from the rows.
Only the standard library; Ed25519 as in RFC 8032, section 6.
"""
import base64
import datetime
import hashlib
import json
import sys

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(a, b):
    x, y, z, t = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P, 2 * a[2] * b[2] % P, 2 * a[3] * b[3] * D % P
    e, f, g, h = y - x, z - t, z + t, y + x
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, point):
    total = (0, 1, 1, 0)
    while n:
        if n & 1:
            total = add(total, point)
        point, n = add(point, point), n >> 1
    return total


def point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - x2) % P or (x == 0 and sign):
        raise ValueError("not a point")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = point(bytes([0x58]) + bytes([0x66]) * 31)


def verified(key, message, signature):
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % Q
    left, right = times(s, BASE), add(r, times(h, a))
    same = (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0
    return s < Q and same


def demand(holds, what):
    if not holds:
        sys.exit("REFUSED: " + what)


def opened(note, vkey):
    """The text of a signed note, if the key signed it (C2SP signed-note)."""
    name, _, key = vkey.split("+", 2)
    key = base64.b64decode(key)[1:]
    text, signatures = note.split("\n\n", 1)
    text = (text + "\n").encode()
    blobs = [line.split(" ")[2] for line in signatures.splitlines() if line.startswith("\u2014 " + name + " ")]
    demand(any(verified(key, text, base64.b64decode(blob)[4:]) for blob in blobs), "not signed by " + name)
    return text


def root_of(leaf, index, size, path):
    """RFC 9162, section 2.1.3.2."""
    fn, sn, node = index, size - 1, hashlib.sha256(b"\0" + leaf).digest()
    for step in path:
        if fn & 1 or fn == sn:
            node = hashlib.sha256(b"\1" + step + node).digest()
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = hashlib.sha256(b"\1" + node + step).digest()
        fn, sn = fn >> 1, sn >> 1
    return node if sn == 0 else None


def count(calls, department):
    mine = lambda rows: [row for row in rows if row["department"] == department]
    seconds, figures = [], dict.fromkeys(("met", "paged", "pages", "handed_over", "delivered", "acknowledged", "failed", "deepest_step", "gaps"), 0)
    for call in calls:
        pages, answers, called = mine(call["pages"]), mine(call["answers"]), mine(call["departments"])
        figures["paged"] += len({page["person"] for page in pages})
        figures["pages"] += len(pages)
        figures["handed_over"] += sum(page["handed_over"] is not None for page in pages)
        figures["delivered"] += sum(page["delivered"] is not None or page["acknowledged"] is not None for page in pages)
        figures["failed"] += sum(page["state"] == "failed" for page in pages)
        figures["acknowledged"] += len(answers)
        seconds += [(answer["at"] - call["started"]) // 1000 for answer in answers]
        figures["met"] += sum(row["state"] == "met" for row in called)
        figures["gaps"] += sum(row["gaps"] for row in called)
        figures["deepest_step"] = max([figures["deepest_step"]] + [row["steps"] for row in called])
        owners = {page["id"]: page["person"] for page in pages}
        demand(all(owners.get(answer["page"]) == answer["person"] for answer in answers), "an answer by somebody else's page")
        demand(len({answer["person"] for answer in answers}) == len(answers), "somebody answered twice")
    bounds = {"fastest_seconds": min(seconds, default=None), "slowest_seconds": max(seconds, default=None)}
    return {**figures, **bounds, "calls": len(calls), "department": department}


def recorded(record, vkey):
    """The text of a signed record, if the key signed it and the journal holds it."""
    text = opened(record["note"], vkey)
    event = json.loads(record["event"])
    demand(event["details"]["certificate"] == hashlib.sha256(text).hexdigest(), "the journal recorded another report")
    inclusion = record["inclusion"]
    _, size, root = opened(inclusion["checkpoint"], vkey).decode().splitlines()[:3]
    leaf = hashlib.sha256(base64.b64decode(record["salt"]) + record["event"].encode()).digest()
    path = [base64.b64decode(node) for node in inclusion["path"]]
    demand(root_of(leaf, inclusion["index"], int(size), path) == base64.b64decode(root), "the journal does not hold it")
    return text.decode()


def main(path, vkey):
    record = json.load(open(path, encoding="utf-8"))
    form, body = recorded(record, vkey).split("\n", 1)
    report = json.loads(body)
    demand(form == report["format"] == "lionrock-callout-report/1", "another format")
    exercise, calls = report["exercise"], report["calls"]
    if exercise["plan"] is not None:
        fixed = hashlib.sha256(b"lionrock call-out plan\0" + bytes.fromhex(exercise["salt"]) + exercise["plan"].encode())
        demand(fixed.hexdigest() == exercise["commitment"], "the plan is not the one that was committed to")
        times_of_plan = json.loads(exercise["plan"])["times"]
        planned = [round(datetime.datetime.fromisoformat(time).timestamp() * 1000) for time in times_of_plan]
        demand(planned == [call["due"] for call in calls], "the calls are not those of the plan")
    demand(all(call["started"] >= call["due"] > exercise["planned"] for call in calls), "a call before its time")
    for figures in report["figures"]:
        code = figures.pop("code")
        demand(figures == count(calls, figures["department"]), "the figures of " + code)
    late = max(((call["started"] - call["due"]) // 1000 for call in calls), default=0)
    print("good: %d departments, %d calls, latest beginning %d s late" % (len(report["figures"]), len(calls), late))


if __name__ == "__main__":
    main(*sys.argv[1:])
