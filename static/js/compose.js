// The composer: what the client sees follows what is typed, without flicker; faults stand at their fields.
(function () {
  const composer = document.querySelector("[data-composer]");
  if (!composer) return;
  const form = composer.querySelector("[data-autosave]");
  const frame = composer.querySelector("iframe");
  const root = document.documentElement;
  const inside = () => frame.contentDocument;

  // --- what the client sees: the server's page, of which only what differs is put into the frame ---
  let asked = 0;
  let place = null;  // where to scroll to after a whole page was loaded
  function dress() {
    const page = inside();
    if (!page || !page.body) return;
    page.documentElement.dataset.bsTheme = root.dataset.bsTheme;
    if (place) { frame.contentWindow.scrollTo(0, place.y); place = null; }
    // The frame opens nothing (sandbox); a link within the page scrolls.
    page.onclick = (event) => {
      const link = event.target.closest("a[href]");
      if (!link) return;
      event.preventDefault();
      const there = link.hash && page.getElementById(link.hash.slice(1));
      if (there) there.scrollIntoView();
    };
    frame.classList.add("is-ready");
  }
  frame.addEventListener("load", dress);
  if (inside() && inside().readyState === "complete") dress();
  new MutationObserver(dress).observe(root, { attributes: true, attributeFilter: ["data-bs-theme"] });

  function patch(now, next) {
    if (now.isEqualNode(next)) return;
    const isSame = now.nodeType === next.nodeType && now.nodeName === next.nodeName;
    if (!isSame) { now.replaceWith(inside().importNode(next, true)); return; }
    if (now.nodeType !== Node.ELEMENT_NODE) { now.nodeValue = next.nodeValue; return; }
    const isHeld = (name) => name === "open" && now.nodeName === "DETAILS";  // the reader unfolded it
    Array.from(now.attributes).forEach(({ name }) => { if (!next.hasAttribute(name) && !isHeld(name)) now.removeAttribute(name); });
    Array.from(next.attributes).forEach(({ name, value }) => { if (now.getAttribute(name) !== value) now.setAttribute(name, value); });
    const [before, after] = [now, next].map((one) => Array.from(one.childNodes));
    after.forEach((one, index) => { if (before[index]) patch(before[index], one); else now.append(inside().importNode(one, true)); });
    before.slice(after.length).forEach((one) => one.remove());
  }

  async function follow(address, whole) {
    asked += 1;
    const mine = asked;
    if (whole || !inside() || !inside().querySelector("main")) {
      place = { y: frame.contentWindow.scrollY };
      frame.contentWindow.location.replace(address);
      return;
    }
    try {
      const answer = await fetch(address, { redirect: "manual" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== asked) return;
      inside().documentElement.lang = page.documentElement.lang;
      patch(inside().body, page.body);
    } catch { /* the next save brings it */ }
  }

  // --- what is wrong, at its field ---
  const fileFaults = new Map();  // a refused file stays refused until another one is chosen
  let late = [];
  const field = (name) => { const one = form.elements[name]; return one && "length" in one && !one.options ? one[0] : one; };

  function clear(one) {
    one.classList.remove("is-invalid");
    one.removeAttribute("aria-invalid");
    const wrap = one.closest("[id^=div_id_]") || one.parentElement;
    wrap.querySelectorAll(".invalid-feedback").forEach((said) => said.remove());
    one.removeAttribute("aria-describedby");
    const help = document.getElementById(`${one.id}_helptext`);
    if (help) one.setAttribute("aria-describedby", help.id);
  }

  function mark({ name, message }) {
    const one = field(name);
    if (!one || one.type === "hidden") return null;
    clear(one);
    const said = document.createElement("p");
    said.className = "invalid-feedback d-block mb-0";
    said.id = `fault_${one.id}`;
    said.textContent = message;
    one.classList.add("is-invalid");
    one.setAttribute("aria-invalid", "true");
    one.setAttribute("aria-describedby", [one.getAttribute("aria-describedby"), said.id].filter(Boolean).join(" "));
    (one.type === "checkbox" ? one.parentElement : one).after(said);
    return one;
  }

  function judge(faults, refused) {
    faults.filter((one) => (field(one.name) || {}).type === "file").forEach((one) => fileFaults.set(one.name, one));
    const all = [...faults.filter((one) => !fileFaults.has(one.name)), ...fileFaults.values()];
    form.querySelectorAll(".is-invalid").forEach(clear);
    general.textContent = all.filter((one) => !field(one.name)).map((one) => one.message).join(" ");
    general.hidden = !general.textContent;
    // Nobody is corrected in the middle of a word: the field where one types waits until one leaves it.
    late = refused ? [] : all.filter((one) => field(one.name) === document.activeElement);
    correct.hidden = !all.length;
    const marked = all.filter((one) => !late.includes(one)).map(mark).filter(Boolean);
    if (refused && marked.length) reveal(marked[0]); else if (refused) sayAbove();
  }

  // What is to be corrected may be folded, or far away.
  const correct = composer.querySelector("[data-correct]");
  const wrong = () => form.querySelector(".is-invalid");
  const general = form.querySelector("[data-faults]");
  correct.hidden = !wrong() && general.hidden;
  correct.addEventListener("click", () => {
    late.forEach(mark);
    late = [];
    if (wrong()) reveal(wrong()); else sayAbove();
  });

  function sayAbove() {
    turn("fields");
    general.scrollIntoView({ block: "center" });
  }

  function reveal(one) {
    for (let fold = one.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    turn("fields");
    one.focus();
  }

  form.addEventListener("focusout", () => { late.forEach(mark); late = []; });
  form.addEventListener("change", (event) => { if (event.target.type === "file") fileFaults.delete(event.target.name); });

  // --- after each save ---
  form.addEventListener("rh:saved", ({ detail }) => {
    Object.entries(detail.said).forEach(([name, text]) => {
      const said = form.querySelector(`[data-fold="${name}"] > summary [data-said]`);
      if (said) said.textContent = text;
    });
    form.querySelector("[data-gaps]").replaceChildren(...detail.gaps.map((text) => {
      const gap = document.createElement("p");
      gap.className = "text-danger rh-small";
      gap.textContent = text;
      return gap;
    }));
    Object.entries(detail.pictures).forEach(([prefix, name]) => {
      const chosen = form.elements[`${prefix}-picture`];
      form.elements[`${prefix}-kept`].value = name;
      form.elements[`${prefix}-removes`].checked = false;
      if (!detail.waiting.includes(chosen.name)) chosen.value = "";
      chosen.closest("fieldset").querySelectorAll("[data-has-picture]").forEach((one) => { one.hidden = false; });
    });
    judge(detail.faults, detail.refused);
    // From now on another package would take the place of what is saved, so it is asked first.
    if (begins) begins.dataset.confirm = begins.dataset.asks;
    follow(detail.frame, Object.keys(detail.pictures).length > 0);
  });

  // --- another interval restates fees; until they are here, nothing is saved ---
  const interval = form.elements.interval;
  const restated = () => Array.from(form.querySelectorAll("#tier-forms, #extra-forms"));
  const texts = () => JSON.stringify(restated().flatMap((part) => Array.from(part.querySelectorAll("input, textarea"), (one) => [one.value, one.checked])));
  let before = null;  // what stood when it was asked for
  let unfolded = [];
  let soonest = 0;    // when it may be asked for again
  form.addEventListener("rh:save", (event) => {
    if (form.elements.stated_for.value === interval.value) return;
    event.preventDefault();
    if (before === null && Date.now() >= soonest) htmx.trigger(interval, "restate");
  });
  form.addEventListener("htmx:beforeRequest", (event) => { if (event.target === interval) before = texts(); });
  form.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    if (xhr.status === 200 && /<html/i.test(xhr.responseText)) {  // a page to sign in on is no part of this one
      event.detail.shouldSwap = false;
      form.dispatchEvent(new CustomEvent("rh:failed", { detail: 302 }));
    } else if (target.id === "tier-forms" && event.detail.shouldSwap) {
      unfolded = Array.from(target.querySelectorAll("details[open]"), (one) => one.dataset.fold);
      event.detail.shouldSwap = before === null || before === texts();  // what was typed meanwhile is restated, too
    }
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== interval) return;
    before = null;
    soonest = Date.now() + (event.detail.successful ? 0 : 3000);
    if (!event.detail.successful) form.dispatchEvent(new CustomEvent("rh:failed", { detail: event.detail.xhr.status }));
  });
  form.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "tier-forms") return;
    event.target.querySelectorAll("details").forEach((one) => { one.open = one.open || unfolded.includes(one.dataset.fold); });
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // --- another package: its tiers take the place of the draft's, after the page has asked (page.js) ---
  const begins = composer.querySelector("[data-begins]");
  if (begins) begins.addEventListener("submit", (event) => {
    if (!begins.dataset.confirm) return;  // nothing is saved yet: the page begins anew
    if (begins.dataset.sure !== "yes") return;
    event.preventDefault();
    event.stopPropagation();
    delete begins.dataset.sure;
    const values = { package: begins.elements.package.value };
    htmx.ajax("POST", begins.dataset.begins, { source: form, target: "#tier-forms", swap: "outerHTML", values });
  });

  // --- one more section, question or extra ---
  function add(kind) {
    const rows = form.querySelector(`[data-rows="${kind}"]`);
    const more = form.querySelector(`[data-more="${kind}"]`);
    const next = rows.children.length;
    if (next >= Number(more.dataset.most)) return false;
    const html = form.querySelector(`template[data-row="${kind}"]`).innerHTML;
    rows.insertAdjacentHTML("beforeend", html.replaceAll("__n__", next).replaceAll("__number__", next + 1));
    more.hidden = next + 1 >= Number(more.dataset.most);
    return rows.lastElementChild;
  }
  form.querySelectorAll("[data-more]").forEach((button) => {
    const rows = form.querySelector(`[data-rows="${button.dataset.more}"]`);
    button.hidden = rows.children.length >= Number(button.dataset.most);
    button.addEventListener("click", () => { const row = add(button.dataset.more); if (row) row.querySelector("input:not([type=hidden]), textarea").focus(); });
  });
  form.addEventListener("rh:missing", ({ detail }) => {
    const [kind] = detail.split("-");
    while (!form.elements[detail] && form.querySelector(`template[data-row="${kind}"]`) && add(kind));
  });

  // --- on a narrow screen one of the two is shown; each keeps its place ---
  const knobs = composer.querySelectorAll("[data-show]");
  let height = 0;
  let isUsed = false;
  function turn(side) {
    if (composer.dataset.shown === side) return;
    if (side === "preview") height = window.scrollY;
    composer.dataset.shown = side;
    knobs.forEach((knob) => knob.setAttribute("aria-pressed", String(knob.dataset.show === side)));
    if (side === "fields") window.scrollTo(0, height);
    else if (isUsed) composer.scrollIntoView();
  }
  composer.querySelector("[data-switch]").hidden = false;
  knobs.forEach((knob) => knob.addEventListener("click", () => turn(knob.dataset.show)));
  turn("fields");
  isUsed = true;
})();
