// Counts the seconds for which a report is really in front of somebody, and tells the server now and then.
(function () {
  const form = document.getElementById("rh-reading");
  if (!form) return;
  let seen = 0;  // seconds that were not told yet
  const tell = () => {
    if (seen < 1) return;
    const data = new FormData(form);
    data.set("seconds", String(Math.round(seen)));
    seen = 0;
    fetch(form.action, { method: "POST", body: data, keepalive: true, credentials: "same-origin" }).catch(() => {});
  };
  setInterval(() => {
    if (document.visibilityState === "visible") seen += 1;
    if (seen >= 15) tell();
  }, 1000);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") tell(); });
  window.addEventListener("pagehide", tell);
})();
