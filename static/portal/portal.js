// Form locks, password toggle, menu and focus on every page. Every page also works without this script.
"use strict";

// A second click does not send a form again. The lock ends after some seconds, and when the reader
// returns to the page with the browser's "back".
const SUBMIT_LOCK_MILLISECONDS = 10000;
const lockedForms = new WeakMap();

function lockForm(form, milliseconds) {
  clearTimeout(lockedForms.get(form));
  lockedForms.set(form, setTimeout(unlockForm, milliseconds, form));
  for (const button of form.querySelectorAll("[type=submit]")) {
    button.setAttribute("aria-disabled", "true");
  }
}

function unlockForm(form) {
  clearTimeout(lockedForms.get(form));
  lockedForms.delete(form);
  for (const button of form.querySelectorAll("[type=submit]")) {
    button.removeAttribute("aria-disabled");
  }
}

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form.method !== "post") {
      return;
    }
    if (lockedForms.has(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    lockForm(form, SUBMIT_LOCK_MILLISECONDS);
  },
  true,
);

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target instanceof HTMLFormElement) {
    unlockForm(event.target);
  }
});

window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    document.querySelectorAll("form").forEach(unlockForm);
  }
});

// A form that leads on, such as sign-in, keeps the part of the wanted address behind "#".
const wantedFragment = location.hash;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (wantedFragment && form.querySelector("input[name=next]")?.value && !form.action.includes("#")) {
    form.action += wantedFragment;
  }
});

// A button shows the password while it is typed.
for (const button of document.querySelectorAll("[data-reveals]")) {
  const input = document.getElementById(button.dataset.reveals);
  const label = button.firstChild;
  const showLabel = label.nodeValue;
  button.hidden = false;
  button.addEventListener("click", () => {
    const revealed = input.type === "password";
    input.type = revealed ? "text" : "password";
    label.nodeValue = revealed ? button.dataset.labelHide : showLabel;
    button.setAttribute("aria-pressed", String(revealed));
  });
  // The form sends a password field: browsers store the value of a text field as a suggestion.
  input.form?.addEventListener("submit", () => {
    input.type = "password";
  });
}

// A menu closes when the reader clicks outside it or moves the focus out of it. Escape closes menus and open
// questions. The listeners are the document's: htmx replaces the server card with what is in it.
function closeMenusOutside(element) {
  for (const menu of document.querySelectorAll("details[data-auto-close][open]")) {
    if (!menu.contains(element)) {
      menu.open = false;
    }
  }
}

document.addEventListener("click", (event) => closeMenusOutside(event.target));
document.addEventListener("focusout", (event) => event.relatedTarget && closeMenusOutside(event.relatedTarget));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") {
    return;
  }
  for (const opened of document.querySelectorAll("details[data-closes-on-escape][open]")) {
    opened.open = false;
    opened.querySelector("summary").focus();
  }
});

// Waits of refused attempts count down. Without this script their text shows the whole wait.
const inDigits = (digits) =>
  new Intl.NumberFormat(document.documentElement.lang, { minimumIntegerDigits: digits, useGrouping: false });

for (const countdown of document.querySelectorAll("[data-countdown]")) {
  const until = performance.now() + Number(countdown.dataset.countdown) * 1000;
  const timer = setInterval(() => {
    const left = Math.max(0, Math.ceil((until - performance.now()) / 1000));
    countdown.textContent = `${inDigits(1).format(Math.floor(left / 60))}:${inDigits(2).format(left % 60)}`;
    if (left === 0) {
      clearInterval(timer);
    }
  }, 1000);
}

// The first field with an error gets the focus.
document.querySelector("[aria-invalid=true]")?.focus();

// A worker shows a page of the portal's own while the network is away. It is installed last: the page
// comes first. Browsers offer no workers to pages without TLS.
const workerAddress = document.querySelector("meta[name=service-worker]")?.content;

if (workerAddress && "serviceWorker" in navigator) {
  window.addEventListener("load", () => navigator.serviceWorker.register(workerAddress).catch(() => {}));
}
