// Draws stack plans as SVG from what the service has laid out; towers that did not change are left alone.

import { post } from "./api.js";
import { button, byId, el, fill, words } from "./dom.js";
import { language, number, percent, t } from "./texts.js";
import { rowsOf } from "./state.js";

const SVG = "http://www.w3.org/2000/svg";
const FAINT = "#52606d", MANY = 24; // towers beyond which a country is drawn small

export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const text = (x, y, words, size, more = {}) => svg("text", { x, y, "font-size": size, ...more }, words);
const box = (item, more) => svg("rect", { x: item.x, y: item.y, width: Math.max(0, item.x2 - item.x), height: item.y2 - item.y, ...more });

const known = (made, datum) => Object.assign(made, { datum });
const path = (d, more) => svg("path", { d, ...more });
const across = (item, more) => path(`M${item.x} ${item.y}H${item.x2}`, { stroke: FAINT, ...more });

const DRAW = {
  floor: (item) => box(item, { class: "floor", "data-floor": item.floor_id }),
  piece: (item) => known(box(item, { class: "piece", fill: item.fill, "data-unit": item.unit_id, "data-floor": item.floor_id, "data-body": item.body, "data-shade": item.shade }), item),
  vacant: (item) => known(box(item, { class: "vacant", "data-floor": item.floor_id }), item),
  hatch: (item) => box(item, { class: "hatch", fill: `url(#hatch-${item.hatch})`, "data-body": item.body }),
  body: (item) => box(item, { class: "frame" }),
  over: (item) => box(item, { class: "over" }),
  tick: (item) => path(`M${item.x} ${item.y}V${item.y2}`, { class: "tick" }),
  ground: (item) => across(item, { "stroke-width": 2 }),
  rule: (item) => across(item),
  label: (item) => text(item.x, item.y, item.text, item.font, { class: "label", fill: item.ink, stroke: item.fill, "data-body": item.body }),
  tower: (item, fonts) => text(item.x, item.y, item.text, fonts.name, { class: "name" }),
  complex: (item, fonts) => text(item.x, item.y, item.text, fonts.usual + 3, { class: "name" }),
  load: (item, fonts) => text(item.x, item.y, item.text, fonts.usual, { fill: FAINT }),
  level: (item, fonts) => text(item.x, item.y, item.text, fonts.usual, { class: "level", fill: FAINT }),
};
const ORDER = ["floor", "vacant", "piece", "hatch", "tick", "body", "over", "ground", "rule", "label"];
const rank = (item) => (ORDER.indexOf(item.kind) + 1 || ORDER.length + 1);

const group = (items, fonts) => [...items].sort((a, b) => rank(a) - rank(b)).map((item) => DRAW[item.kind](item, fonts));

/**
 * Draw what the service laid out into an element; return the picture.
 * `marked` and `outlined` are keys of pieces ("unit\nfloor"), `arrows` go from floor to floor; a bare picture has no legend.
 */
export function drawStack(holder, answer, { marked, outlined, arrows, room, bare } = {}) {
  const head = bare ? null : legend(answer.legend);
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

/** Return where a floor is drawn: x, y, width and height. */
export const edgesOf = (floor) => ["x", "y", "width", "height"].map((name) => Number(floor.getAttribute(name)));

function arrow(picture, { from, to, people }) {
  const at = (id) => {
    const floor = id && picture.querySelector(`.floor[data-floor="${CSS.escape(id)}"]`);
    if (!floor) return null;
    const [x, y, width, height] = edgesOf(floor);
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
  return el("div", { className: "legend", role: "group", "aria-label": title }, words("span", title, "quiet"),
    ...entries.map(({ shade, fill: colour }) => {
      const made = button(shade, undefined, { className: "shade", "aria-pressed": "false", "data-shade": shade });
      made.prepend(svg("svg", { width: 13, height: 13, "aria-hidden": "true" }, svg("rect", { width: 13, height: 13, rx: 2, fill: colour, stroke: FAINT, "stroke-width": 0.6 })));
      return made;
    }));
}

/** Light the pieces that a test chooses; without a test all. */
export function lightPieces(holder, test) {
  const picture = holder.querySelector("svg[data-size]");
  if (!picture) return;
  picture.classList.toggle("dimmed", Boolean(test));
  for (const piece of picture.querySelectorAll(".piece, .label, .hatch")) piece.classList.toggle("lit", Boolean(test?.(piece)));
}

/** Ask for the picture of a plan, and draw it; of a country, the towers of some floors. Return whether it was. */
export async function paint(holder, scenario, placements, { ask = post, floors = [], width = 640, height = 420, colour = byId("colour").value, ...more } = {}) {
  const towerOf = new Map(scenario.floors.map((floor) => [floor.floor_id, floor.tower_id]));
  const touched = new Set(floors.map((id) => towerOf.get(id)).filter(Boolean));
  const towers = new Set(towerOf.values()).size > MANY ? [...touched].slice(0, MANY) : [];
  const found = await ask("/page/stack", { scenario, placements: rowsOf(placements), colour, towers, width, height, language });
  if (!found.glance) drawStack(holder, found, { room: { width: holder.clientWidth || 300 }, ...more });
  return !found.glance;
}

/** Draw a country: each complex with its towers, small, each a button. */
export function drawGlance(holder, answer, open) {
  const parts = answer.glance.map((complex) => el("section", { className: "complex" },
    words("h2", complex.id),
    el("div", { className: "glance" }, ...complex.towers.map((tower) => glanceTower(tower, () => open(complex, tower))))));
  fill(holder, legend(answer.legend), el("div", { className: "country" }, ...parts));
}

function glanceTower(tower, open) {
  const sum = (key) => tower.floors.reduce((all, floor) => all + floor[key], 0), desks = sum("desks"), used = sum("used"), share = percent(desks ? used / desks : 0);
  const most = Math.max(...tower.floors.map((floor) => floor.desks), 1), high = Math.max(3, Math.min(6, 90 / tower.floors.length));
  const bar = (floor, at, width, more) => svg("rect", { x: 0, y: at * high, width: (96 * width) / most, height: high - 1, ...more });
  const bars = tower.floors.map((floor, at) => svg("g", {}, bar(floor, at, floor.desks, { class: "empty" }), bar(floor, at, Math.min(floor.used, floor.desks), { fill: floor.fill })));
  const made = button("", open, { className: "thumb", "data-tower": tower.id, title: t("glance.tower", { name: tower.name, fill: share, used, desks }) });
  made.append(svg("svg", { width: 96, height: high * tower.floors.length, "aria-hidden": "true" }, ...bars),
    words("span", tower.name, "tower-name"), words("span", share, "quiet"), el("span", { className: "worse" }));
  return made;
}

/** Say at each small tower how much the checker has against it. */
export function warn(holder, warned = {}) {
  for (const thumb of holder.querySelectorAll(".thumb")) {
    const count = warned[thumb.dataset.tower];
    thumb.lastChild.textContent = count ? t("glance.warned", { count }) : "";
  }
}

/** Show words beside the pointer. */
export function showTip(event, lines) {
  const tip = byId("tip");
  tip.hidden = !lines;
  if (!lines) return;
  fill(tip, ...lines.map(([key, value]) => el("div", {}, words("span", `${key}: `, "quiet"), value)));
  const { width, height } = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - width - 8))}px`;
  tip.style.top = `${Math.max(4, event.clientY + 16 + height > innerHeight ? event.clientY - height - 12 : event.clientY + 16)}px`;
}

