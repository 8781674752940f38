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

// Shows the button that prints the proposal: it does nothing without this script.
(function () {
  const button = document.querySelector("[data-print]");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    // What was not scrolled to yet is loaded first, or paper would have holes.
    const pictures = [...document.querySelectorAll(".rh-offer img")];
    pictures.forEach((picture) => { picture.loading = "eager"; });
    await Promise.allSettled(pictures.map((picture) => picture.decode()));
    window.print();
  });
})();
