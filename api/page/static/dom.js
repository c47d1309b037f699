// Making elements, finding them, and saying things aloud. Text goes in as text, never as HTML.

export const byId = (id) => document.getElementById(id);

export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name.startsWith("aria-") || name.startsWith("data-") || name === "role" || name === "for") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function fill(parent, ...children) {
  parent.replaceChildren(...children.filter((child) => child !== null && child !== undefined));
  return parent;
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

/** A table; heads are [title, class]. A sortable one is sorted by its heads. */
export function table(heads, rows, { caption, total, sortable } = {}) {
  const head = el("tr", {}, ...heads.map(([title, kind], at) => el("th", { scope: "col", className: kind || "" },
    sortable && title ? el("button", { type: "button", className: "sort", textContent: title, onclick: (event) => sort(event.currentTarget, at) }) : title)));
  const lines = rows.map((row, at) => el("tr", { className: total && at === rows.length - 1 ? "total" : "" },
    ...row.map((cell, place) => el("td", { className: heads[place][1] || "" }, cell ?? ""))));
  return el("table", {}, caption ? el("caption", { textContent: caption }) : null, el("thead", {}, head), el("tbody", {}, ...lines));
}

function sort(button, at) {
  const cell = button.closest("th"), body = button.closest("table").tBodies[0];
  const up = cell.getAttribute("aria-sort") !== "ascending";
  for (const each of cell.parentElement.children) each.removeAttribute("aria-sort");
  cell.setAttribute("aria-sort", up ? "ascending" : "descending");
  const decimal = (1.1).toLocaleString(document.documentElement.lang)[1];
  const key = (row) => row.children[at].textContent.trim();
  const value = (text) => Number(text.replace("−", "-").replaceAll(decimal === "," ? "." : ",", "").replace(decimal, ".").replace(/[^\d.-]/g, ""));
  const numbers = cell.className.includes("number");
  const order = (a, b) => (numbers ? (value(key(a)) || 0) - (value(key(b)) || 0) : key(a).localeCompare(key(b), document.documentElement.lang));
  body.append(...[...body.rows].sort((a, b) => (up ? order(a, b) : order(b, a))));
}

export function announce(text) {
  byId("spoken").textContent = "";
  requestAnimationFrame(() => { byId("spoken").textContent = text; });
}

export function notice(text) {
  byId("notice").hidden = !text;
  byId("notice").textContent = text || "";
  if (text) byId("notice").scrollIntoView({ block: "nearest" });
}
