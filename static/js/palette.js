// The search as a palette: Ctrl K or ⌘ K opens it anywhere, arrows go through what was found, Enter opens it.
(function () {
  const palette = document.getElementById("rh-palette");
  const form = palette && palette.querySelector("form");
  if (!form || !palette.showModal) return;
  const field = form.elements.q;
  const found = palette.querySelector("[data-found]");
  let asked = null; // the request under way
  let shown = "";   // the text whose lines are shown
  let wait = 0;

  const links = () => Array.from(found.querySelectorAll("a"));
  const mark = () => links().forEach((link, at) => link.classList.toggle("is-first", at === 0));

  function open(text) {
    if (!palette.open) palette.showModal();
    if (text) field.value = text;
    field.focus();
    field.select();
    if (field.value.trim() !== shown) look();
  }

  async function look() {
    const text = field.value.trim();
    if (asked) asked.abort();
    if (!text) { shown = ""; found.replaceChildren(); return; }
    asked = new AbortController();
    try {
      const address = new URL(form.action);
      address.search = new URLSearchParams({ q: text, lines: "1" });
      const answer = await fetch(address, { signal: asked.signal, redirect: "error" });
      if (!answer.ok) throw new Error(answer.status);
      found.innerHTML = await answer.text();
      shown = text;
      mark();
    } catch (error) {
      if (error.name === "AbortError") return;
      const sentence = document.createElement("p");
      sentence.setAttribute("role", "alert");
      sentence.textContent = palette.dataset.failed;
      found.replaceChildren(sentence);
      shown = "";
    }
  }

  field.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(look, 120); });
  // Enter opens the first line once it belongs to what is typed; before that the page of the search answers.
  form.addEventListener("submit", (event) => {
    const [first] = links();
    if (!first || field.value.trim() !== shown) return;
    event.preventDefault();
    event.stopPropagation();
    first.click();
  }, true);
  form.querySelector("[value=close]").addEventListener("click", () => palette.close());
  palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });

  palette.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const lines = [field, ...links()];
    const at = Math.max(0, lines.indexOf(document.activeElement));
    const next = (at + (event.key === "ArrowDown" ? 1 : lines.length - 1)) % lines.length;
    event.preventDefault();
    lines[next].focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey) return;
    if (!palette.open && document.querySelector("dialog[open]")) return;
    event.preventDefault();
    if (palette.open) palette.close(); else open("");
  });
  document.querySelectorAll("[data-palette]").forEach((one) => {
    one.addEventListener("click", (event) => { event.preventDefault(); open(one.value); });
    one.addEventListener("input", () => { open(one.value); field.setSelectionRange(field.value.length, field.value.length); });
  });
})();
