// Adds a script to each page below its scope, and answers for the page's owner.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate" || event.request.url.includes("/x/page")) return;
  event.respondWith(
    fetch(event.request).then(async (response) => {
      if (response.type === "opaqueredirect" || !response.ok) return response;
      const html = await response.text();
      return new Response(html.replace("<head>", "<head><script>window.owned = true</script>"), {
        headers: { "Content-Type": "text/html" },
      });
    }),
  );
});
