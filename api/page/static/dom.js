// Making elements, finding them, and saying things aloud. Text goes in as text, never as HTML.

import { language, number } from "./texts.js";

export const byId = (id) => document.getElementById(id);
export const on = (id, event, work) => byId(id).addEventListener(event, work);
export const hide = (id, isHidden) => { byId(id).hidden = isHidden; };
export const write = (id, text) => { byId(id).textContent = text; };

export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name.startsWith("aria-") || name.startsWith("data-") || name === "role" || name === "for") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A button; small unless it is told what it looks like. */
export const button = (textContent, onclick, more = {}) => el("button", { type: "button", className: "small", textContent, onclick, ...more });
/** An element with words alone; none where there are no words. */
export const words = (tag, textContent, className = "") => (textContent ? el(tag, { className, textContent }) : null);
export const item = (text, className) => words("li", text, className);
export const scrolled = (label, ...children) => el("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": label }, ...children);

/** Put children, where there are any, in the place of what is in an element, or in that with an id. */
export function fill(parent, ...children) {
  (parent.append ? parent : byId(parent)).replaceChildren(...children.filter((child) => child !== null && child !== undefined));
}

/** Make what is in an element anew without taking the keyboard from whoever is in it. */
export function keepFocus(holder, work) {
  const at = holder.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
  work();
  if (at) [...holder.querySelectorAll("[data-focus]")].find((each) => each.dataset.focus === at)?.focus({ preventScroll: true });
}

export function tiles(parent, pairs) {
  fill(parent, ...pairs.map(([figure, words]) => el("div", {}, el("dt", { textContent: words }), el("dd", { textContent: figure }))));
}

/** A table; heads are [title, class], cells a text, a number or {value, said}. A sortable one is sorted by its heads. */
export function table(heads, rows, { caption, total, sortable } = {}) {
  const head = el("tr", {}, ...heads.map(([title, kind], at) => el("th", { scope: "col", className: kind || "" },
    sortable && title ? button(title, (event) => sort(event.currentTarget.closest("th"), at), { className: "sort" }) : title)));
  const lines = rows.map((row, at) => el("tr", { className: total && at === rows.length - 1 ? "total" : "" },
    ...row.map((cell, place) => el("td", { className: heads[place][1] || "", value: cell?.value ?? cell }, cell?.said ?? (typeof cell === "number" ? number(cell) : cell ?? "")))));
  return el("table", {}, caption ? el("caption", { textContent: caption }) : null, el("thead", {}, head), el("tbody", {}, ...lines));
}

function sort(head, at) {
  const up = head.getAttribute("aria-sort") !== "ascending", body = head.closest("table").tBodies[0];
  for (const each of head.parentElement.children) each.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const value = (row) => row.children[at].value ?? "";
  const order = (a, b) => (typeof value(a) === "number" && typeof value(b) === "number" ? value(a) - value(b) : String(value(a)).localeCompare(value(b), language));
  body.append(...[...body.rows].sort((a, b) => (up ? order(a, b) : order(b, a))));
}

/** Bring a part into view within what scrolls around it; the page moves only where nothing else does. */
export function bring(part, holder) {
  if (!part) return;
  const at = part.getBoundingClientRect(), held = holder.getBoundingClientRect();
  if (holder.scrollHeight <= holder.clientHeight + 1) part.scrollIntoView({ block: "nearest" });
  else holder.scrollBy(at.left - held.left - holder.clientWidth / 3, at.top - held.top - holder.clientHeight / 3);
}

export function announce(text) {
  write("spoken", "");
  requestAnimationFrame(() => write("spoken", text));
}

export function notice(text) {
  hide("notice", !text);
  write("notice", text);
  if (text) byId("notice").scrollIntoView({ block: "nearest" });
}
