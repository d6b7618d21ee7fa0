// Polls the server card: when the portal says so, one request at a time, and less and less often while
// no response comes. A hidden page polls only while a start is under way, and gently. The way to the Lab
// leads through the portal: the page leaves only once somebody sees it and the portal answers, because a
// browser's own error page has no way back.
"use strict";

(() => {
  const SHOWN_AFTER = 2; // failures in a row: a single lost packet is not shown
  const LONGEST_PAUSE = 60; // seconds
  const TIMEOUT = 15000; // milliseconds, as in the configuration of htmx
  const RETRY = 0.25; // seconds, doubled for each failure: after 1, 2, 4, …
  const HIDDEN_PAUSE = 5; // seconds at least; browsers slow the timers of hidden pages down as well
  const HIDDEN_SHARE = 0.1; // of the time that the page has been hidden: 55 polls in an hour
  const HIDDEN_LIMIT = 3600; // seconds
  const SPREAD = 0.2; // pages that were opened together do not poll together

  const unreachable = document.getElementById("portal-unreachable");
  const networkGone = document.getElementById("network-gone");
  const card = () => document.getElementById("server-card");

  let timer;
  let failures = 0;
  let destination = ""; // the Lab's address, until the portal answers
  let isChecking = false;
  let hiddenAt = performance.now();

  // A poll of the card or a click in it; the card may have been replaced meanwhile.
  const isOfCard = (event) => Boolean(event.detail.requestConfig.elt.closest("#server-card"));
  const isClick = (event) => event.detail.requestConfig.verb === "post";

  const hiddenSeconds = () => (performance.now() - hiddenAt) / 1000;
  const isUnderWay = () => ["queued", "starting"].includes(card()?.dataset.state);
  const mayPoll = () => !document.hidden || (isUnderWay() && hiddenSeconds() < HIDDEN_LIMIT);

  function pause() {
    const pollAfter = destination ? RETRY : Number(card()?.dataset.pollAfter) || LONGEST_PAUSE;
    const patient = Math.max(pollAfter, Math.min(pollAfter * 2 ** failures, LONGEST_PAUSE));
    // Never more often than a visible page.
    const seconds = document.hidden
      ? Math.max(patient, HIDDEN_PAUSE, hiddenSeconds() * HIDDEN_SHARE)
      : patient;
    return seconds * 1000 * (1 - SPREAD + 2 * SPREAD * Math.random());
  }

  function pollLater() {
    clearTimeout(timer);
    if (mayPoll()) {
      timer = setTimeout(pollNow, pause());
    }
  }

  function pollNow() {
    clearTimeout(timer);
    if (!mayPoll()) {
      return;
    }
    if (destination) {
      leave();
    } else if (card()) {
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

  // A failure that somebody waits for is shown at once.
  function failed(isAwaited) {
    failures = isAwaited ? Math.max(failures + 1, SHOWN_AFTER) : failures + 1;
    showFailures();
    pollLater();
  }

  // The usual answer is a redirect, which is not followed: its status is 0 here.
  async function answers(address) {
    const timeout = new AbortController();
    setTimeout(() => timeout.abort(), TIMEOUT);
    try {
      const response = await fetch(address, { method: "HEAD", redirect: "manual", signal: timeout.signal });
      return response.status < 500;
    } catch {
      return false;
    }
  }

  async function leave() {
    if (isChecking || document.hidden) {
      return;
    }
    const links = document.querySelectorAll("#server-open a");
    isChecking = true;
    links.forEach((link) => link.setAttribute("aria-disabled", "true"));
    const isReachable = await answers(destination);
    links.forEach((link) => link.removeAttribute("aria-disabled"));
    isChecking = false;
    if (destination && isReachable) {
      location.assign(destination);
      stay();
      pollLater();
    } else if (destination) {
      failed(true);
    }
  }

  function stay() {
    destination = "";
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
      status < 400 || status === 429 ? reached() : failed(isClick(event));
    }
  });

  // A poll that a click replaces ends with htmx:sendAbort, and the click's response continues.
  for (const failure of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => isOfCard(event) && failed(isClick(event)));
  }

  document.addEventListener("open-lab", (event) => {
    event.preventDefault(); // without this script the page leaves at once
    destination = event.detail.url;
    failures = 0;
    leave();
  });

  // Whoever uses another button or link meanwhile does not want to go to the Lab.
  document.addEventListener("htmx:beforeRequest", (event) => isOfCard(event) && isClick(event) && stay());
  window.addEventListener("beforeunload", stay);

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      hiddenAt = performance.now();
      pollLater();
    } else {
      pollNow();
    }
  });
  window.addEventListener("pageshow", (event) => event.persisted && pollNow());
  window.addEventListener("offline", showFailures);
  window.addEventListener("online", () => {
    showFailures();
    pollNow();
  });

  showFailures();
  pollLater();
})();
