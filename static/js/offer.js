// Tells which tiers were looked at: one that stays in sight for two seconds, once. Nothing else is watched.
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
