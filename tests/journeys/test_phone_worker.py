"""The worker that keeps the timer's page on a device, in a browser with a world of its own."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page

pytestmark = pytest.mark.browser
WORKER = Path(settings.BASE_DIR) / "static/js/phone_worker.js"
#: Runs the worker with a cache and a network that the test describes; tells what a visit came to.
VISIT = """async ([source, kept, answers, wait]) => {
  const store = new Map(kept ? [["/timer/app/", new Response(kept)]] : []);
  const match = async (path) => { const one = store.get(path); return one && one.clone(); };
  const put = async (path, one) => { store.set(path, one); };
  const cache = { match, put, addAll: async () => {} };
  const caches = { open: async () => cache, keys: async () => [] };
  const basic = (text) => Object.defineProperty(new Response(text), "type", { value: "basic" });
  const plain = Response.prototype.clone;
  Response.prototype.clone = function () {
    const copy = plain.call(this);
    return this.type === "basic" ? Object.defineProperty(copy, "type", { value: "basic" }) : copy;
  };
  const fetch = () => new Promise((done) => { setTimeout(() => done(basic(answers)), wait); });
  const heard = {}, waits = [];
  const self = { addEventListener: (name, act) => { heard[name] = act; }, clients: {} };
  const timeout = (act, time) => setTimeout(act, time / 20);
  const location = { origin: "https://hub.example" };
  const names = ["self", "caches", "fetch", "setTimeout", "location", "PAGE", "FILES", "NAME"];
  const run = new Function(...names, source);
  run(self, caches, fetch, timeout, location, "/timer/app/", [], "rh-phone-1");
  let shown;
  const request = { method: "GET", mode: "navigate", url: "https://hub.example/timer/app/" };
  const respondWith = (one) => { shown = one; };
  heard.fetch({ request, respondWith, waitUntil: (one) => waits.push(one) });
  const answer = await shown;
  await Promise.all(waits);
  const now = store.get("/timer/app/");
  Response.prototype.clone = plain;
  return [answer.type === "error" ? "error" : await answer.text(), now ? await now.text() : ""];
}"""
OLD, NEW = "<main data-phone='rh-phone-1'>", "<main data-phone='rh-phone-2'>"


@pytest.mark.parametrize(
    ("kept", "answer", "wait", "comes_to"),
    [
        (OLD, OLD + "fresh", 0, [OLD + "fresh", OLD + "fresh"]),
        (OLD, NEW, 0, [NEW, OLD]),  # its files are in the cache of the next worker
        (OLD, OLD + "late", 600, [OLD, OLD]),
        ("", OLD + "late", 600, [OLD + "late", OLD + "late"]),  # who has nothing waits
    ],
)
def test_a_device_keeps_the_page_of_its_own_version_and_waits_where_it_has_none(
    page: Page, kept: str, answer: str, wait: int, comes_to: Any
) -> None:
    page.goto("about:blank")
    source = WORKER.read_text(encoding="utf-8")
    assert page.evaluate(VISIT, [source, kept, answer, wait]) == comes_to
