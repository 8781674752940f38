// Keeps the page of the timer and its files on the device, so that it opens without a connection. Nothing else is kept:
// no other page, and nothing that belongs to anybody. PAGE, FILES and NAME come from the server (dashboard/time/views/phone.py).
(function () {
  const SLOW = 4000; // milliseconds: who has hardly a connection need not wait
  const isPage = (answer) => answer.ok && !answer.redirected && answer.type === "basic";

  async function install() {
    const cache = await caches.open(NAME);
    await cache.addAll(FILES);
    const page = await fetch(PAGE, { credentials: "same-origin", redirect: "manual" });
    if (isPage(page)) await cache.put(PAGE, page);
  }

  async function tidy() {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("rh-phone-") && name !== NAME).map((name) => caches.delete(name)));
    await self.clients.claim();
  }

  const kept = async (path) => (await caches.open(NAME)).match(path, { ignoreVary: true });

  // The page as it is now, or the one that was kept: where there is no connection, or the server is not well.
  async function page(request) {
    try {
      const answer = await Promise.race([fetch(request), new Promise((_, late) => { setTimeout(() => late(new Error("slow")), SLOW); })]);
      if (isPage(answer)) await (await caches.open(NAME)).put(PAGE, answer.clone());
      if (answer.status < 500) return answer;
      return (await kept(PAGE)) || answer;
    } catch {
      return (await kept(PAGE)) || Response.error();
    }
  }

  self.addEventListener("install", (event) => { event.waitUntil(install().then(() => self.skipWaiting())); });
  self.addEventListener("activate", (event) => { event.waitUntil(tidy()); });
  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (request.method !== "GET" || url.origin !== location.origin) return;
    if (request.mode === "navigate" && url.pathname === PAGE) event.respondWith(page(request));
    else if (FILES.includes(url.pathname)) event.respondWith(kept(url.pathname).then((file) => file || fetch(request)));
  });
})();
