// Keeps the server card alive: what changed is said aloud, the clock ticks, and nothing that
// the reader has opened or reached is lost when the card is replaced.
"use strict";

const CARD = "server-card";
const card = () => document.getElementById(CARD);
const announcement = document.getElementById("server-announcement");
const unreachable = document.getElementById("portal-unreachable");

// --- What changed is said aloud, once ---------------------------------------------------------

function words() {
  const heading = document.getElementById("server-heading");
  const progress = document.getElementById("server-progress-words");
  return [heading, progress].map((part) => part?.textContent.trim()).filter(Boolean).join(". ");
}

let said = words(); // what is there when the page opens is read with the page

function announce() {
  const now = words();
  if (now !== said) {
    said = now;
    announcement.textContent = now;
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

// --- The card is replaced ----------------------------------------------------------------------

let openQuestions = [];
let focused = "";
let pressed = false;
let stateBefore = card().dataset.state;

document.addEventListener("htmx:beforeRequest", (event) => {
  const isPoll = event.target.id === CARD;
  if (isPoll && document.hidden && !("busy" in event.target.dataset)) {
    event.preventDefault(); // nobody is looking, and nothing is under way
  }
});

document.addEventListener("htmx:beforeSwap", (event) => {
  // Anything but a card, as the sign-in page after a session's end, belongs on a page of its own.
  if (event.detail.xhr.status === 200 && !event.detail.serverResponse.includes(`id="${CARD}"`)) {
    event.detail.shouldSwap = false;
    location.reload();
    return;
  }
  openQuestions = [...card().querySelectorAll("details[open]")].map((question) => question.id);
  focused = card().contains(document.activeElement) ? document.activeElement.id : "";
  pressed = event.detail.requestConfig.verb === "post";
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== CARD) {
    return;
  }
  if (pressed) {
    document.getElementById("server-heading").focus({ preventScroll: true });
  } else {
    for (const id of openQuestions) {
      document.getElementById(id)?.setAttribute("open", "");
    }
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
  readClock();
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

// --- The portal itself cannot be reached ---------------------------------------------------------

for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(failure, () => {
    unreachable.hidden = false;
  });
}

document.addEventListener("htmx:afterOnLoad", () => {
  unreachable.hidden = true;
});

// --- The reader comes back -------------------------------------------------------------------------

function refresh() {
  if (!document.hidden && card()) {
    htmx.trigger(card(), "refresh");
  }
}

document.addEventListener("visibilitychange", refresh);
window.addEventListener("online", refresh);
window.addEventListener("pageshow", (event) => event.persisted && refresh());
