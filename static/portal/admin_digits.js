// Digits of the reader in what the scripts of Django's admin count: «۲ از ۱۸ انتخاب شده است».
(() => {
  if (document.documentElement.lang !== "fa" || !window.interpolate) return;
  const interpolate = window.interpolate;
  const persian = (value) =>
    /^\d+$/.test(String(value)) ? String(value).replace(/\d/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[digit]) : value;
  window.interpolate = (format, values, named) => {
    const shown = named
      ? Object.fromEntries(Object.entries(values).map(([name, value]) => [name, persian(value)]))
      : [].concat(values).map(persian);
    return interpolate(format, shown, named);
  };
})();
