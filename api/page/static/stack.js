// Draws stack plans as SVG from what the service has laid out; towers that did not change are left alone.

import { byId, el, fill } from "./dom.js";
import { number, percent, t } from "./texts.js";

const SVG = "http://www.w3.org/2000/svg";
const FAINT = "#52606d";

export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const text = (x, y, words, size, more = {}) => svg("text", { x, y, "font-size": size, ...more }, words);
const box = (item, more) => svg("rect", { x: item.x, y: item.y, width: Math.max(0, item.x2 - item.x), height: item.y2 - item.y, ...more });

const DRAW = {
  floor: (item) => box(item, { class: "floor", "data-floor": item.floor_id }),
  piece: (item) => {
    const made = box(item, { class: "piece", fill: item.fill, "data-unit": item.unit_id, "data-floor": item.floor_id, "data-body": item.body, "data-shade": item.shade });
    made.datum = item;
    return made;
  },
  vacant: (item) => {
    const made = box(item, { class: "vacant", "data-floor": item.floor_id });
    made.datum = item;
    return made;
  },
  body: (item) => box(item, { class: "frame" }),
  over: (item) => box(item, { class: "over" }),
  tick: (item) => svg("path", { d: `M${item.x} ${item.y}V${item.y2}`, class: "tick" }),
  ground: (item) => svg("path", { d: `M${item.x} ${item.y}H${item.x2}`, stroke: FAINT, "stroke-width": 2 }),
  rule: (item) => svg("path", { d: `M${item.x} ${item.y}H${item.x2}`, stroke: FAINT }),
  label: (item) => text(item.x, item.y, item.text, item.font, { class: "label", fill: item.ink, "data-body": item.body }),
  tower: (item, fonts) => text(item.x, item.y, item.text, fonts.name, { class: "name" }),
  complex: (item, fonts) => text(item.x, item.y, item.text, fonts.usual + 3, { class: "name" }),
  load: (item, fonts) => text(item.x, item.y, item.text, fonts.usual, { fill: FAINT }),
  level: (item, fonts) => text(item.x, item.y, item.text, fonts.usual, { class: "level", fill: FAINT }),
};
const ORDER = ["floor", "vacant", "piece", "tick", "body", "over", "ground", "rule", "label"];
const rank = (item) => (ORDER.indexOf(item.kind) + 1 || ORDER.length + 1);

const group = (items, fonts) => [...items].sort((a, b) => rank(a) - rank(b)).map((item) => DRAW[item.kind](item, fonts));

/**
 * Draw what the service laid out into an element; return the picture.
 * `marked` and `outlined` are keys of pieces ("unit\nfloor"), `arrows` go from floor to floor.
 */
export function drawStack(holder, answer, { marked, outlined, arrows, room } = {}) {
  const head = legend(answer.legend);
  let picture = holder.querySelector(":scope > svg");
  const size = `${answer.width} ${answer.height}`;
  if (!picture || picture.dataset.size !== size) {
    picture = svg("svg", { viewBox: `-4 -4 ${answer.width + 8} ${answer.height + 8}`, "data-size": size, "aria-hidden": "true" });
    picture.towers = new Map();
  }
  const wanted = new Set(answer.towers.map((tower) => tower.id));
  for (const [id, held] of picture.towers) if (!wanted.has(id)) { held.remove(); picture.towers.delete(id); }
  for (const tower of answer.towers) drawTower(picture, tower, answer.fonts);
  picture.querySelectorAll(":scope > .rest, :scope > .over-all").forEach((each) => each.remove());
  picture.append(svg("g", { class: "rest" }, ...group(answer.rest, answer.fonts)), overlay(picture, { marked, outlined, arrows }));
  enlarge(picture, answer, room);
  fill(holder, head, picture);
  return picture;
}

function drawTower(picture, tower, fonts) {
  const drawn = JSON.stringify(tower.items);
  const held = picture.towers.get(tower.id);
  if (held?.drawn === drawn) return;
  const made = svg("g", { class: "tower", "data-tower": tower.id }, ...group(tower.items, fonts));
  made.drawn = drawn;
  if (held) held.replaceWith(made);
  else picture.prepend(made);
  picture.towers.set(tower.id, made);
}

function enlarge(picture, answer, room) {
  const most = room ? Math.max(0.2, (room.width - 4) / (answer.width + 8)) : 1;
  const factor = Math.min(1.7, most);
  picture.setAttribute("width", Math.floor((answer.width + 8) * factor));
  picture.setAttribute("height", Math.floor((answer.height + 8) * factor));
}

function overlay(picture, { marked = new Set(), outlined = new Set(), arrows = [] }) {
  const parts = [];
  for (const piece of picture.querySelectorAll(".piece")) {
    const key = `${piece.dataset.unit}\n${piece.dataset.floor}`, { x, y, x2, y2 } = piece.datum;
    if (outlined.has(key)) parts.push(box({ x: x + 1, y: y + 1, x2: x2 - 1, y2: y2 - 1 }, { class: "moved" }));
    if (marked.has(key)) parts.push(svg("circle", { cx: x + 6, cy: y + 6, r: 3.4, class: "pin" }));
  }
  return svg("g", { class: "over-all" }, ...parts, ...arrows.map((one) => arrow(picture, one)).filter(Boolean));
}

