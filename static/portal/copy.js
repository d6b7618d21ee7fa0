// A press copies a code. Without this script the code is there to be selected.
"use strict";

document.documentElement.dataset.canCopy = ""; // the buttons are shown from now on

const SAID_FOR = 2500; // milliseconds

async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Browsers keep the clipboard from pages that came without TLS.
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

// On the document, since the server card is replaced every few seconds.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copies]");
  if (!button) {
    return;
  }
  try {
    await copy(button.dataset.copies);
  } catch {
    return; // the code can still be selected
  }
  button.focus();
  const words = button.querySelector("[data-copy-words]");
  const before = words.textContent;
  words.textContent = button.dataset.says;
  words.setAttribute("role", "status");
  setTimeout(() => {
    words.textContent = before;
    words.removeAttribute("role");
  }, SAID_FOR);
});
