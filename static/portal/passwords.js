// Password fields: a polite warning of Caps Lock and of a Persian keyboard, and rules that tick as one types.
"use strict";

(() => {
  const PERSIAN_LETTER = /(?=\p{L})\p{Script=Arabic}/u;
  const ONLY_DIGITS = /^\p{Nd}*$/u;
  const SHORTEST_NAME = 3; // letters that count as a likeness
  const NAMES = ["username", "first_name", "last_name", "email"];

  for (const warning of document.querySelectorAll("[data-keyboard-of]")) {
    const field = document.getElementById(warning.dataset.keyboardOf);
    let hasCapsLock = false;

    const warn = () => {
      const words = [
        hasCapsLock && warning.dataset.capsLock,
        PERSIAN_LETTER.test(field.value) && warning.dataset.persian,
      ].filter(Boolean).join(" ");
      if (warning.textContent !== words) {
        warning.textContent = words;
      }
    };

    for (const name of ["keydown", "keyup"]) {
      field.addEventListener(name, (event) => {
        // A password manager's event has no modifiers.
        hasCapsLock = event.getModifierState?.("CapsLock") ?? false;
        warn();
      });
    }
    field.addEventListener("input", warn);
    field.addEventListener("blur", () => {
      hasCapsLock = false;
      warn();
    });
  }

  function isLikeName(password, form) {
    const typed = password.toLowerCase();
    return NAMES.map((name) => (form.elements[name]?.value ?? "").split("@")[0].trim().toLowerCase())
      .filter((name) => name.length >= SHORTEST_NAME)
      .some((name) => typed.includes(name) || name.includes(typed));
  }

  for (const rules of document.querySelectorAll("[data-rules-of]")) {
    const field = document.getElementById(rules.dataset.rulesOf);
    const holds = {
      length: (password) => [...password].length >= Number(rules.dataset.shortest),
      letters: (password) => !ONLY_DIGITS.test(password),
      name: (password) => password !== "" && !isLikeName(password, field.form),
    };
    const tick = () => {
      for (const rule of rules.querySelectorAll("[data-rule]")) {
        rule.toggleAttribute("data-holds", holds[rule.dataset.rule](field.value));
      }
      const areMet = !rules.querySelector("[data-rule]:not([data-holds])");
      const status = rules.querySelector("[data-when-met]");
      if (areMet !== Boolean(status.textContent)) {
        status.textContent = areMet ? status.dataset.whenMet : "";
      }
    };
    field.form.addEventListener("input", tick);
    tick();
  }
})();
