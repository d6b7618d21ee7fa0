// Passkey buttons: connects each to allauth's webauthn.js, and shows why a passkey was not used.
"use strict";

const passkeyProblems = document.getElementById("passkey-problem");

function showPasskeyProblem(kind) {
  for (const problem of passkeyProblems.querySelectorAll("[data-problem]")) {
    problem.hidden = problem.dataset.problem !== kind;
  }
}

// The event of webauthn.js: the person cancelled, the time was over, or the device refused.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault(); // it would log the error
  showPasskeyProblem(window.PublicKeyCredential ? "failed" : "unsupported");
});

for (const button of document.querySelectorAll("[data-passkey]")) {
  const { passkey, credential, passwordless } = button.dataset;
  window.allauth.webauthn.forms[passkey]({
    ids: {
      add: button.id,
      authenticate: button.id,
      login: button.id,
      credential,
      passwordless,
      data: "passkey-data",
    },
  });
}
