// The first step after signing up: tells the page the browser's time zone, from which it guesses the country.
(function () {
  const here = new URL(location.href);
  if (here.searchParams.has("zone")) return;
  let zone = "";
  try { zone = Intl.DateTimeFormat().resolvedOptions().timeZone || ""; } catch { /* the languages are enough */ }
  if (!zone || zone === "UTC") return;
  here.searchParams.set("zone", zone);
  location.replace(here);
})();
