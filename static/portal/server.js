// Keeps the server card alive: what changed is said aloud, the clock ticks, progress moves smoothly,
// and nothing that the reader has opened or reached is lost when the card is replaced.
"use strict";

const CARD = "server-card";
const card = () => document.getElementById(CARD);
const announcement = document.getElementById("server-announcement");
const notice = document.getElementById("server-notice");

// --- What changed is said aloud, once ---------------------------------------------------------

const SAY_PROGRESS_EVERY = 20; // seconds: a place in line may change more often than one can listen

const headingWords = () => document.getElementById("server-heading")?.textContent.trim() ?? "";
const progressWords = () => document.getElementById("server-progress-words")?.textContent.trim() ?? "";

// What is there when the page opens is read with the page.
let saidHeading = headingWords();
let saidProgress = progressWords();
let saidAt = performance.now();

function announce() {
  const [heading, progress] = [headingWords(), progressWords()];
  const isNewState = heading !== saidHeading;
  const isDue = performance.now() - saidAt > SAY_PROGRESS_EVERY * 1000;
  if (isNewState || (progress !== saidProgress && isDue)) {
    [saidHeading, saidProgress, saidAt] = [heading, progress, performance.now()];
    announcement.textContent = [heading, progress].filter(Boolean).join(". ");
  }
}

// --- The clock of a start ----------------------------------------------------------------------

const toDigits = new Intl.NumberFormat(document.documentElement.lang, { useGrouping: false });
const toTwoDigits = new Intl.NumberFormat(document.documentElement.lang, { minimumIntegerDigits: 2 });

function asClock(seconds) {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const rest = toTwoDigits.format(seconds % 60);
  if (hours) {
    return `${toDigits.format(hours)}:${toTwoDigits.format(minutes % 60)}:${rest}`;
  }
  return `${toDigits.format(minutes)}:${rest}`;
}

let clockStart = null; // on the clock of this page: the reader's own may be wrong

function readClock() {
  const shown = card()?.querySelector("[data-elapsed]");
  clockStart = shown ? performance.now() - Number(shown.dataset.elapsed) * 1000 : null;
}

function tick() {
  const shown = card()?.querySelector("[data-elapsed]");
  if (shown && clockStart !== null) {
    shown.textContent = asClock(Math.floor((performance.now() - clockStart) / 1000));
  }
}

readClock();
setInterval(tick, 1000);

// --- Progress moves smoothly -------------------------------------------------------------------

const MOVE_MILLISECONDS = 600;
const calmly = window.matchMedia("(prefers-reduced-motion: reduce)");
let shownProgress = null;

const progressBar = () => document.getElementById("server-progress");

function moveProgress() {
  const bar = progressBar();
  const [from, to] = [shownProgress, bar?.hasAttribute("value") ? bar.value : null];
  if (from === null || to === null || to <= from || calmly.matches) {
    return;
  }
  const began = performance.now();
  function step(now) {
    const part = Math.min(Math.max((now - began) / MOVE_MILLISECONDS, 0), 1);
    bar.value = from + (to - from) * (1 - (1 - part) ** 3);
    if (part < 1 && bar.isConnected) {
      requestAnimationFrame(step);
    }
  }
  bar.value = from;
  requestAnimationFrame(step);
}

// --- The card is replaced ----------------------------------------------------------------------

// A press is meant for the button that the reader saw. "Cancel" comes to stand where "Start" was,
// and the second half of a double press would take the start back: systems count two presses
// within this time as one double press.
const DOUBLE_PRESS = 500; // milliseconds

let openQuestions = [];
let focused = "";
let pressed = false;
let stateBefore = card().dataset.state;

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 429) {
    // A press too many: why it was not taken is said above the card, which stays as it is.
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    return;
  }
  // Anything but a card, as the sign-in page after a session's end, belongs on a page of its own.
  if (event.detail.xhr.status === 200 && !event.detail.serverResponse.includes(`id="${CARD}"`)) {
    event.detail.shouldSwap = false;
    location.reload();
    return;
  }
  openQuestions = [...card().querySelectorAll("details[open]")].map((question) => question.id);
  focused = card().contains(document.activeElement) ? document.activeElement.id : "";
  pressed = event.detail.requestConfig.verb === "post";
  shownProgress = progressBar()?.hasAttribute("value") ? progressBar().value : null;
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== CARD) {
    return;
  }
  if (pressed) {
    notice.textContent = "";
    document.getElementById("server-heading").focus({ preventScroll: true });
    card()
      .querySelectorAll("form")
      .forEach((form) => hold(form, DOUBLE_PRESS));
  } else {
    for (const id of openQuestions) {
      document.getElementById(id)?.setAttribute("open", "");
    }
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
  readClock();
  moveProgress();
  announce();
  if (card().dataset.state !== stateBefore) {
    stateBefore = card().dataset.state;
    htmx.trigger("#recent-starts", "server-changed");
  }
});

// --- The start that was pressed here is ready -------------------------------------------------------

document.addEventListener("lab-ready", (event) => {
  location.assign(event.detail.url);
});
