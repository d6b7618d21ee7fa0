// Copy buttons for reference codes. Without this script the code can be selected and copied by hand.
"use strict";

document.documentElement.dataset.canCopy = ""; // shows the buttons: reference.css

const CONFIRMATION_MILLISECONDS = 2500;

async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Browsers offer no clipboard to pages without TLS.
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (!copied) {
    throw new Error("the browser did not copy");
  }
}

// The listener is on the document, because the server card is replaced every few seconds.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy-text]");
  if (!button) {
    return;
  }
  try {
    await copy(button.dataset.copyText);
  } catch {
    return; // the code can still be selected
  }
  button.focus();
  const label = button.querySelector("[data-copy-label]");
  const before = label.textContent;
  label.textContent = button.dataset.copiedLabel;
  label.setAttribute("role", "status");
  setTimeout(() => {
    label.textContent = before;
    label.removeAttribute("role");
  }, CONFIRMATION_MILLISECONDS);
});
