// Names of the symbols beside Django's two search fields of a choice: a span without a role has none.
"use strict";

window.addEventListener("load", () => {
  for (const symbol of document.querySelectorAll(".search-label-icon")) {
    symbol.setAttribute("role", "img");
  }
});
