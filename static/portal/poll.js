// Polls the server card: when the portal says so, one request at a time, not while the page is
// hidden, and less and less often while no response comes.
"use strict";

(() => {
  const SHOWN_AFTER = 2; // failures in a row: a single lost packet is not shown
  const LONGEST_PAUSE = 60; // seconds
  const SPREAD = 0.2; // pages that were opened together do not poll together

  const unreachable = document.getElementById("portal-unreachable");
  const networkGone = document.getElementById("network-gone");
  const card = () => document.getElementById("server-card");

  let timer;
  let failures = 0;

  // A poll of the card or a click in it; the card may have been replaced meanwhile.
  const isOfCard = (event) => Boolean(event.detail.requestConfig.elt.closest("#server-card"));
  const isClick = (event) => event.detail.requestConfig.verb === "post";

  function pause() {
    const pollAfter = Number(card()?.dataset.pollAfter) || LONGEST_PAUSE;
    const seconds = Math.max(pollAfter, Math.min(pollAfter * 2 ** failures, LONGEST_PAUSE));
    return seconds * 1000 * (1 - SPREAD + 2 * SPREAD * Math.random());
  }

  function pollLater() {
    clearTimeout(timer);
    if (!document.hidden) {
      timer = setTimeout(pollNow, pause());
    }
  }

  function pollNow() {
    clearTimeout(timer);
    if (!document.hidden && card()) {
      htmx.trigger(card(), "refresh");
    }
  }

  function showFailures() {
    networkGone.hidden = navigator.onLine;
    unreachable.hidden = !navigator.onLine || failures < SHOWN_AFTER;
  }

  function reached() {
    failures = 0;
    showFailures();
    pollLater();
  }

  function failed(event) {
    failures = isClick(event) ? Math.max(failures, SHOWN_AFTER) : failures + 1;
    showFailures();
    pollLater();
  }

  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const pollAfter = event.detail.xhr.getResponseHeader("Poll-After");
    if (pollAfter && card()) {
      card().dataset.pollAfter = pollAfter; // an unchanged card may have another pace
    }
  });

  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (isOfCard(event)) {
      const { status } = event.detail.xhr;
      status < 400 || status === 429 ? reached() : failed(event);
    }
  });

  // A poll that a click replaces ends with htmx:sendAbort, and the click's response continues.
  for (const failure of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => isOfCard(event) && failed(event));
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : pollNow()));
  window.addEventListener("pageshow", (event) => event.persisted && pollNow());
  window.addEventListener("offline", showFailures);
  window.addEventListener("online", () => {
    showFailures();
    pollNow();
  });

  showFailures();
  pollLater();
})();
