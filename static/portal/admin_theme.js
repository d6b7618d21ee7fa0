// Theme of the administration: the one of the portal's pages. Django's own template has no place for
// the attribute, and its own script keeps a second choice.
"use strict";

document.documentElement.dataset.theme = document.currentScript.dataset.theme || "auto";
