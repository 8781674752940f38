// Sets the theme before the first paint, and lets the person change it. Nothing is sent anywhere.
(function () {
  const root = document.documentElement;
  const saved = () => { try { return localStorage.getItem("rh-theme"); } catch { return null; } };
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const show = () => { root.dataset.bsTheme = saved() || (dark.matches ? "dark" : "light"); };
  show();
  dark.addEventListener("change", show);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-toggle]");
    if (!button) return;
    const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
    try { localStorage.setItem("rh-theme", next); } catch { /* private window: for this page only */ }
    root.dataset.bsTheme = next;
  });
})();
