// Outcome of a start that ends while the page is hidden: told by the page's title, its icon and, if the
// reader asked for it, a notification. Nothing blinks or sounds. It ends when the reader looks.
"use strict";

(() => {
  const CHOICE = "notify-when-ready"; // in localStorage: "yes" or "no"
  const UNDER_WAY = ["queued", "starting"];

  const card = () => document.getElementById("server-card");
  const button = () => document.getElementById("server-notify");
  const title = document.title;
  const icons = [...document.querySelectorAll("link[rel=icon]")];
  const usualIcons = icons.map((link) => link.href);
  // Chrome on Android has the constructor, but throws: there only a service worker may notify.
  const canNotify = "Notification" in window && !/Android/.test(navigator.userAgent);

  let state = card().dataset.state;
  let notification = null;

  const mayNotify = () => canNotify && Notification.permission === "granted" && localStorage[CHOICE] === "yes";

  function showButton() {
    if (button() && canNotify && Notification.permission !== "denied") {
      button().hidden = false;
      button().setAttribute("aria-pressed", String(mayNotify()));
    }
  }

  async function changeChoice() {
    const permission = mayNotify() ? "" : await Notification.requestPermission();
    localStorage[CHOICE] = permission === "granted" ? "yes" : "no";
    showButton();
    if (permission === "denied") {
      document.getElementById("notifications-denied").hidden = false;
      button()?.setAttribute("hidden", "");
    }
  }

  function tell({ title, icon, iconPng, heading, words }) {
    document.title = title;
    for (const link of icons) {
      link.href = link.type === "image/svg+xml" ? icon : iconPng;
    }
    if (mayNotify()) {
      const { lang, dir } = document.documentElement;
      notification = new Notification(heading, { body: words, lang, dir, tag: CHOICE });
      notification.onclick = () => {
        window.focus();
        notification.close();
      };
    }
  }

  function endTelling() {
    document.title = title;
    icons.forEach((link, index) => (link.href = usualIcons[index]));
    notification?.close();
    notification = null;
  }

  document.addEventListener("htmx:afterSwap", () => {
    const before = state;
    state = card().dataset.state;
    showButton();
    const outcome = document.getElementById(`start-${state}`);
    if (document.hidden && outcome && UNDER_WAY.includes(before)) {
      tell(outcome.dataset);
    } else if (UNDER_WAY.includes(state)) {
      endTelling(); // another start, from another page
    }
  });

  document.addEventListener("click", (event) => event.target.closest("#server-notify") && changeChoice());
  document.addEventListener("visibilitychange", () => document.hidden || endTelling());
  showButton();
})();
