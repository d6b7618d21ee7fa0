"""Spelling mistakes and former words of Persian texts, each as a pattern."""

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

# No letter and no joiner before, and no letter behind: «ظرف», «ظرف‌ها», but not «ظرفیت».
_WORD = r"(?<![آ-ی\u200c])(?:{})(?![آ-ی])"

FORMER_WORDS = {
    "شاپرک, or پورت for a port": r"درگاه",
    "شاپرک, outside texts for operators": r"پورتال",
    "ایمیل": "رایانامه|" + _WORD.format("نامه"),
    "محیط کار": r"نوت‌بوک (پاسخ|نزدیک|بارگذاری)|سرویس نوت‌بوک|سرور نوت‌بوک",
    "سامانهٔ اجرای سرورها": r"سامانه‌ای که",
    "کانتینر": _WORD.format("ظرف"),
    "بی‌استفاده": r"بی‌?کار",
    "دوباره راه‌اندازی": r"از نو|راه بیندازید|راه افتاده",
    "مدیر سامانه": r"مدیران سامانه|گردانند",
    "فیلتر": r"صافی|غربال",
    "تلاش کنید": r"امتحان کن",
    "فایل": r"پرونده",
    "پردازه": r"کارگر",
    "پروفایل": r"نمایه",
    "پوشهٔ شخصی": r"خانگی",
    "سرور": r"کارساز",
    "کلاینت": r"کارخواه",
    "سایت": r"وب‌?گاه",
    "دانلود": r"بارگیری",
    "زیر بار سنگین": r"پربار",
}
"""Words that give way to the one in the key: one thing has one name (docs/translation.md)."""

WORDING_MISTAKES = {
    "تایید without hamza": r"تایید",
    "another word for password": r"رمز|پسورد|کلمهٔ? عبور",
    "familiar address": r"(^|[^آ-ی])(تو|کن|کرده‌ای|حساب‌ات|بسپار)($|[^آ-ی])",
}
"""Of the portal, which says «شما» to everybody."""
