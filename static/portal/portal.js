// Small comforts on every page. Without this script everything works all the same.
"use strict";

// A form that was sent is not sent again by a second press; after a while, or when the reader
// comes back to the page, it may be.
const SENT_FOR = 10000; // milliseconds
const heldForms = new WeakMap();

function hold(form, milliseconds) {
  clearTimeout(heldForms.get(form));
  heldForms.set(form, setTimeout(release, milliseconds, form));
  for (const button of form.querySelectorAll("[type=submit]")) {
    button.setAttribute("aria-disabled", "true");
  }
}

function release(form) {
  clearTimeout(heldForms.get(form));
  heldForms.delete(form);
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
    if (heldForms.has(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    hold(form, SENT_FOR);
  },
  true,
);

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target instanceof HTMLFormElement) {
    release(event.target);
  }
});

window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    document.querySelectorAll("form").forEach(release);
  }
});

// A password may be looked at before it is sent.
for (const button of document.querySelectorAll("[data-reveals]")) {
  const input = document.getElementById(button.dataset.reveals);
  const words = button.firstChild;
  const show = words.nodeValue;
  button.hidden = false;
  button.addEventListener("click", () => {
    const revealed = input.type === "password";
    input.type = revealed ? "text" : "password";
    words.nodeValue = revealed ? button.dataset.labelHide : show;
    button.setAttribute("aria-pressed", String(revealed));
  });
  // Hidden again on the way out, or the browser would keep it among the words it suggests.
  input.form?.addEventListener("submit", () => {
    input.type = "password";
  });
}

// A menu closes when the reader turns elsewhere.
for (const menu of document.querySelectorAll("details[data-closes-itself]")) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) {
      menu.open = false;
    }
  });
}

// The first field that is wrong is where the reader wants to be.
document.querySelector("[aria-invalid=true]")?.focus();
