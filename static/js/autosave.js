// Saves a form as it is typed. What is not saved yet is kept in this browser and brought back; two tabs never
// overwrite each other silently: a save names the revision it stands on, and the server refuses a stale one.
(function () {
  const form = document.querySelector("[data-autosave]");
  if (!form) return;
  const say = form.dataset;
  const part = (name) => form.querySelector(name) || document.querySelector(name);
  const state = part("[data-state]");
  const conflict = part("[data-conflict]");
  const away = part("[data-away]"); // what is said while nobody is signed in
  const revision = form.elements.revision;
  const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, "0")).join("");
  const OURS = ["csrfmiddlewaretoken", "revision", "once"];
  const SMALL = 50000; // bytes that a browser surely sends while a page closes
  const leaves = "leaves" in say; // its button saves and goes on to another page
  let address = location.pathname;
  let prefix = `rh-draft:${address}${location.search}:`; // what begins otherwise is another draft
  let mark = fresh(); // who writes: this tab, or the closed one whose draft it took over
  let count = 0;      // saves that it asked for; the server ignores those that come late
  let typed = 0;      // changes since the page came; a save covers those before it
  let saved = 0;
  let busy = false;
  let other = null;   // the revision that somebody else saved; until it is decided nothing is sent
  let wait = 0;
  let leaving = false; // the button was pressed: go on as soon as all is saved
  let gone = false;
  let renewed = false; // the token was read anew, and the save with it is on its way
  let isOver = false;  // there is nothing any more that could be saved
  const files = new Map(); // chosen files that were not sent yet, by field: as of which change

  // A reader hears what is said last, once: while more is typed than saved, the line is busy.
  const show = (text, isBusy = false) => {
    state.setAttribute("aria-busy", String(isBusy));
    if (state.textContent !== text) state.textContent = text;
  };
  const texts = () => Array.from(new FormData(form)).filter(([, value]) => typeof value === "string");
  const values = () => texts().filter(([name]) => !OURS.includes(name));
  const later = (time) => { clearTimeout(wait); wait = setTimeout(save, time); };

  function keep() {
    try {
      const draft = { at: Date.now(), mark, count, revision: revision.value, values: values() };
      localStorage.setItem(prefix + mark, JSON.stringify(draft));
      return true;
    } catch { return false; }
  }
  const forget = (key) => { try { localStorage.removeItem(key); } catch { /* nothing was kept */ } };
  // The browser keeps what is typed, and no file.
  const unsaved = (text) => show(keep() && !files.size ? text || say.kept : say.shut);

  function drafts() {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(prefix));
      return keys.map((key) => ({ key, ...JSON.parse(localStorage.getItem(key)) })).sort((a, b) => b.at - a.at);
    } catch { return []; }
  }

  function fill(draft) {
    const given = new Map();
    draft.values.forEach(([name, value]) => given.set(name, [...(given.get(name) || []), value]));
    given.forEach((_, name) => { if (!form.elements[name]) form.dispatchEvent(new CustomEvent("rh:missing", { detail: name })); });
    Array.from(form.elements).forEach((field) => {
      const said = given.get(field.name) || [];
      if (!field.name || OURS.includes(field.name) || field.type === "file") return;
      if (["checkbox", "radio"].includes(field.type)) field.checked = said.includes(field.value);
      else if (said.length) field.value = said[0];
    });
  }

  function changed(event) {
    typed += 1;
    if (event && event.target.type === "file") files.set(event.target.name, typed);
    if (!isOver && !keep()) show(say.shut);
    if (other !== null) return;
    state.setAttribute("aria-busy", "true");
    later(700);
  }

  function body(isLast) {
    const all = new FormData(form);
    Array.from(form.querySelectorAll("input[type=file]")).forEach((one) => { if (!files.has(one.name)) all.delete(one.name); });
    all.delete("once");
    all.set("tab", mark);
    all.set("count", String(count));
    if (isLast) all.set("final", "1");
    return all;
  }

  async function save() {
    clearTimeout(wait);
    if (busy || other !== null || saved === typed) return;
    // Whoever builds parts of the form may hold the save, until those parts stand.
    if (!form.dispatchEvent(new CustomEvent("rh:save", { cancelable: true }))) { later(200); return; }
    busy = true;
    const covers = typed;
    const isLast = leaving;
    count += 1;
    keep();
    const isSmall = !files.size && texts().reduce((sum, [name, value]) => sum + name.length + 3 * value.length, 0) < SMALL;
    try {
      const ask = { method: "POST", body: body(isLast), headers: { Accept: "application/json" }, redirect: "manual", keepalive: document.hidden && isSmall };
      const answer = await fetch(address, { ...ask, signal: AbortSignal.timeout(files.size ? 60000 : 10000) });
      const isJson = (answer.headers.get("Content-Type") || "").includes("json");
      if (answer.type === "opaqueredirect") ended();
      else if (answer.status === 403 && !renewed) { renewed = true; await renew(); later(500); }
      else heard(answer.status, isJson ? await answer.json() : {}, covers, isLast);
    } catch { again(); }
    busy = false;
    if (other === null && typed > covers) later(300);
  }

  function heard(status, answer, covers, isLast) {
    if (status === 200 && "revision" in answer) {
      renewed = false;
      if (away) away.hidden = true;
      revision.value = answer.revision;
      saved = covers;
      files.forEach((at, name) => { if (at <= covers) files.delete(name); });
      if (saved === typed) forget(prefix + mark);
      if (answer.place) move(answer.place);
      const open = (answer.faults || []).map((one) => one.label || one.message);
      const unread = (answer.unread || []).length ? ` · ${say.unread} ${answer.unread.join(", ")}` : "";
      show(say.saved.replace("{time}", answer.at) + unread + (open.length ? ` · ${say.open} ${open.join(", ")}` : ""), saved !== typed);
      const refused = isLast && open.length > 0;
      form.dispatchEvent(new CustomEvent("rh:saved", { detail: { ...answer, refused, waiting: [...files.keys()] } }));
      if (refused) leaving = false;
      else if (isLast && saved === typed) { gone = true; location.assign(answer.next); }
    } else if (status === 409 && answer.over) {
      over(answer);
    } else if (status === 409) {
      clash(answer);
    } else if (status === 422) {
      leaving = false;
      keep();
      show(`${say.refused} ${answer.said || ""}`);
    } else {
      again();
    }
  }

  // The first save of something new gives it an address of its own.
  function move(place) {
    if (place === address) return;
    forget(prefix + mark);
    address = place;
    prefix = `rh-draft:${address}:`;
    form.action = address;
    history.replaceState(history.state, "", address);
    if (saved !== typed) keep();
  }

  // Whoever pressed the button is led on as soon as a later try has saved; not after signing in anew.
  const again = () => { unsaved(); later(5000); };
  function ended() {
    leaving = false;
    again();
    if (away) away.hidden = false;
  }

  // Signing in anew changes the token of the page; it is read from the page itself.
  async function renew() {
    const page = await fetch(address, { redirect: "manual" });
    if (!page.ok) return;
    const found = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("[data-autosave] [name=csrfmiddlewaretoken]");
    if (found) form.elements.csrfmiddlewaretoken.value = found.value;
  }

  function clash(answer) {
    leaving = false;
    other = answer.revision;
    unsaved();
    const list = conflict.querySelector("[data-differs]");
    if (list) {
      list.replaceChildren(...(answer.differs || []).flatMap((one) => [["dt", one.label], ["dd", one.there]].map(([tag, text]) => {
        const element = document.createElement(tag);
        element.textContent = text;
        return element;
      })));
    }
    // The focus stays where it is: whoever types on must not press a button with a space.
    conflict.hidden = false;
    conflict.scrollIntoView({ block: "nearest" });
  }

  function over(answer) {
    leaving = false;
    other = "";
    isOver = true;
    forget(prefix + mark);
    show(`${say.refused} ${answer.said || ""}`);
    const notice = part("[data-over]");
    const there = notice.querySelector("[data-there]");
    there.href = answer.next;
    there.textContent = answer.label;
    notice.hidden = false;
    notice.scrollIntoView({ block: "nearest" });
  }

  let found = null;   // a draft of an earlier tab that does not stand on what the server has now
  conflict.querySelector("[data-mine]").addEventListener("click", () => {
    if (found) { fill(found); forget(found.key); found = null; }
    revision.value = other;
    other = null;
    conflict.hidden = true;
    changed();
    save();
  });
  conflict.querySelector("[data-theirs]").addEventListener("click", () => {
    forget(found ? found.key : prefix + mark);
    if (!found) { gone = true; location.reload(); return; }
    found = other = null;
    conflict.hidden = true;
    show("");
  });

  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (other !== null) { (isOver ? part("[data-over]") : conflict).scrollIntoView({ block: "nearest" }); return; }
    if (leaves || saved === typed) typed += 1;  // pressed without a change: say once more that it is saved
    leaving = leaves;
    if (leaving) show(say.saving);
    save();
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    if (saved === typed) typed += 1;
    save();
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  window.addEventListener("online", save);
  window.addEventListener("beforeunload", (event) => { if (leaves && !gone && saved !== typed) event.preventDefault(); });
  window.addEventListener("pageshow", () => { gone = false; });
  form.addEventListener("rh:failed", ({ detail }) => {
    if (detail === 302) ended(); else again();
    if (detail === 403) renew();
  });
  // Another tab took this one's draft over and its mark with it: from here on this is somebody else.
  window.addEventListener("storage", (event) => { if (event.key === prefix + mark) { mark = fresh(); count = 0; } });

  function bringBack() {
    const [draft] = drafts();
    if (!draft) return;
    if (JSON.stringify(draft.values) === JSON.stringify(values())) { forget(draft.key); return; }
    if (draft.revision === revision.value || draft.mark === say.writer) {
      ({ mark, count } = draft);
      fill(draft);
      changed();
      show(say.restored);
    } else {
      found = draft;
      other = revision.value;
      show(say.kept);
      conflict.hidden = false;
    }
  }
  if (say.idle && !state.textContent.trim()) show(say.idle);
  // Scripts that build more of the form come after this one.
  if (leaves) document.addEventListener("DOMContentLoaded", bringBack); else bringBack();
})();
