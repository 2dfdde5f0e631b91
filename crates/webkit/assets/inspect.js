// Tells whether a code (LRC1.…) is good, with the keys that stand in the page and no network. The code comes behind the # of the
// address, from a phone's camera, or is typed. What was seen is noted on this device until it runs out: chance bytes, nobody's data.

const box = document.querySelector("[data-inspect]");
const { keys, until: pageUntil, skew } = box.dataset;
const SEEN = "inspected";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const show = (name) => {
  for (const part of box.querySelectorAll("[data-answer]")) part.hidden = part.dataset.answer !== name;
};

const known = (name) => JSON.parse(keys).find((key) => name.length === 8 && key.kid.startsWith(name));

const signedBy = async (key, signed, signature) => {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const imported = await crypto.subtle.importKey("jwk", { kty: "EC", crv: "P-256", x: key.x, y: key.y }, algorithm, false, ["verify"]);
  const check = { name: "ECDSA", hash: "SHA-256" };
  return crypto.subtle.verify(check, imported, bytes(signature), new TextEncoder().encode(signed));
};

const seenBefore = (nonce, until, now) => {
  const all = Object.entries(JSON.parse(localStorage.getItem(SEEN) || "{}")).filter(([, end]) => end + Number(skew) >= now);
  const seen = Object.fromEntries(all);
  const before = nonce in seen;
  localStorage.setItem(SEEN, JSON.stringify({ ...seen, [nonce]: until }));
  return before;
};

const judge = async (text) => {
  const now = Math.floor(Date.now() / 1000);
  if (now > Number(pageUntil)) return "old";
  const code = text.trim().split("#").pop();
  const signed = code.slice(0, code.lastIndexOf("."));
  const [prefix, state, issued, until, nonce, name, rest] = signed.split(".");
  if (prefix !== "LRC1" || !name || rest !== undefined) return "forged";
  const key = known(name);
  if (!key) return "unknown";
  try {
    if (!(await signedBy(key, signed, code.slice(signed.length + 1)))) return "forged";
  } catch {
    return "forged";
  }
  if (now + Number(skew) < Number(issued) || now - Number(skew) > Number(until)) return "expired";
  if (seenBefore(nonce, Number(until), now)) return "seen";
  return state === "C" ? "confirmed" : "active";
};

const inspect = async (text) => {
  show("");
  show(await judge(text));
};

const fromAddress = () => {
  if (location.hash.length < 2) return;
  const code = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  inspect(code);
};

box.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  inspect(event.target.elements.code.value);
});
addEventListener("hashchange", fromAddress);
fromAddress();
