// Brings the next code before the one that is shown runs out, a number of times; then its owner loads the page again.

for (const box of document.querySelectorAll("[data-shown-code]")) {
  const ms = Number(box.dataset.secs) * 1000;
  let left = Number(box.dataset.times);
  let good = Date.now();

  const over = () => {
    box.querySelector("[data-good]").hidden = true;
    box.querySelector("[data-over]").hidden = false;
  };

  const renew = async () => {
    if (left-- <= 0) return over();
    try {
      const answer = await fetch(location.pathname, { credentials: "same-origin", redirect: "error" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      box.querySelector("[data-good]").replaceWith(page.querySelector("[data-shown-code] [data-good]"));
      good = Date.now();
    } catch {
      // No network: what is shown is good for a while longer, and then says that it is not.
      if (Date.now() - good > 2 * ms) return over();
    }
    setTimeout(renew, ms);
  };
  setTimeout(renew, ms);
}
