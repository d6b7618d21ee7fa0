"""Spelling mistakes of Persian texts, each as a pattern, for every catalogue of ours."""

SPELLING_MISTAKES = {
    "Arabic ya or kaf": r"[يك]",
    "Latin digits": r"[0-9]",
    "Arabic digits": r"[٠-٩]",
    "Latin punctuation after a Persian letter": r"[آ-ی‌ٔ][,;?]",
    "straight or English quotes": r"[\"“”]",
    "three dots instead of …": r"\.\.\.",
    "a space where می‌ is joined": r"(^|[^آ-ی])ن?می [آ-ی]",
    "a space before the plural": r"[آ-ی] ها(ی|یی)?($|[^آ-ی])",
    "a joiner at the edge of a word": r"(^|[^\w])\u200c|\u200c($|[^\w])",
    "two spaces": r"  ",
}
