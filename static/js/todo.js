// The to-do list: keys that move through it, focus that follows, and refused forms that are shown where they stand.
(function () {
  const STORED = "rh-todo-keys";
  const spoken = document.getElementById("todo-said");
  const list = () => document.getElementById("todo");
  if (!spoken || !list()) return;

  // Single keys can be turned off (WCAG 2.1.4); the choice is this browser's.
  const isOn = () => { try { return localStorage.getItem(STORED) !== "off"; } catch { return true; } };
  function showKeys() {
    const legend = document.getElementById("todo-keys");
    if (!legend) return;
    legend.hidden = false;
    legend.querySelector("[data-keys-on]").hidden = !isOn();
    const button = legend.querySelector("[data-keys]");
    button.textContent = isOn() ? button.dataset.on : button.dataset.off;
  }
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-keys]")) return;
    try { localStorage.setItem(STORED, isOn() ? "off" : "on"); } catch { /* it stays as it is */ }
    showKeys();
  });
  showKeys();
  // An entry that was asked for by its address is in sight, wherever it is in the list.
  const asked = new URLSearchParams(location.search).has("at") && list().querySelector("[data-at]");
  if (asked) { asked.focus({ preventScroll: true }); asked.closest("li").scrollIntoView({ block: "start", behavior: "instant" }); }

  const isTyping = (target) => target.matches("input, textarea, select, [contenteditable]");
  const isControl = (target) => target.matches("a[href], button, summary");
  const primary = () => list().querySelector(".is-open [data-primary]");

  function move(step) {
    const items = Array.from(list().querySelectorAll(".rh-todo-item"));
    const to = items[items.findIndex((item) => item.classList.contains("is-open")) + step];
    const link = to && to.querySelector("a.rh-todo-line");
    if (link) link.click();
  }
  // What cannot be taken back is pressed twice: the first Enter only comes to its button.
  function press() {
    const button = primary();
    if (!button) return;
    const open = (field) => !field.closest("details:not([open])");
    const empty = Array.from(list().querySelectorAll(".is-open textarea")).find((field) => open(field) && !field.value.trim());
    if (empty) { empty.focus(); return; }
    if (button.hasAttribute("data-final")) { button.focus(); button.scrollIntoView({ block: "nearest", behavior: "instant" }); return; }
    button.click();
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey || document.querySelector("dialog[open]")) return;
    const target = event.target;
    // A key that is held down counts once: what follows is another entry.
    if (event.repeat && !isTyping(target)) {
      const acts = event.key === "Enter" || /^Key[LU]$/.test(event.code);
      if (acts && (target === document.body || target.closest("#main"))) event.preventDefault();
      if (acts) return;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      if (primary() && target.closest("#todo-form")) { event.preventDefault(); primary().click(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.shiftKey || isTyping(target)) return;
    const inside = target === document.body || target.closest("#main");
    if (!inside || !isOn()) return;
    const onHeading = target.matches("[data-at]");
    // On a keyboard that types Thai a letter is known by its place.
    const letter = /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : event.code.replace(/^Key/, "").toLowerCase();
    if (letter === "j" || (event.key === "ArrowDown" && onHeading)) { event.preventDefault(); move(1); }
    else if (letter === "k" || (event.key === "ArrowUp" && onHeading)) { event.preventDefault(); move(-1); }
    else if (letter === "l") { const later = list().querySelector(".is-open [data-later]"); if (later) later.click(); }
    else if (letter === "u") { const undo = list().querySelector("[data-undo]"); if (undo) undo.click(); }
    else if (event.key === "Enter" && !isControl(target)) { event.preventDefault(); press(); }
  });

  // Refused forms (422) and what was done elsewhere (409) are answers of the list, too.
  document.addEventListener("htmx:beforeSwap", (event) => {
    // Whoever is signed out meanwhile gets another page than the list: it is opened as a page.
    if (event.detail.target.id === "todo" && event.detail.xhr.status === 200 && !event.detail.xhr.responseText.includes('id="todo"')) {
      event.detail.shouldSwap = false;
      location.reload();
      return;
    }
    if (event.detail.target.id === "todo" && [409, 422].includes(event.detail.xhr.status)) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  function failed(event) {
    if (event.detail.xhr.status === 403) { location.reload(); return; }  // signed out meanwhile
    const form = event.detail.elt.closest("form");
    spoken.classList.remove("visually-hidden");
    spoken.className = "rh-notice is-bad mb-3";
    spoken.textContent = spoken.dataset.failed;
    if (!form) return;
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((one) => { one.removeAttribute("aria-busy"); one.classList.remove("disabled"); });
  }
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:responseError", failed);

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "todo") return;
    const said = list().querySelector("[data-said]");
    spoken.className = "visually-hidden";
    spoken.textContent = said ? said.textContent.replace(/\s+/g, " ").trim() : "";
    showKeys();
    const at = list().querySelector("[data-at]");
    const address = new URL(location.href);
    address.hash = "";
    if (at) address.searchParams.set("at", at.dataset.at); else address.searchParams.delete("at");
    history.replaceState(history.state, "", address);
    const wrong = list().querySelector(".is-invalid") || at || list();
    if (wrong === list()) wrong.tabIndex = -1;
    wrong.focus({ preventScroll: true });
    (at ? at.closest("li") : list()).scrollIntoView({ block: "start", behavior: "instant" });
  });
})();
