// Lets the entry page of one operation be loaded again where there is no network. It keeps that page, empty and without
// anybody's name or token, and the files it needs; nothing that was typed ever comes here.

const SCOPE = new URL(registration.scope);
const CACHE = `lionrock-field ${SCOPE.pathname}`;
const EMPTY = `${SCOPE.pathname}/offline`;

const keep = async () => {
  const answer = await fetch(EMPTY, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) return;
  const html = await answer.clone().text();
  const files = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
  const cache = await caches.open(CACHE);
  await cache.addAll(files);
  await cache.put(EMPTY, answer);
  for (const request of await cache.keys()) {
    const { pathname } = new URL(request.url);
    if (pathname !== EMPTY && !files.includes(pathname)) await cache.delete(request);
  }
};

const kept = async (request) => (await caches.open(CACHE)).match(request);

const late = (ms) => new Promise((_, reject) => setTimeout(reject, ms));

const page = async (event) => {
  try {
    const answer = await Promise.race([fetch(event.request), late(8000)]);
    if (answer.ok) event.waitUntil(keep().catch(() => {}));
    return answer;
  } catch {
    return (await kept(EMPTY)) || Response.error();
  }
};

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(keep().catch(() => {}));
});
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== SCOPE.origin) return;
  if (request.mode === "navigate" && pathname === SCOPE.pathname) event.respondWith(page(event));
  else if (pathname.startsWith("/assets/")) event.respondWith(kept(request).then((found) => found || fetch(request)));
});
