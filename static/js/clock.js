// Counts the running timer up from what had passed when the page was made. The time itself is kept on the server.
(function () {
  const shown = document.querySelectorAll("[data-clock]");
  const made = Date.now();
  function count() {
    shown.forEach((one) => {
      const seconds = Number(one.dataset.clock) + Math.max(0, Math.floor((Date.now() - made) / 1000));
      const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
      one.textContent = [Math.floor(seconds / 3600), ...parts].join(":");
    });
  }
  if (!shown.length) return;
  count();
  setInterval(count, 1000);
})();
