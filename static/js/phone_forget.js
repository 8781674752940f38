// Before somebody signs in: nothing of the last person is left in this browser but time that was never sent,
// which waits under the name of their account until they sign in again (static/js/phone.js).
(function () {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith("rh-phone:"));
    keys.filter((key) => key === "rh-phone:account" || key.endsWith(":state")).forEach((key) => localStorage.removeItem(key));
  } catch { /* nothing is kept in this browser */ }
  try {
    ["rh-lists", "rh-return"].forEach((key) => sessionStorage.removeItem(key)); // the lists of static/js/page.js
  } catch { /* nothing is kept in this tab */ }
  if ("caches" in window) {
    caches.keys().then((names) => names.filter((name) => name.startsWith("rh-phone-")).forEach((name) => caches.delete(name))).catch(() => {});
  }
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.getRegistrations()
      .then((all) => all.filter((one) => new URL(one.scope).pathname === "/timer/app/").forEach((one) => one.unregister())).catch(() => {});
  }
})();
