// Texts of the page's language, and numbers as it writes them.

const all = JSON.parse(document.getElementById("texts").textContent);
export const language = document.documentElement.lang;
export const root = document.documentElement.dataset.root;

/** A text with its places filled, numbers as the language writes them; {desks:desk|desks} is "1 desk" or "2 desks". */
export function t(key, values = {}) {
  return (all[key] ?? key).replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (whole, name, one, several) => {
    if (!(name in values)) return whole;
    const value = typeof values[name] === "number" ? number(values[name]) : values[name];
    return one === undefined ? value : `${value} ${value === "1" ? one : several}`;
  });
}

export const has = (key) => key in all;

/** What the search does now; a stage without a text is said as work that goes on. */
export function stage(name) {
  return all[`stage.${(name || "").replaceAll(" ", "_")}`] ?? (name ? t("page.working") : "–");
}

const formats = new Map(); // by decimals: making one takes long

export function number(value, decimals = 0) {
  if (value === null || value === undefined) return "–";
  if (!formats.has(decimals)) formats.set(decimals, new Intl.NumberFormat(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
  return formats.get(decimals).format(value).replace("-", "−");
}

/** Whether a bound says anything of a total: 0 of what costs something is no bound yet. */
export function isBound(total, bound) {
  if (bound === null || bound === undefined) return false;
  return total === null || total === undefined ? bound > 0 : total - bound < Math.max(Math.abs(total), 1);
}

/** A gap in per cent; one of 100 or more tells nothing. */
export const gapSaid = (gap) => (gap === null || gap === undefined || gap >= 1 ? "–" : percent(gap, 1));

export function percent(share, decimals = 0) {
  if (share === null || share === undefined) return "–";
  const least = 10 ** -decimals, sign = language === "id" ? "%" : " %";
  if (share > 0 && 100 * share < least / 2) return `< ${number(least, decimals)}${sign}`;
  return number(100 * share, decimals) + sign;
}

export const moment = (time) => new Date(time).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
