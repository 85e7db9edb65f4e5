// Keeps the page for when there is no network. It hands out what it kept, and looks for a newer page meanwhile.

const KEPT = "vermilion-page";

addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(KEPT).then((cache) => cache.addAll(["./", "manifest.webmanifest", "icon.svg"])),
  );
  self.skipWaiting();
});

addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(self.registration.scope)) return;
  event.respondWith(keptOrNew(event));
});

async function keptOrNew(event) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(event.request);
  const fresh = fetch(event.request).then((answer) => {
    if (answer.ok) cache.put(event.request, answer.clone());
    return answer;
  });
  if (!kept) return fresh;
  event.waitUntil(fresh.catch(() => {}));
  return kept;
}
