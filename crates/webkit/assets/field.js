// Entries of field officers that wait without a network. Each is sealed to a key whose other half only the server has (HPKE,
// RFC 9180, base mode: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM), and only then kept: this phone cannot open it.
// Then it is sent; what the server has taken is removed. The server's clock counts; this phone's is told as a claim.

const place = document.querySelector("[data-queue]");
const form = document.getElementById("form");
const data = place.dataset;
const words = JSON.parse(data.words);
const part = (name) => place.querySelector(`[data-queue-${name}]`);
const subtle = crypto.subtle;

const utf8 = (text) => new TextEncoder().encode(text);
const join = (...parts) => new Uint8Array(parts.flatMap((bytes) => [...bytes]));
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const base64 = (buffer) => btoa(String.fromCharCode(...buffer)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const NONE = new Uint8Array(0);
const KEM = join(utf8("KEM"), [0, 16]);
const HPKE = join(utf8("HPKE"), [0, 16, 0, 1, 0, 2]);
const keyed = async (key, message) => {
  const hmac = await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await subtle.sign("HMAC", hmac, message));
};
const labelled = (suite, label) => join(utf8("HPKE-v1"), suite, utf8(label));
const extract = (suite, salt, label, ikm) => keyed(salt.length ? salt : new Uint8Array(32), join(labelled(suite, label), ikm));
const expand = async (suite, prk, label, info, length) =>
  (await keyed(prk, join([0, length], labelled(suite, label), info, [1]))).slice(0, length);

const seal = async (theirs, info, additionalData, plain) => {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const mine = await subtle.generateKey(curve, false, ["deriveBits"]);
  const enc = new Uint8Array(await subtle.exportKey("raw", mine.publicKey));
  const peer = await subtle.importKey("raw", theirs, curve, false, []);
  const dh = new Uint8Array(await subtle.deriveBits({ name: "ECDH", public: peer }, mine.privateKey, 256));
  const shared = await expand(KEM, await extract(KEM, NONE, "eae_prk", dh), "shared_secret", join(enc, theirs), 32);
  const psk = await extract(HPKE, NONE, "psk_id_hash", NONE);
  const context = join([0], psk, await extract(HPKE, NONE, "info_hash", info));
  const secret = await extract(HPKE, shared, "secret", NONE);
  const key = await subtle.importKey("raw", await expand(HPKE, secret, "key", context, 32), "AES-GCM", false, ["encrypt"]);
  const iv = await expand(HPKE, secret, "base_nonce", context, 12);
  return join(enc, new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, plain)));
};

