// Small manners of every page: ask before what cannot be undone, send a form once, open the menu, copy a text.
// It runs before the page is there, so that no button can be pressed without it.
(function () {
  const whenThere = (run) => {
    if (document.readyState !== "loading") run();
    else document.addEventListener("DOMContentLoaded", run, { once: true });
  };
  // A form is sent once: the button is shut and says that it is busy, until the page is shown again.
  const free = (form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => { button.removeAttribute("aria-busy"); button.classList.remove("disabled"); });
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog") return;  // the answer to a question, which can be asked again
    // A list that is being read anew is shut meanwhile: what was chosen in it is sent all the same.
    form.querySelectorAll("[data-disabled-by-htmx]").forEach((one) => { one.disabled = false; });
    const button = event.submitter;
    const text = (button && button.dataset.confirm) || form.dataset.confirm;
    if (text && form.dataset.sure !== "yes") {
      event.preventDefault();
      whenThere(() => ask(text, form, button, () => { form.dataset.sure = "yes"; form.requestSubmit(button || undefined); }));
      return;
    }
    if (button && button.hasAttribute("data-stays")) return;  // it brings a file: the page stays and goes on working
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    if (button) { button.setAttribute("aria-busy", "true"); button.classList.add("disabled"); }
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach(free));

  // The question and its button name the step: as the form says (data-ask, data-press), or as the pressed button does.
  function ask(text, form, button, yes) {
    const dialog = document.getElementById("rh-confirm");
    const step = (button ? button.textContent : "").replace(/\s+/g, " ").trim() || dialog.dataset.step;
    dialog.querySelector("h2").textContent = form.dataset.ask || `${step}?`;
    dialog.querySelector("[value=yes]").textContent = form.dataset.press || step;
    dialog.querySelector("p").textContent = text;
    dialog.returnValue = "";
    dialog.onclose = () => { if (dialog.returnValue === "yes") yes(); };
    dialog.showModal();
  }

  document.addEventListener("click", (event) => {
    const side = document.getElementById("rh-side");
    const burger = event.target.closest("[data-menu]");
    if (burger && side) {
      const open = side.classList.toggle("is-open");
      document.querySelectorAll("[data-menu]").forEach((one) => one.setAttribute("aria-expanded", String(open)));
      if (open) side.querySelector("a").focus();
    } else if (side && side.classList.contains("is-open") && !event.target.closest("#rh-side")) {
      side.classList.remove("is-open");
    }
    // On a phone a section of the menu folds and unfolds; on a wide screen it leads to its first page.
    const section = event.target.closest(".rh-side.is-open .rh-nav-section > a");
    if (section) {
      event.preventDefault();
      section.setAttribute("aria-expanded", String(section.parentElement.classList.toggle("is-here")));
    }
    const fill = event.target.closest("[data-fill]");
    if (fill) {
      if (fill.matches("a")) event.preventDefault();  // without this script it is a link
      const field = document.getElementById(fill.dataset.fill);
      field.focus();
      field.select();
      // As if it were pasted: what stood there comes back with Ctrl+Z.
      if (!document.execCommand("insertText", false, fill.dataset.text)) {
        field.value = fill.dataset.text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }
    const copy = event.target.closest("[data-copy]");
    if (copy) navigator.clipboard.writeText(copy.dataset.copy).then(() => { copy.textContent = copy.dataset.done; });
  });
  // A folded part of a form says its values; while they differ from what was loaded it says that.
  document.addEventListener("change", (event) => {
    const fold = event.target.closest(".rh-fold");
    const said = fold && fold.querySelector(":scope > summary [data-said]");
    if (said && said.textContent.trim()) said.textContent = said.dataset.said;
  });
  // In a field with a list to search, typing replaces what is there; not in a text that the list only begins.
  document.addEventListener("focusin", (event) => { if (event.target.matches("input[list]:not([data-keeps])")) event.target.select(); });
  // A refused form: the first field that is to be mended is where the person goes on.
  whenThere(() => {
    const wrong = document.querySelector("main .is-invalid");
    if (wrong) wrong.focus();
  });

  document.addEventListener("keydown", (event) => {
    const side = document.getElementById("rh-side");
    if (event.key !== "Escape" || !side || !side.classList.contains("is-open")) return;
    side.classList.remove("is-open");
    document.querySelectorAll("[data-menu]").forEach((one) => { one.setAttribute("aria-expanded", "false"); one.focus(); });
  });
})();
