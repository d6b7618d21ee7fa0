// The server card on the dashboard: announces changes to screen readers, counts the elapsed time,
// animates the progress bar, and keeps focus and open questions when the card is replaced.
"use strict";

const CARD = "server-card";
const card = () => document.getElementById(CARD);
const announcement = document.getElementById("server-announcement");
const notice = document.getElementById("server-notice");

// --- Changes are announced once --------------------------------------------------------------

const PROGRESS_ANNOUNCEMENT_MILLISECONDS = 20000; // a queue position may change faster than one can listen

const headingText = () => document.getElementById("server-heading")?.textContent.trim() ?? "";
const progressText = () => document.getElementById("server-progress-words")?.textContent.trim() ?? "";

// Screen readers read the first card together with the page.
let announcedHeading = headingText();
let announcedProgress = progressText();
let announcedAt = performance.now();

function announce() {
  const [heading, progress] = [headingText(), progressText()];
  const isNewState = heading !== announcedHeading;
  const isDue = performance.now() - announcedAt > PROGRESS_ANNOUNCEMENT_MILLISECONDS;
  if (isNewState || (progress !== announcedProgress && isDue)) {
    [announcedHeading, announcedProgress, announcedAt] = [heading, progress, performance.now()];
    announcement.textContent = [heading, progress].filter(Boolean).join(". ");
  }
}

// --- Elapsed time of a start -------------------------------------------------------------------

const toDigits = new Intl.NumberFormat(document.documentElement.lang, { useGrouping: false });
const toTwoDigits = new Intl.NumberFormat(document.documentElement.lang, { minimumIntegerDigits: 2 });

function formatElapsed(seconds) {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const rest = toTwoDigits.format(seconds % 60);
  if (hours) {
    return `${toDigits.format(hours)}:${toTwoDigits.format(minutes % 60)}:${rest}`;
  }
  return `${toDigits.format(minutes)}:${rest}`;
}

let startedAt = null; // by performance.now(): the device's clock may be wrong

function readElapsed() {
  const timer = card()?.querySelector("[data-elapsed]");
  startedAt = timer ? performance.now() - Number(timer.dataset.elapsed) * 1000 : null;
}

function showElapsed() {
  const timer = card()?.querySelector("[data-elapsed]");
  if (timer && startedAt !== null) {
    timer.textContent = formatElapsed(Math.floor((performance.now() - startedAt) / 1000));
  }
}

readElapsed();
setInterval(showElapsed, 1000);

// --- Animation of the progress bar -------------------------------------------------------------

const ANIMATION_MILLISECONDS = 600;
const reducedMotion = window.matchMedia("(prefers-reduced-motion: reduce)");
let progressBefore = null;

const progressBar = () => document.getElementById("server-progress");

function animateProgress() {
  const bar = progressBar();
  const [from, to] = [progressBefore, bar?.hasAttribute("value") ? bar.value : null];
  if (from === null || to === null || to <= from || reducedMotion.matches) {
    return;
  }
  const began = performance.now();
  function step(now) {
    const part = Math.min(Math.max((now - began) / ANIMATION_MILLISECONDS, 0), 1);
    bar.value = from + (to - from) * (1 - (1 - part) ** 3);
    if (part < 1 && bar.isConnected) {
      requestAnimationFrame(step);
    }
  }
  bar.value = from;
  requestAnimationFrame(step);
}

// --- Replacement of the card -------------------------------------------------------------------

// "Cancel" appears where "Start" was, so the second click of a double click would cancel the start.
// Operating systems count two clicks within this time as one double click.
const DOUBLE_CLICK_MILLISECONDS = 500;

let openQuestions = [];
let focused = "";
let replacedByClick = false;
let stateBefore = card().dataset.state;

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 429) {
    // Rate limit: the reason is shown above the card, and the card stays.
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    return;
  }
  if (event.detail.xhr.status === 403 && event.detail.requestConfig.verb === "post") {
    // The page is from before a sign-in: a retry would be refused as well.
    event.detail.shouldSwap = false;
    location.reload();
    return;
  }
  if (event.detail.xhr.status === 200 && event.detail.target.id === "first-steps") {
    // They go away with the button that had the focus.
    document.getElementById("server-heading").focus({ preventScroll: true });
    return;
  }
  // A response without a card, such as the sign-in page after the session ended, needs a whole page.
  if (event.detail.xhr.status === 200 && !event.detail.serverResponse.includes(`id="${CARD}"`)) {
    event.detail.shouldSwap = false;
    location.reload();
    return;
  }
  openQuestions = [...card().querySelectorAll("details[open]")].map((question) => question.id);
  focused = card().contains(document.activeElement) ? document.activeElement.id : "";
  replacedByClick = event.detail.requestConfig.verb === "post";
  progressBefore = progressBar()?.hasAttribute("value") ? progressBar().value : null;
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== CARD) {
    return;
  }
  if (replacedByClick) {
    notice.textContent = "";
    document.getElementById("server-heading").focus({ preventScroll: true });
    card()
      .querySelectorAll("form")
      .forEach((form) => lockForm(form, DOUBLE_CLICK_MILLISECONDS));
  } else {
    for (const id of openQuestions) {
      document.getElementById(id)?.setAttribute("open", "");
    }
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
  readElapsed();
  animateProgress();
  announce();
  if (card().dataset.state !== stateBefore) {
    stateBefore = card().dataset.state;
    htmx.trigger("#recent-starts", "server-changed");
  }
});

// --- The Lab opens: by itself after a start that was requested in this tab, or by the button ------

// The part of the wanted address behind "#". Browsers keep it over redirects: from the Lab's address to
// this page, and from "open" to the Lab. It is read once, as links within this page change it.
const fragment = location.hash;
const withFragment = (url) => (url.includes("next=") ? url + fragment : url);

// Returns whether poll.js opens the address, which it does once the portal answers.
const isOpening = (url) =>
  !document.dispatchEvent(new CustomEvent("open-lab", { cancelable: true, detail: { url } }));

// The link that the width of the screen leaves: of JupyterLab or of Notebook.
const openLink = () => [...document.querySelectorAll("#server-open a")].find((link) => link.offsetParent);

document.addEventListener("lab-ready", (event) => {
  // The Lab in the tab before goes on. A second one would have an empty workspace.
  if (document.getElementById("lab-in-other-tab") && !event.detail.chosen) {
    return;
  }
  const url = withFragment(openLink()?.href ?? event.detail.url);
  if (!isOpening(url)) {
    location.assign(url);
  }
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("#server-open a");
  if (!link) {
    return;
  }
  if (!link.hash) {
    link.href = withFragment(link.href);
  }
  const isForNewTab = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!isForNewTab && isOpening(link.href)) {
    event.preventDefault();
  }
});
