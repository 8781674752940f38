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
    if (form.method === "post") sendList(form);
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

  // Coming back to a list in the same tab restores its filter, order and page, the scroll position, and the link that
  // was followed. The trail leads back, and so does a form that is sent from a page of the list or its rows.
  const KEPT = "rh-lists", RETURN = "rh-return";
  const lists = () => { try { return JSON.parse(sessionStorage.getItem(KEPT)) || {}; } catch { return {}; } };
  const put = (name, value) => { try { sessionStorage.setItem(name, value); } catch { /* nothing is kept then */ } };
  const isList = () => document.querySelector("main [data-list], main .rh-pages, main .rh-filters");
  let followed = "";
  function sendList(form) {
    const last = Object.entries(lists()).pop();
    const address = isList() ? location.pathname + location.search : last ? last[0] + last[1].search : "";
    const there = new URL(form.getAttribute("action") || "", location);
    if (!address || !document.getElementById("rh-side") || there.origin !== location.origin) return;
    form.querySelectorAll("input[name=list]").forEach((old) => old.remove());
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "list", value: address }));
    put(RETURN, "yes");
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("main a[href]");
    if (link && link.closest("table")) followed = link.getAttribute("href");
    if (link && link.closest(".rh-eyebrow")) put(RETURN, "yes");
  });
  window.addEventListener("pagehide", () => {
    if (!isList()) return;
    const { [location.pathname]: _old, ...others } = lists();  // the newest is the last
    put(KEPT, JSON.stringify({ ...others, [location.pathname]: { search: location.search, y: window.scrollY, followed } }));
  });
  whenThere(() => {
    const kept = lists(), here = kept[location.pathname];
    document.querySelectorAll("main .rh-eyebrow a").forEach((link) => {
      const list = link.origin === location.origin && kept[link.pathname];
      if (list && !link.search && link.pathname !== location.pathname) link.search = list.search;
    });
    let returns = "";
    try { returns = sessionStorage.getItem(RETURN); sessionStorage.removeItem(RETURN); } catch { return; }
    if (!returns || !isList() || !here || here.search !== location.search) return;
    const link = here.followed && document.querySelector(`main table a[href="${CSS.escape(here.followed)}"]`);
    if (link) link.focus({ preventScroll: true });
    window.scrollTo({ top: here.y, behavior: "instant" });
  });

  document.addEventListener("keydown", (event) => {
    const side = document.getElementById("rh-side");
    if (event.key !== "Escape" || !side || !side.classList.contains("is-open")) return;
    side.classList.remove("is-open");
    document.querySelectorAll("[data-menu]").forEach((one) => { one.setAttribute("aria-expanded", "false"); one.focus(); });
  });
})();
