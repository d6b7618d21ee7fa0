/* Direction of a text by its words: "rtl", "ltr", or null if it has none. */

const WORD = /\p{L}[\p{L}\p{M}\p{N}\u200c_]*/gu;
const RIGHT_TO_LEFT = /^[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

// The first strong letter, by which `dir="auto"` decides, is wrong for the many Persian sentences
// that begin with a name: «NumPy کتابخانه‌ای است.» This share of right-to-left words is that of
// goog.i18n.bidi.estimateDirection in Google's Closure Library.
const THRESHOLD = 0.4;

export function directionOf(text) {
  const words = text.match(WORD);
  if (!words) {
    return null;
  }
  const persian = words.filter((word) => RIGHT_TO_LEFT.test(word)).length;
  return persian / words.length > THRESHOLD ? "rtl" : "ltr";
}