function arrow(picture, { from, to, people }) {
  const at = (id) => {
    const floor = id && picture.querySelector(`.floor[data-floor="${CSS.escape(id)}"]`);
    if (!floor) return null;
    const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(floor.getAttribute(name)));
    return [x + width / 2, y + height / 2];
  };
  const [start, end] = [at(from), at(to)];
  if (!start && !end) return null;
  const [x1, y1] = start ?? [end[0] - 40, end[1] - 24], [x2, y2] = end ?? [start[0] + 40, start[1] - 24];
  const bend = Math.min(60, 12 + Math.hypot(x2 - x1, y2 - y1) / 5), cx = (x1 + x2) / 2, cy = (y1 + y2) / 2 - bend;
  const turn = Math.atan2(y2 - cy, x2 - cx), size = 9;
  const wing = (angle) => `${x2 - size * Math.cos(turn + angle)} ${y2 - size * Math.sin(turn + angle)}`;
  const width = Math.max(1.5, Math.min(6, Math.sqrt(people || 1) / 3));
  const made = svg("g", { class: "arrow" }, svg("path", { d: `M${x1} ${y1}Q${cx} ${cy} ${x2} ${y2}`, "stroke-width": width, fill: "none" }), svg("path", { d: `M${x2} ${y2}L${wing(0.45)}L${wing(-0.45)}Z`, class: "tip" }));
  made.append(svg("title", {}, number(people)));
  return made;
}

function legend({ title, entries }) {
  if (!entries.length) return null;
  return el("div", { className: "legend", role: "group", "aria-label": title }, el("span", { className: "quiet", textContent: title }),
    ...entries.map(({ shade, fill: colour }) => el("button", { type: "button", className: "shade", "aria-pressed": "false", "data-shade": shade }, sample(colour), shade)));
}

function sample(colour) {
  return svg("svg", { width: 13, height: 13, "aria-hidden": "true" }, svg("rect", { width: 13, height: 13, rx: 2, fill: colour, stroke: FAINT, "stroke-width": 0.6 }));
}

/** Light the pieces that a test chooses; without a test all. */
export function lightPieces(holder, test) {
  const picture = holder.querySelector("svg[data-size]");
  if (!picture) return;
  picture.classList.toggle("dimmed", Boolean(test));
  for (const piece of picture.querySelectorAll(".piece, .label")) piece.classList.toggle("lit", Boolean(test?.(piece)));
}

/** Draw a country: each complex with its towers, small, each a button. */
export function drawGlance(holder, answer, { open, names, overfull }) {
  const parts = answer.glance.map((complex) => el("section", { className: "complex" },
    el("h3", { textContent: names.get(complex.id) ?? complex.id }),
    el("div", { className: "glance" }, ...complex.towers.map((tower) => glanceTower(tower, complex, open, overfull)))));
  fill(holder, legend(answer.legend), el("div", { className: "country" }, ...parts));
}

function glanceTower(tower, complex, open, overfull) {
  const desks = tower.floors.reduce((sum, floor) => sum + floor.desks, 0), used = tower.floors.reduce((sum, floor) => sum + floor.used, 0);
  const most = Math.max(...tower.floors.map((floor) => floor.desks), 1), high = Math.max(3, Math.min(6, 90 / tower.floors.length));
  const bars = tower.floors.map((floor, at) => svg("g", {}, svg("rect", { x: 0, y: at * high, width: (96 * floor.desks) / most, height: high - 1, class: "empty" }),
    svg("rect", { x: 0, y: at * high, width: (96 * Math.min(floor.used, floor.desks)) / most, height: high - 1, fill: floor.fill })));
  const wrong = tower.floors.filter((floor) => floor.used > floor.desks || overfull.has(floor.id)).length;
  const said = t("glance.tower", { name: tower.name, fill: percent(desks ? used / desks : 0), used: number(used), desks: number(desks) });
  return el("button", { type: "button", className: "thumb", "data-tower": tower.id, title: said, onclick: () => open(complex, tower) },
    svg("svg", { width: 96, height: high * tower.floors.length, "aria-hidden": "true" }, ...bars),
    el("span", { className: "tower-name", textContent: tower.name }),
    el("span", { className: "quiet", textContent: percent(desks ? used / desks : 0) }),
    wrong ? el("span", { className: "worse", textContent: t("glance.wrong", { count: number(wrong) }) }) : null);
}

/** Show words beside the pointer. */
export function showTip(event, lines) {
  const tip = byId("tip");
  tip.hidden = !lines;
  if (!lines) return;
  fill(tip, ...lines.map(([key, value]) => el("div", {}, el("span", { className: "quiet", textContent: `${key}: ` }), value)));
  const { width, height } = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - width - 8))}px`;
  tip.style.top = `${Math.max(4, event.clientY + 16 + height > innerHeight ? event.clientY - height - 12 : event.clientY + 16)}px`;
}

