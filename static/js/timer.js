// How long a call has lasted, beside its target. It goes on when the page is loaded again in this browser.
(function () {
  const box = document.querySelector("[data-timer]");
  if (!box) return;
  const key = `rh-timer:${box.dataset.timer}`;
  const talked = box.querySelector("[data-talked]");
  const go = box.querySelector("[data-go]");
  const again = box.querySelector("[data-again]");
  const target = Number(box.dataset.minutes) * 60;
  let clock = { before: 0, since: null };  // milliseconds talked before, and when it was started last
  try { clock = JSON.parse(localStorage.getItem(key)) || clock; } catch { /* it starts at nothing */ }

  const keep = () => { try { localStorage.setItem(key, JSON.stringify(clock)); } catch { /* for this page only */ } };
  const passed = () => clock.before + (clock.since ? Date.now() - clock.since : 0);
  function show() {
    const seconds = Math.max(0, Math.floor(passed() / 1000));
    talked.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    box.classList.toggle("is-near", seconds >= target * 0.8 && seconds < target);
    box.classList.toggle("is-over", seconds >= target);
    go.textContent = clock.since ? go.dataset.stop : go.dataset.start;
    again.hidden = Boolean(clock.since) || seconds === 0;
  }
  go.addEventListener("click", () => {
    clock = clock.since ? { before: passed(), since: null } : { before: clock.before, since: Date.now() };
    keep();
    show();
  });
  again.addEventListener("click", () => { clock = { before: 0, since: null }; keep(); show(); go.focus(); });
  box.hidden = false;
  show();
  setInterval(show, 500);
})();
