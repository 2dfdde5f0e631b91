// What every page gets. All of it only improves; nothing here is needed.

// A double click sends a form once. The server counts a repeat once anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("form[data-once]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 8000);
});

// Signing out takes the pages along that were kept for work without a network. What waits sealed stays: nobody here can open it.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!("caches" in window) || !form.action.endsWith("/staff/sign-out")) return;
  event.preventDefault();
  try {
    await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
  } finally {
    form.submit();
  }
});

// A page that comes back from the browser's memory may be sent again.
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// What is wrong is read first (autofocus does that, without scripts too); its links show the fields with their labels.
const summary = document.querySelector("[data-summary]");
if (summary) {
  summary.addEventListener("click", (event) => {
    const anchor = event.target.closest("a[href^='#']");
    const field = anchor && document.getElementById(anchor.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    const group = field.closest(".govuk-form-group");
    (group || field).scrollIntoView();
    field.focus({ preventScroll: true });
  });
}

// Fragments that load themselves again: <div data-live-url="…" data-live-secs="15">. They rest while nobody looks.
for (const place of document.querySelectorAll("[data-live-url]")) {
  const load = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(place.dataset.liveUrl, { headers: { accept: "text/html" } });
      if (answer.ok) place.innerHTML = await answer.text();
    } catch {
      // No network: what stands on the page stays.
    }
  };
  const timer = setInterval(load, 1000 * Math.max(5, Number(place.dataset.liveSecs) || 15));
  document.querySelector("[data-live-stop]")?.addEventListener("click", () => clearInterval(timer));
}

// A session that is about to end says so, on every open page alike, and can be kept without losing what was typed.
const ending = document.querySelector("[data-session-secs]");
if (ending) {
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("lionrock-session") : null;
  const words = document.querySelector("[data-session-words]");
  const [soon, over, stay] = ["soon", "over", "stay"].map((name) => ending.querySelector(`[data-session-${name}]`));
  let since = Date.now();
  const left = () => Number(ending.dataset.sessionSecs) - (Date.now() - since) / 1000;
  const show = () => {
    const secs = left();
    soon.hidden = secs <= 0 || secs > 120;
    over.hidden = secs > 0;
    if (stay) stay.hidden = soon.hidden;
    ending.hidden = soon.hidden && over.hidden;
  };
  const take = (end) => {
    if (end.secs <= left()) return;
    since = Date.now();
    ending.dataset.sessionSecs = end.secs;
    words.textContent = end.words;
    show();
  };
  stay?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = JSON.stringify(Object.fromEntries(new FormData(stay)));
    const headers = { "content-type": "application/json", accept: "application/json" };
    try {
      const answer = await fetch(stay.action, { method: "POST", headers, body });
      if (!answer.ok) throw new Error(String(answer.status));
      const end = await answer.json();
      take(end);
      channel?.postMessage(end);
    } catch {
      // The session is over, or there is no network: sending the form says which, and keeps what was typed.
      if (left() <= 0) show();
    }
  });
  if (channel) {
    channel.onmessage = ({ data }) => take(data);
    channel.postMessage({ secs: left(), words: words.textContent });
  }
  show();
  setInterval(show, 1000);
}

// Print buttons are shown only where they work.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// Whoever types a password may look at it; what is sent is hidden again first, so that no browser keeps it as plain text.
for (const field of document.querySelectorAll("input[data-reveal]")) {
  const button = document.createElement("button");
  const show = (shown) => {
    field.type = shown ? "text" : "password";
    button.textContent = shown ? field.dataset.conceal : field.dataset.reveal;
  };
  button.type = "button";
  button.className = "lr-text-button";
  button.setAttribute("aria-controls", field.id);
  button.addEventListener("click", () => show(field.type === "password"));
  field.form?.addEventListener("submit", () => show(false));
  show(false);
  field.after(button);
}