// The only things this page keeps: id, operation, time, stamp, ciphertext, and why the server refused it.
const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
const opened = () => {
  const request = indexedDB.open("lionrock-field", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("sealed", { keyPath: "id" });
  return settled(request);
};
const database = opened();
const entries = async (act, argument) => {
  const transaction = (await database).transaction("sealed", act === "getAll" ? "readonly" : "readwrite", { durability: "strict" });
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  const result = await settled(transaction.objectStore("sealed")[act](argument));
  await done;
  return result;
};
const waiting = async () =>
  (await entries("getAll")).filter(({ operation }) => operation === data.operation).sort((a, b) => a.at - b.at);

const slip = ({ id }) => id.slice(0, 6).toUpperCase();
const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const say = (said) => {
  // By this phone's clock, for there is no other without a network.
  const state = said === "offline" && Date.now() > Number(data.ends) ? "outdated" : said;
  part("state").textContent = words[state] || "";
  part("sign-in").hidden = state !== "signedOut";
};

const show = async () => {
  const list = await waiting();
  const sentence = list.length === 0 ? words.none : list.length === 1 ? words.one : words.many;
  part("words").textContent = sentence.replace("{n}", list.length);
  data.count = list.length;
  part("send").hidden = list.length === 0;
  const rows = list.filter((entry) => entry.refused).map((entry) => {
    const row = part("refused").content.cloneNode(true);
    row.querySelector("[data-slip]").textContent = slip(entry);
    row.querySelector("[data-why]").textContent = words[entry.refused];
    const [mend, discard, sure] = ["mend", "discard", "sure"].map((name) => row.querySelector(`[data-${name}]`));
    mend.hidden = !entry.mend;
    mend.addEventListener("click", () => open(entry));
    discard.addEventListener("click", () => {
      [discard.hidden, sure.hidden] = [true, false];
      sure.focus();
    });
    sure.addEventListener("click", () => entries("delete", entry.id).then(show));
    return row;
  });
  part("list").replaceChildren(...rows);
};

const ask = async (url, body) => {
  const headers = { accept: "application/json", ...(body && { "content-type": "application/json" }) };
  const options = { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(20000) };
  const answer = await fetch(url, options);
  if (!answer.ok) throw answer.status;
  return answer.json();
};

// The page's key and stamp grow old: with a network there are new ones, and the token of the session that is now.
const renew = async () => {
  const { token, ...key } = await ask(data.url);
  Object.assign(data, key);
  part("until").textContent = key.until;
  form.elements._token.value = token;
  return token;
};

// The server shows a refused entry and what is wrong with it; this page never could.
const open = async (entry) => {
  try {
    await renew();
  } catch (failure) {
    return say(failure === 401 ? "signedOut" : "offline");
  }
  const mend = part("mend-form");
  mend.elements._token.value = form.elements._token.value;
  mend.elements.entry.value = JSON.stringify(sent(entry));
  mend.submit();
};
const sent = ({ id, stamp, sealed }) => ({ id, stamp, sealed });

const kept = ({ id, reference }, typed) => {
  const row = part("kept").content.cloneNode(true);
  row.querySelector("[data-slip]").textContent = slip({ id });
  row.querySelector("[data-reference]").textContent = reference;
  part("entered").prepend(row);
  if (typed === id) part("entered").scrollIntoView({ block: "nearest" });
};

let sending;
const send = async (typed) => {
  const list = (await waiting()).filter((entry) => !entry.refused);
  if (list.length === 0) return say("");
  say("sending");
  let later = "";
  try {
    const token = await renew();
    for (let from = 0; from < list.length; from += 20) {
      const some = list.slice(from, from + 20);
      const { results } = await ask(data.url, { _token: token, entries: some.map(sent) });
      for (const result of results) {
        const entry = some.find(({ id }) => id === result.id);
        if (result.state === "kept") {
          await entries("delete", result.id);
          kept(result, typed);
        } else if (result.state === "refused") {
          await entries("put", { ...entry, refused: result.why, mend: result.mend });
          if (typed === entry.id && result.mend) await open(entry);
        } else later = "busy";
      }
    }
    say(later);
  } catch (failure) {
    say(failure === 401 || failure === 403 ? "signedOut" : typeof failure === "number" ? "busy" : "offline");
  }
};
const trySending = (typed) => {
  sending = (sending || Promise.resolve()).then(() => send(typed)).catch(() => say("offline")).then(show);
  return sending;
};

form.addEventListener("submit", async (event) => {
  // The language switch goes its own way.
  if (event.submitter?.hasAttribute("formaction")) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  const typed = Object.fromEntries(new FormData(form));
  const id = typed.key;
  delete typed._token;
  delete typed.key;
  try {
    const { stamp, operation } = data;
    const plain = JSON.stringify({ at: Date.now(), form: typed });
    const padded = utf8(plain.padEnd(plain.length + 1024 - (utf8(plain).length % 1024)));
    const sealed = base64(await seal(bytes(data.public), utf8(data.about), utf8(`${id}\n${stamp}`), padded));
    await entries("put", { id, operation, at: Date.now(), stamp, sealed });
  } catch {
    // A browser that cannot seal or keep sends as every browser does.
    form.submit();
    return;
  }
  navigator.storage?.persist?.();
  if ("again" in data) return location.assign(form.action);
  part("slip").textContent = words.slip.replace("{slip}", slip({ id }));
  const same = ["address.floor", "address.flat", "language", "version", "_token"];
  for (const field of form.elements) {
    if (!same.includes(field.name) && field.type !== "submit") field.value = "";
  }
  form.elements.key.value = fresh();
  form.elements.name.focus();
  delete form.dataset.busy;
  await show();
  await trySending(id);
});

part("send").addEventListener("click", () => trySending());
addEventListener("online", () => trySending());
document.addEventListener("visibilitychange", () => document.hidden || trySending());

// A page out of the cache carries an old key of its own: no two entries may share one.
if (!("again" in data)) form.elements.key.value = fresh();
place.querySelectorAll("[data-queue-shown]").forEach((section) => (section.hidden = false));
show().then(() => trySending());
const { worker, scope } = data;
navigator.serviceWorker?.register(worker, { scope }).catch(() => {});
