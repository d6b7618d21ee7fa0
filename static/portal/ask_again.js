// Asks for the server card again: when the portal says, one question at a time, not while nobody
// looks, and less and less often while nobody answers.
"use strict";

(() => {
  const SHOWN_AFTER = 2; // failures in a row: a single lost packet is nobody's business
  const LONGEST_PAUSE = 60; // seconds
  const SPREAD = 0.2; // a class that opened the page together does not come in step

  const unreachable = document.getElementById("portal-unreachable");
  const networkGone = document.getElementById("network-gone");
  const card = () => document.getElementById("server-card");

  let timer;
  let failures = 0;

  // A question about the card, or a press in it, which may have been replaced meanwhile.
  const isOfCard = (event) => Boolean(event.detail.requestConfig.elt.closest("#server-card"));
  const isPress = (event) => event.detail.requestConfig.verb === "post";

  function pause() {
    const told = Number(card()?.dataset.askAgain) || LONGEST_PAUSE;
    const seconds = Math.max(told, Math.min(told * 2 ** failures, LONGEST_PAUSE));
    return seconds * 1000 * (1 - SPREAD + 2 * SPREAD * Math.random());
  }

  function askLater() {
    clearTimeout(timer);
    if (!document.hidden) {
      timer = setTimeout(askNow, pause());
    }
  }

  function askNow() {
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
    askLater();
  }

  function failed(event) {
    failures = isPress(event) ? Math.max(failures, SHOWN_AFTER) : failures + 1;
    showFailures();
    askLater();
  }

  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const again = event.detail.xhr.getResponseHeader("Ask-Again-After");
    if (again && card()) {
      card().dataset.askAgain = again; // the card stays as it is, and its pace may change
    }
  });

  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (isOfCard(event)) {
      const { status } = event.detail.xhr;
      status < 400 || status === 429 ? reached() : failed(event);
    }
  });

  // A question that gave way to a press ends with htmx:sendAbort, and the press goes on from there.
  for (const failure of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => isOfCard(event) && failed(event));
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : askNow()));
  window.addEventListener("pageshow", (event) => event.persisted && askNow());
  window.addEventListener("offline", showFailures);
  window.addEventListener("online", () => {
    showFailures();
    askNow();
  });

  showFailures();
  askLater();
})();
