// Keeps a place in the queue up to date from one small cacheable object, and goes in when the number is reached.

for (const room of document.querySelectorAll("[data-waiting]")) {
  const { number, statusUrl, enterUrl, estimate } = room.dataset;
  const mine = Number(number);
  const language = document.documentElement.lang;
  const show = (name, words) => {
    const place = room.querySelector(`[data-waiting-${name}]`);
    if (place && place.textContent !== words) place.textContent = words;
  };
  const count = (value) => new Intl.NumberFormat(language).format(value);

  const update = (status) => {
    if (status.serving >= mine) {
      location.assign(enterUrl);
      return;
    }
    // Numbers that nobody holds since a restart cost no wait: pairs of the first and the one beyond the last.
    const gap = ([first, beyond]) => Math.max(0, Math.min(beyond, mine - 1) - Math.max(first, status.serving));
    const skipped = (status.skipped ?? []).reduce((sum, pair) => sum + gap(pair), 0);
    const ahead = Math.max(0, mine - status.serving - 1 - skipped);
    show("serving", count(status.serving));
    show("ahead", count(ahead));
    if (estimate && status.people_per_minute > 0) {
      const minutes = (ahead + 1) / status.people_per_minute;
      const low = Math.max(1, Math.floor(minutes * 0.8));
      show("estimate", estimate.replace("{low}", count(low)).replace("{high}", count(Math.max(low + 1, Math.ceil(minutes * 1.3)))));
    }
    const time = { hour: "numeric", minute: "2-digit", timeZone: "Asia/Hong_Kong" };
    if (status.as_at) show("as-at", new Intl.DateTimeFormat(language, time).format(new Date(status.as_at)));
  };

  const poll = async () => {
    let secs = 20;
    try {
      const answer = await fetch(statusUrl, { headers: { accept: "application/json" } });
      if (answer.ok) {
        const status = await answer.json();
        secs = Number(status.next_poll_secs) || secs;
        update(status);
      }
    } catch {
      // No network: the place in the queue is kept, so simply try again.
    }
    // Spread the next polls, so that thousands of pages do not ask in the same instant.
    setTimeout(poll, 1000 * Math.max(5, secs) * (0.9 + 0.2 * Math.random()));
  };
  setTimeout(poll, 3000);
}
