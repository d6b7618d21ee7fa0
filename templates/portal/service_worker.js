// Service worker: shows a page of its own while the portal cannot be reached. It stores nothing, and
// touches only pages that are opened, not forms and not what a page loads.
"use strict";

const OFFLINE_PAGE = {{ page|safe }}; // empty: this worker removes itself

const HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
};

async function activate() {
  if (!OFFLINE_PAGE) {
    await self.registration.unregister();
    return;
  }
  // The request need not wait until this worker runs.
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

async function open(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return new Response(OFFLINE_PAGE, { status: 503, headers: HEADERS });
  }
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { mode, method } = event.request;
  if (OFFLINE_PAGE && mode === "navigate" && method === "GET") {
    event.respondWith(open(event));
  }
});
