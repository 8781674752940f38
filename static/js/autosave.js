// Saves a form as it is typed. What is not saved yet is kept in this browser and brought back; two tabs never
// overwrite each other silently: a save names the revision it stands on, and the server refuses a stale one.
(function () {
  const form = document.querySelector("[data-autosave]");
  if (!form) return;
  const say = form.dataset;
  const state = form.querySelector("[data-state]");
  const conflict = form.querySelector("[data-conflict]");
  const revision = form.elements.revision;
  const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, "0")).join("");
  const prefix = `rh-draft:${location.pathname}:`;
  const OURS = ["csrfmiddlewaretoken", "revision"];
  let mark = fresh(); // who writes: this tab, or the closed one whose draft it took over
  let count = 0;      // saves that it asked for; the server ignores those that come late
  let typed = 0;      // changes since the page came; a save covers those before it
  let saved = 0;
  let busy = false;
  let other = null;   // the revision that somebody else saved; until it is decided nothing is sent
  let wait = 0;

  const show = (text) => { state.textContent = text; };
  const values = () => Array.from(new FormData(form)).filter(([name]) => !OURS.includes(name));
  const later = (time) => { clearTimeout(wait); wait = setTimeout(save, time); };

  function keep() {
    try {
      const draft = { at: Date.now(), mark, count, revision: revision.value, values: values() };
      localStorage.setItem(prefix + mark, JSON.stringify(draft));
      return true;
    } catch { return false; }
  }
  const forget = (key) => { try { localStorage.removeItem(key); } catch { /* nothing was kept */ } };
  const unsaved = () => show(keep() ? say.kept : say.shut);

  function drafts() {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(prefix));
      return keys.map((key) => ({ key, ...JSON.parse(localStorage.getItem(key)) })).sort((a, b) => b.at - a.at);
    } catch { return []; }
  }

  function fill(draft) {
    draft.values.forEach(([name, value]) => { if (form.elements[name]) form.elements[name].value = value; });
  }

  function changed() {
    typed += 1;
    if (!keep()) show(say.shut);
    if (other === null) later(700);
  }

  async function save() {
    clearTimeout(wait);
    if (busy || other !== null || saved === typed) return;
    busy = true;
    const covers = typed;
    count += 1;
    keep();
    const body = new FormData(form);
    body.set("tab", mark);
    body.set("count", String(count));
    try {
      const ask = { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual", keepalive: document.hidden };
      const answer = await fetch(location.pathname, { ...ask, signal: AbortSignal.timeout(10000) });
      heard(answer.status, (answer.headers.get("Content-Type") || "").includes("json") ? await answer.json() : {}, covers);
    } catch { again(); }
    busy = false;
    if (other === null && typed > covers) later(300);
  }

  function heard(status, answer, covers) {
    if (status === 200 && "revision" in answer) {
      revision.value = answer.revision;
      saved = covers;
      if (saved === typed) forget(prefix + mark);
      const unread = answer.unread.length ? ` · ${say.unread} ${answer.unread.join(", ")}` : "";
      show(say.saved.replace("{time}", answer.at) + unread);
    } else if (status === 409) {
      clash(answer.revision);
    } else if (status === 422) {
      keep();
      show(`${say.refused} ${answer.said || ""}`);
    } else {
      again();
    }
  }

  const again = () => { unsaved(); later(5000); };
  function clash(theirs) {
    other = theirs;
    unsaved();
    conflict.hidden = false;
    conflict.querySelector("button").focus();
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
    if (!found) { location.reload(); return; }
    found = other = null;
    conflict.hidden = true;
    show("");
  });

  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (saved === typed) typed += 1;  // pressed without a change: say once more that it is saved
    save();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") { event.preventDefault(); form.requestSubmit(); }
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  window.addEventListener("online", save);
  // Another tab took this one's draft over and its mark with it: from here on this is somebody else.
  window.addEventListener("storage", (event) => { if (event.key === prefix + mark) { mark = fresh(); count = 0; } });

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
})();
