// Tells which tiers were looked at: one that stays in sight for two seconds, once.
(function () {
  const tiers = document.querySelector("[data-seen]");
  if (!tiers || !("IntersectionObserver" in window)) return;
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const waiting = new Map();
  const tell = (card) => fetch(tiers.dataset.seen, {
    method: "POST",
    headers: { "X-CSRFToken": token },
    body: new URLSearchParams({ tier: card.dataset.tier }),
    keepalive: true,
  }).catch(() => {});
  const observer = new IntersectionObserver((entries) => entries.forEach((entry) => {
    const card = entry.target;
    const shown = entry.intersectionRatio >= 0.6 || entry.intersectionRect.height >= window.innerHeight / 2;
    if (shown && !waiting.has(card)) {
      waiting.set(card, setTimeout(() => { observer.unobserve(card); tell(card); }, 2000));
    } else if (!shown && waiting.has(card)) {
      clearTimeout(waiting.get(card));
      waiting.delete(card);
    }
  }), { threshold: [0.2, 0.4, 0.6] });
  tiers.querySelectorAll("[data-tier]").forEach((card) => observer.observe(card));
})();

// Shows the sums with the extras that are ticked: each was computed by the server, and is only looked up here.
(function () {
  const ticks = [...document.querySelectorAll("#extras [name=extra]")];
  const parts = [...document.querySelectorAll("[data-sums]")].map((part) => [part, JSON.parse(part.dataset.sums)]);
  if (!ticks.length || !parts.length) return;
  document.querySelectorAll("[data-unsummed]").forEach((said) => { said.hidden = true; });
  const show = () => {
    const key = ticks.filter((tick) => tick.checked).map((tick) => tick.value).join(" ");
    parts.forEach(([part, sums]) => part.querySelectorAll("[data-figure]").forEach((figure) => {
      figure.textContent = sums[key][figure.dataset.figure] ?? figure.textContent;
    }));
    document.querySelectorAll("[data-added], [data-summed]").forEach((said) => { said.hidden = !key; });
  };
  ticks.forEach((tick) => tick.addEventListener("change", show));
  window.addEventListener("pageshow", show);  // also where the browser has kept the ticks of an earlier visit
})();

// Counts for how long each part is in front of the reader: in the foreground, and while somebody moves on the page.
(function () {
  const page = document.querySelector("[data-read]");
  if (!page || !("IntersectionObserver" in window) || !navigator.sendBeacon) return;
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const heights = new Map();  // of each part, how much of it is in sight
  const counted = new Map();  // seconds that were not told yet
  let moved = Date.now();
  const name = (part) => part.dataset.tier || part.getAttribute("aria-labelledby") || "cover";
  const tell = () => {
    const data = new FormData();
    counted.forEach((seconds, part) => {
      const whole = seconds - seconds % 5;
      if (whole) data.set(part, String(whole));
      counted.set(part, seconds - whole);
    });
    if ([...data.keys()].length === 0) return;
    data.set("csrfmiddlewaretoken", token);
    navigator.sendBeacon(page.dataset.read, data);
  };
  const observer = new IntersectionObserver((entries) => entries.forEach((entry) => {
    heights.set(entry.target, entry.isIntersecting ? entry.intersectionRect.height : 0);
  }), { threshold: [0, 0.1, 0.25, 0.5, 0.75, 1] });
  page.querySelectorAll(".rh-cover, [aria-labelledby]:not(.rh-options), [data-tier]").forEach((part) => observer.observe(part));
  ["scroll", "pointermove", "pointerdown", "keydown", "touchstart"].forEach((kind) => {
    document.addEventListener(kind, () => { moved = Date.now(); }, { passive: true });
  });
  let since = 0;
  setInterval(() => {
    if (document.visibilityState !== "visible" || Date.now() - moved > 60000) return;
    const [part, height] = [...heights].reduce((most, each) => (each[1] > most[1] ? each : most), [null, 0]);
    if (height) counted.set(name(part), (counted.get(name(part)) || 0) + 1);
    since += 1;
    if (since >= 30) { since = 0; tell(); }
  }, 1000);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") tell(); });
  window.addEventListener("pagehide", tell);
})();
