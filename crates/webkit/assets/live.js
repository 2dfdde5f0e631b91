// Parts of a page that the server sends anew while they change: <div data-live="/…">, one open answer each (server-sent events). They rest
// while nobody looks. Without this the page says how to load it again.

// What has the focus, is open or is scrolled stays so when the part is replaced.
const replace = (place, html) => {
  const all = (query) => [...place.querySelectorAll(query)];
  const focused = all("a, button, input, summary, [tabindex]").indexOf(document.activeElement);
  const open = all("details").map((details) => details.open);
  const scrolled = all(".lr-scroll").map((box) => box.scrollTop);
  place.innerHTML = html;
  all("details").forEach((details, index) => (details.open = open[index] ?? details.open));
  all(".lr-scroll").forEach((box, index) => (box.scrollTop = scrolled[index] ?? 0));
  if (focused >= 0) all("a, button, input, summary, [tabindex]")[focused]?.focus({ preventScroll: true });
};

// An exercise clock runs on between two events: seconds shown, and how many of them pass in one.
const begin = (place) => {
  for (const clock of place.querySelectorAll("[data-clock]")) clock.began = performance.now();
};
const two = (number) => String(number).padStart(2, "0");
const tick = () => {
  for (const clock of document.querySelectorAll("[data-clock]")) {
    const passed = ((performance.now() - clock.began) / 1000) * Number(clock.dataset.rate);
    const secs = Math.floor(Number(clock.dataset.clock) + (passed || 0));
    const words = `${Math.floor(secs / 3600)}:${two(Math.floor(secs / 60) % 60)}:${two(secs % 60)}`;
    if (clock.textContent !== words) clock.textContent = words;
  }
};

for (const place of document.querySelectorAll("[data-live]")) {
  // What is said aloud when it changes: the words that the part marks, in a line of its own that is never replaced.
  const said = document.createElement("p");
  said.className = "govuk-visually-hidden";
  said.setAttribute("role", "status");
  place.after(said);
  const words = () => place.querySelector("[data-live-say]")?.dataset.liveSay ?? "";
  let before = words();
  const take = ({ data }) => {
    replace(place, data);
    begin(place);
    tick();
    if (words() !== before) said.textContent = before = words();
  };
  let source;
  const without = (hide) => document.querySelectorAll("[data-live-without]").forEach((link) => (link.hidden = hide));
  const follow = () => {
    source?.close();
    source = null;
    if (document.hidden) return;
    source = new EventSource(place.dataset.live);
    source.onmessage = take;
    source.onopen = () => without(true);
    // Gone for good: the session ended, or the part may not be seen any more. Loading the page says which.
    source.onerror = () => without(source.readyState !== EventSource.CLOSED);
  };
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", () => source?.close());
  follow();
}
begin(document);
tick();
setInterval(tick, 250);
