// Keeps the page of the timer and its files on the device, so that it opens without a connection. Nothing else is kept:
// no other page, and nothing that belongs to anybody. PAGE, FILES and NAME come from the server (dashboard/time/views/phone.py).
(function () {
  const SLOW = 4000; // milliseconds: who has hardly a connection need not wait
  const isPage = (answer) => answer.ok && !answer.redirected && answer.type === "basic";

  // Keeps a page of this version: another one names files that are in the cache of another worker.
  async function keep(page) {
    const copy = page.clone();
    if ((await page.text()).includes(NAME)) await (await caches.open(NAME)).put(PAGE, copy);
  }

  async function install() {
    const cache = await caches.open(NAME);
    await cache.addAll(FILES);
    const page = await fetch(PAGE, { credentials: "same-origin", redirect: "manual" });
    if (isPage(page)) await keep(page);
  }

  async function tidy() {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("rh-phone-") && name !== NAME).map((name) => caches.delete(name)));
    await self.clients.claim();
  }

  const kept = async (path) => (await caches.open(NAME)).match(path, { ignoreVary: true });

  const slow = () => new Promise((_, late) => { setTimeout(() => late(new Error("slow")), SLOW); });

  // The page as it is now, or the one that was kept: where there is hardly a connection, or the server is not well.
  async function page(event) {
    const old = await kept(PAGE);
    try {
      const asked = fetch(event.request);
      const answer = await (old ? Promise.race([asked, slow()]) : asked);
      if (isPage(answer)) event.waitUntil(keep(answer.clone()));
      return answer.status < 500 ? answer : old || answer;
    } catch {
      return old || Response.error();
    }
  }

  self.addEventListener("install", (event) => { event.waitUntil(install().then(() => self.skipWaiting())); });
  self.addEventListener("activate", (event) => { event.waitUntil(tidy()); });
  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (request.method !== "GET" || url.origin !== location.origin) return;
    if (request.mode === "navigate" && url.pathname === PAGE) event.respondWith(page(event));
    else if (FILES.includes(url.pathname)) event.respondWith(kept(url.pathname).then((file) => file || fetch(request)));
  });
})();
