// Runs before first paint: the chosen theme and language of this browser, so that nothing flashes.
(function () {
  try {
    var theme = localStorage.getItem("rexian.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
    var locale = localStorage.getItem("rexian.locale");
    if (locale) document.documentElement.lang = locale;
  } catch {
    // Storage may be forbidden; the system's theme and the default language are used then.
  }
})();
