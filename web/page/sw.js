// Keeps the page for when there is no network. It hands out what it kept, and looks for a newer page meanwhile. It
// isolates the page from others, so that the threads of the model may share memory.

const KEPT = "vermilion-page";
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

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
  event.respondWith(keptOrNew(event).then(isolated));
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

function isolated(answer) {
  if (!answer.status) return answer; // a redirection, which the browser follows by itself
  const headers = new Headers(answer.headers);
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  return new Response(answer.body, { status: answer.status, statusText: answer.statusText, headers });
}
