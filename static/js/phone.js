// The timer on a phone. What is recorded is kept in this browser, each event under a key of its own, and forgotten only
// when the server has said that it knows it. It stands under the name of an account: another one never sees or sends it.
(function () {
  const page = document.querySelector("[data-phone]");
  if (!page) return;
  const say = page.dataset;
  const part = (name) => page.querySelector(`[data-${name}]`);
  const fresh = () => {
    const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, "0")).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  };
  const SOME = 200;      // events in one batch
  const AGAIN = 30000;   // milliseconds until the next try
  const read = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const write = (key, value) => { try { localStorage.setItem(key, value); return true; } catch { return false; } };
  const drop = (key) => { try { localStorage.removeItem(key); } catch { /* nothing was kept */ } };
  const parsed = (text) => { try { return JSON.parse(text); } catch { return null; } };

  const device = read("rh-phone:device") || fresh();
  write("rh-phone:device", device);
  let account = read("rh-phone:account");
  let state = account ? parsed(read(`rh-phone:${account}:state`)) : null;
  let token = "";
  let busy = false;
  let signedOut = false;
  let isOffline = !navigator.onLine;
  let failed = false;
  let wait = 0;

  // --- what this device recorded and the server does not know yet ---------------------------------------------------
  const prefix = () => `rh-phone:${account}:event:`;
  const kept = (start) => { try { return Object.keys(localStorage).filter((key) => key.startsWith(start)); } catch { return []; } };
  function pending() {
    if (!account) return [];
    return kept(prefix()).map((key) => parsed(read(key))).filter(Boolean).sort((a, b) => a.counter - b.counter || a.clock - b.clock);
  }
  function record(kind, run, work) {
    const key = `rh-phone:${account}:counter`;
    const counter = Number(read(key) || 0) + 1;
    const event = { id: kind === "start" ? run : fresh(), run, counter, kind, clock: Date.now(), ...work };
    if (!write(prefix() + event.id, JSON.stringify(event))) { show(say.full); return false; }
    write(key, String(counter));
    return true;
  }

  // --- what runs, and what came to an end: as the server said, and what this device has recorded since --------------
  function story() {
    const running = new Map();
    const over = [];
    const skew = state ? state.skew : 0; // milliseconds by which the server's clock is ahead
    (state ? state.running : []).forEach((one) => running.set(one.run, { ...one, clock: one.clock - skew }));
    pending().forEach((event) => {
      const known = running.get(event.run);
      const { agreement, deliverable, note, label, title } = event;
      const is = { agreement, deliverable, note, label, title };
      if (event.kind === "start") running.set(event.run, { run: event.run, ...is, clock: event.clock });
      else if (event.kind === "change" && known) running.set(event.run, { ...known, ...is });
      else if (known) {
        running.delete(event.run);
        if (event.kind === "stop") over.push({ ...known, minutes: Math.max(1, Math.round((event.clock - known.clock) / 60000)) });
      }
    });
    return { running: [...running.values()].sort((a, b) => b.clock - a.clock), over };
  }
  const chosen = () => ({ agreement: part("agreement").value, deliverable: part("deliverable").value, note: part("note").value.trim() });
  const choice = (id) => (state ? state.agreements : []).find((one) => one.id === id);
  const labelOf = (id) => (choice(id) || { label: "" }).label;
  const text = (name) => { const one = part(name).selectedOptions[0]; return one && one.value ? one.textContent : ""; };
  // What the person touched of the work that runs. Nothing else of it changes, whatever can be chosen in the meantime.
  const touched = new Set();
  const WORK = ["agreement", "deliverable", "note"];
  function wanted(current) {
    const now = chosen();
    if (!now.agreement) touched.delete("agreement");
    return Object.fromEntries(WORK.map((name) => [name, touched.has(name) ? now[name] : current[name]]));
  }
  const isOther = (current) => { const now = wanted(current); return WORK.some((name) => now[name] !== current[name]); };
  const named = (work) => ({ ...work, label: text("agreement"), title: text("deliverable") }); // names, for this device alone

  // --- what is shown ------------------------------------------------------------------------------------------------
  const show = (text) => { const line = part("line"); if (line.textContent !== text) line.textContent = text; };
  const two = (number) => String(number).padStart(2, "0");
  const hours = (minutes) => `${Math.floor(minutes / 60)}:${two(minutes % 60)}`;
  function make(tag, css, text) {
    const one = document.createElement(tag);
    if (css) one.className = css;
    if (text) one.textContent = text;
    return one;
  }
  function options(select, rows, value) {
    const want = JSON.stringify(rows);
    if (select.dataset.rows !== want) {
      select.dataset.rows = want;
      select.replaceChildren(...rows.map(([id, label]) => { const one = make("option", "", label); one.value = id; return one; }));
    }
    if (select.value !== value) select.value = value;
    if (select.selectedIndex < 0) select.selectedIndex = 0;
  }
  function item(row, waits) {
    const one = make("li");
    const text = make("div", "", row.note || say.work);
    text.append(make("div", "rh-soft rh-small", row.label || labelOf(row.agreement)));
    if (waits) text.append(make("span", "rh-badge is-warn", say.minutes));
    one.append(text, make("span", "", hours(row.minutes)));
    return one;
  }
  let filled = ""; // the run whose work stands in the fields
  function work(current) {
    if (current && filled !== current.run) touched.clear();
    const before = part("agreement").value;
    const all = state ? state.agreements : [];
    const value = (name) => current && !touched.has(name) ? current[name] || "" : part(name).value;
    const only = !current && all.length === 1 ? all[0].id : "";
    const rows = all.map((one) => [one.id, one.label]);
    if (current && current.agreement && !choice(current.agreement)) rows.push([current.agreement, current.label || say.work]);
    options(part("agreement"), [["", say.choose], ...rows], value("agreement") || only);
    const own = part("agreement").value;
    const promised = (choice(own) || { deliverables: [] }).deliverables.map((one) => [one.id, one.title]);
    if (current && current.deliverable && own === current.agreement && !promised.some(([id]) => id === current.deliverable)) {
      promised.push([current.deliverable, current.title || say.work]);
    }
    options(part("deliverable"), [["", say.none], ...promised], current || own === before ? value("deliverable") : "");
    part("deliverables").hidden = !promised.length;
    if (current && !touched.has("note")) part("note").value = current.note;
    filled = current ? current.run : "";
  }
  function others(rows) {
    part("others").hidden = !rows.length;
    part("others").replaceChildren(...rows.map((row) => {
      const one = make("li");
      const text = make("div", "", row.label || labelOf(row.agreement) || say.work);
      text.append(make("div", "rh-soft rh-small", row.note));
      const stop = make("button", "btn btn-outline-secondary btn-sm", say.stop);
      stop.type = "button";
      stop.addEventListener("click", () => { if (record("stop", row.run, {})) changed(); });
      one.append(text, stop);
      return one;
    }));
  }
  const unreadable = () => kept(`rh-phone:${account}:refused:`);
  function refused() {
    const rows = unreadable().map((key) => parsed(read(key)) || {});
    part("refused").hidden = !rows.length;
    part("refused-list").replaceChildren(...rows.map((one) => {
      const at = new Date(one.clock);
      const when = Number.isNaN(at.getTime()) ? "" : at.toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
      return make("li", "", [when, one.note].filter(Boolean).join(" · ") || say.work);
    }));
  }
  function line(waiting) {
    part("signed-out").hidden = !signedOut;
    const number = new Set(waiting.map((event) => event.run)).size;
    const waits = number ? (number === 1 ? say.one : say.many.replace("{number}", number)) : "";
    if (signedOut) show(`${say.signin} ${waits}`.trim());
    else if (isOffline) show(waits ? `${say.offline} ${waits}` : say.offline);
    else if (failed) show(say.failed);
    else show(waits || (state ? say.online : ""));
  }
  function render() {
    const { running, over } = story();
    const [current, ...rest] = running;
    part("panel").hidden = part("day").hidden = !state;
    work(current);
    others(rest);
    part("go").textContent = current ? say.stop : say.start;
    part("go").classList.toggle("is-running", Boolean(current));
    part("discard").hidden = !current;
    part("since").textContent = current ? say.since.replace("{time}", new Date(current.clock).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" })) : "";
    const today = state && state.day === new Date().toDateString() ? state.today : [];
    part("today").replaceChildren(...over.reverse().map((row) => item(row, true)), ...today.map((row) => item(row, false)));
    part("nothing").hidden = over.length + today.length > 0;
    part("sum").textContent = hours([...over, ...today].reduce((sum, row) => sum + row.minutes, 0));
    part("undecided").hidden = !(state && state.undecided);
    refused();
    const desk = part("desk");
    desk.hidden = !(state && state.desk) || Boolean(current);
    if (state && state.desk) desk.textContent = desk.dataset.desk.replace("{client}", state.desk);
    line(pending());
    if (!state) show(signedOut ? say.signin : isOffline ? say.empty : "");
    tick();
  }
  function tick() {
    const [current] = story().running;
    const seconds = current ? Math.max(0, Math.floor((Date.now() - current.clock) / 1000)) : 0;
    part("clock-now").textContent = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  }

  // --- sending: the server's answer is the only reason to forget an event -------------------------------------------
  function heard(answer) {
    if (answer.account !== account) filled = "";
    account = answer.account;
    token = answer.token;
    state = { ...answer, skew: answer.now - Date.now(), day: new Date().toDateString(), token: "" };
    write("rh-phone:account", account);
    write(`rh-phone:${account}:state`, JSON.stringify(state));
    signedOut = isOffline = failed = false;
  }
  async function ask(address, body) {
    const more = body ? { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", "X-CSRFToken": token } } : {};
    return fetch(address, { ...more, redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(15000) });
  }
  async function learn() {
    const answer = await ask(say.phoneState);
    if (answer.type === "opaqueredirect") { signedOut = true; token = ""; isOffline = failed = false; return false; }
    if (!answer.ok) { failed = true; return false; }
    heard(await answer.json());
    return true;
  }
  async function deliver() {
    const batch = pending().slice(0, SOME);
    if (!batch.length) return false;
    const answer = await ask(say.phoneEvents, { account, device, sent: Date.now(), events: batch });
    if (!answer.ok) {
      token = ""; // signed out, somebody else, or an old token: what is so is asked before the next try
      if (answer.type === "opaqueredirect") signedOut = true;
      else if (![403, 409].includes(answer.status)) failed = true;
      return false;
    }
    const said = await answer.json();
    said.known.forEach((id) => drop(prefix() + id));
    said.refused.filter((one) => one.id).forEach((one) => {
      const key = prefix() + one.id;
      const event = read(key);
      if (event && write(`rh-phone:${account}:refused:${one.id}`, event)) drop(key);
    });
    heard(said);
    return true;
  }
  async function sync() {
    clearTimeout(wait);
    if (busy) return;
    if (!navigator.onLine) { isOffline = true; token = ""; render(); return; } // the event "online" tries again
    busy = true;
    let more = true;
    try {
      // Who is signed in is asked whenever nothing was answered yet, or something was refused.
      for (let tries = 0; more && tries < 20; tries += 1) {
        if (!token) more = await learn();
        if (more && token) more = (await deliver()) || (!token && tries === 0 && !signedOut && !failed);
      }
    } catch { isOffline = true; token = ""; }
    busy = false;
    render();
    if (pending().length || isOffline) wait = setTimeout(sync, AGAIN);
  }
  const refresh = () => { token = ""; sync(); };
  function changed() { render(); sync(); }

  // --- what a person does -------------------------------------------------------------------------------------------
  part("go").addEventListener("click", () => {
    const { running } = story();
    if (running.length) {
      const [current] = running;
      if (isOther(current) && !record("change", current.run, named(wanted(current)))) return;
      if (record("stop", current.run, {})) { part("note").value = ""; changed(); }
      return;
    }
    if (!part("agreement").value) { part("agreement").focus(); show(say.choose); return; }
    const run = fresh();
    if (record("start", run, named(chosen()))) { filled = run; touched.clear(); changed(); }
  });
  page.addEventListener("input", (event) => {
    WORK.filter((name) => event.target === part(name)).forEach((name) => touched.add(name));
    if (event.target === part("agreement")) touched.add("deliverable"); // one of the old client is none of the new one
  });
  page.addEventListener("change", () => {
    const [current] = story().running;
    work(current);
    if (!current || !isOther(current) || !record("change", current.run, named(wanted(current)))) return;
    touched.clear();
    changed();
  });
  part("discard").addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sure !== "yes") return; // static/js/page.js asks first
    event.preventDefault();
    event.stopPropagation();
    delete form.dataset.sure;
    const [current] = story().running;
    if (current && record("discard", current.run, {})) { part("note").value = ""; changed(); }
  });

  part("forget").addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sure !== "yes") return;
    event.preventDefault();
    event.stopPropagation();
    delete form.dataset.sure;
    unreadable().forEach(drop);
    render();
  });

  window.addEventListener("online", refresh);
  window.addEventListener("offline", () => { isOffline = true; render(); });
  window.addEventListener("storage", (event) => { if (event.key && event.key.startsWith("rh-phone:")) render(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
  setInterval(tick, 1000);
  render();
  sync();
  // The device keeps the page, so that it opens without a connection, and what is recorded even when space is short.
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(say.phoneWorker).catch(() => { /* it works while it is open */ });
  if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => {});
})();
