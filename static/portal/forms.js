// Validation of forms before they are sent: the portal's sentences next to the fields, in the page's
// language, and never a browser's bubble. The server validates again, with the same sentences.
"use strict";

(() => {
  const INVISIBLE = /[\u200c-\u200f\u202a-\u202e\u2066-\u2069]/g; // keyboards add them, the server drops them
  const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

  const fieldsOf = (form) => [...form.elements].filter((field) => document.getElementById(`${field.id}_error`));
  const firstPassword = (field) => field.form.elements.password1?.value;

  // Returns the sentence about the first thing that is wrong, or "".
  function findError(field) {
    const { errorRequired, errorAddress, errorDiffers } = field.dataset;
    const value = field.value.replace(INVISIBLE, "").trim();
    if (errorRequired && (field.type === "checkbox" ? !field.checked : field.value === "")) {
      return errorRequired;
    }
    if (errorAddress && value && !ADDRESS.test(value)) {
      return errorAddress;
    }
    return errorDiffers && field.value !== firstPassword(field) ? errorDiffers : "";
  }

  function show(field, error) {
    const place = document.getElementById(`${field.id}_error`);
    const others = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== place.id);
    const item = document.createElement("li");
    item.textContent = error;
    place.querySelector("ul").replaceChildren(...(error ? [item] : []));
    place.hidden = !error;
    const described = error ? [place.id, ...others] : others;
    described.length ? field.setAttribute("aria-describedby", described.join(" ")) : field.removeAttribute("aria-describedby");
    error ? field.setAttribute("aria-invalid", "true") : field.removeAttribute("aria-invalid");
  }

  function summarise(form, invalid) {
    const summary = form.querySelector("[data-error-summary]");
    if (!summary) {
      return;
    }
    const items = invalid.map((field) => {
      const link = document.createElement("a");
      link.href = `#${field.id}`;
      link.textContent = field.labels[0].textContent.trim();
      const item = document.createElement("li");
      item.append(link);
      return item;
    });
    summary.querySelector("ul").replaceChildren(...items);
    summary.hidden = invalid.length < 2;
  }

  document.addEventListener(
    "submit",
    (event) => {
      const fields = fieldsOf(event.target);
      fields.forEach((field) => show(field, findError(field)));
      const invalid = fields.filter((field) => field.getAttribute("aria-invalid"));
      summarise(event.target, invalid);
      if (invalid.length) {
        event.preventDefault();
        event.stopImmediatePropagation();
        unlockForm(event.target); // portal.js has locked it
        invalid[0].focus();
      }
    },
    true,
  );

  // A field that was changed says at once what is wrong. A press on a button leaves that to the button:
  // a sentence that appears would move it away from under the finger.
  const changed = new WeakSet();
  document.addEventListener("focusout", ({ target, relatedTarget }) => {
    if (changed.has(target) && !relatedTarget?.closest("button")) {
      show(target, findError(target));
    }
  });

  document.addEventListener("input", ({ target }) => {
    if (document.getElementById(`${target.id}_error`)) {
      changed.add(target);
      if (target.getAttribute("aria-invalid") && !findError(target)) {
        show(target, "");
      }
    }
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-error-summary] a");
    if (link) {
      event.preventDefault();
      document.getElementById(link.hash.slice(1)).focus();
    }
  });
})();
