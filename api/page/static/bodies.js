// Organisations and their units beside the picture: found, chosen, moved by menus; and what has no place.

import { act, answer } from "./act.js";
import { bring, button, byId, el, fill, hide, on, table, words, write } from "./dom.js";
import { language, number, percent, t } from "./texts.js";
import { edit, isPinned, peopleOf, state } from "./state.js";
import { settle } from "./drag.js";

export function startBodies() {
  on("find", "input", find);
  answer("choose", choose);
  answer("unitName", nameOfUnit);
  answer("floorName", placeOf);
}

export const placeOf = (floor) => state.look?.floors.find((each) => each.id === floor)?.place ?? floor;
export const bodyOf = (id) => state.look?.organisations.find((each) => each.id === id);
export const nameOfUnit = (id) => state.look?.organisations.flatMap((body) => body.units).find((unit) => unit.id === id)?.name ?? id;

export function showOrganisations() {
  const bodies = [...state.look.organisations].sort((a, b) => a.name.localeCompare(b.name, language));
  const units = bodies.flatMap((body) => body.units).filter((unit) => unit.name !== unit.id || bodies.length < 2);
  fill("bodies", ...[...bodies, ...units].slice(0, 1500).map((each) => el("option", { value: each.name })));
  const light = (body) => () => act("light", body ?? state.chosen);
  fill("organisations", ...bodies.map(({ id, name, place }) => {
    const made = button("", () => choose(state.chosen === id ? null : id), { className: "", "data-body": id, "data-focus": id, "aria-pressed": String(state.chosen === id), onfocus: light(id), onblur: light(), onpointerenter: light(id), onpointerleave: light() });
    made.append(el("span", { textContent: name }), el("span", { textContent: place }));
    return el("li", {}, made);
  }));
}

/** Find an organisation or a unit by its name or id, choose it, and bring it into view. */
function find() {
  const wanted = byId("find").value.trim().toLowerCase();
  const bodies = state.look.organisations;
  const all = [...bodies.map((each) => [each, each.id]), ...bodies.flatMap((body) => body.units.map((unit) => [unit, body.id]))];
  const is = ([each]) => [each.name, each.id].some((name) => name.toLowerCase() === wanted);
  const holds = ([each]) => `${each.name} ${each.id}`.toLowerCase().includes(wanted);
  const found = all.find(is) ?? (wanted.length > 2 ? all.find(holds) : null);
  choose(found?.[1] ?? null, { focus: false });
  if (found) act("reveal", found[0].units ? { body: found[1] } : { unit: found[0].id });
}

/** Choose an organisation: light it, and tell of it. */
function choose(body, { focus = true } = {}) {
  if (body && focus && byId("terms")) byId("terms").open = false;
  state.chosen = body;
  act("light", body);
  for (const button of byId("organisations").querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.body === body));
  showChosen();
  if (!body || !focus) return;
  byId("chosen").focus({ preventScroll: true });
  bring(byId("chosen"), byId("chosen").parentElement);
}

export function showChosen() {
  const body = bodyOf(state.chosen);
  hide("chosen", !body);
  if (!body) return;
  write("chosen-title", body.name);
  const costs = [...body.costs.map((each) => [each.said, each.cost]), [t("plan.total"), body.total]];
  fill("chosen-body",
    words("p", body.place || t("plan.not_placed")),
    words("p", t("plan.facts", { people: body.people, desks: body.desks, ratio: body.desks ? number(body.people / body.desks, 2) : "–", chance: percent(body.short_day) }), "quiet"),
    ...body.units.map(unitPart),
    table([[t("plan.costs")], [t("plan.minutes"), "number"]], costs, { total: true }));
}

function unitPart(unit) {
  const said = t("whatif.headcount", { name: unit.name }), missing = missingOf(unit);
  const set = (event) => { edit({ kind: "people", unit: unit.id, people: Math.max(0, Math.round(Number(event.target.value) || 0)) }); act("changed"); };
  const people = { min: 0, step: 1, onchange: set };
  const box = el("input", { type: "number", ...people, max: 100000, value: unit.headcount, id: `people-${unit.id}`, "data-focus": `people ${unit.id}` });
  const slider = el("input", { type: "range", ...people, max: Math.max(20, 2 * peopleOf(unit.id)), value: unit.headcount, "data-focus": `slider ${unit.id}`, "aria-label": said, oninput: (event) => { box.value = event.target.value; } });
  return el("div", { className: "unit" },
    el("h3", {}, unit.name, words("span", t("plan.unit_facts", { people: unit.headcount, desks: number(unit.demand) }))),
    ...unit.pieces.map((piece) => piecePart(unit, piece)),
    missing ? el("div", { className: "piece" }, words("span", t("tray.unit", { desks: missing.desks })), ...menu(unit, { ...missing, floor: null })) : null,
    el("label", { for: `people-${unit.id}`, className: "quiet", textContent: said }),
    el("div", { className: "people" }, box, slider));
}

function missingOf(unit) {
  const placed = unit.pieces.reduce((sum, piece) => sum + piece.desks, 0);
  const seated = unit.pieces.reduce((sum, piece) => sum + piece.people, 0);
  const desks = unit.demand === null ? 0 : unit.demand - placed;
  return desks > 0 ? { desks, people: Math.max(0, unit.headcount - seated) } : null;
}

/** A menu of floors and how many desks go there: to move, to split, and to join what is there. */
function menu(unit, piece) {
  const name = `${unit.id} ${piece.floor ?? "-"}`;
  const floors = state.look.floors.filter((floor) => floor.id !== piece.floor);
  const desks = el("input", { type: "number", min: 1, max: piece.desks, value: piece.desks, className: "few", "data-focus": `desks ${name}`, "aria-label": `${t("whatif.desks")}: ${unit.name}` });
  const choice = el("select", { "data-focus": `floor ${name}`, "aria-label": `${t("whatif.choose_floor")}: ${unit.name}`, onchange: () => { go.disabled = !choice.value; } },
    el("option", { value: "", textContent: t("whatif.choose_floor"), selected: true }));
  const offer = () => { if (choice.length < 2) choice.append(...floors.map((floor) => el("option", { value: floor.id, textContent: t("whatif.vacant", { place: floor.place, vacant: floor.vacant }) }))); };
  if (floors.length < 60) offer(); // in a country only once somebody looks
  else for (const event of ["focus", "pointerdown"]) choice.addEventListener(event, offer);
  const go = button(t("whatif.move"), () => {
    const amount = Math.max(1, Math.min(piece.desks, Math.round(Number(desks.value)) || piece.desks));
    settle({ unit: unit.id, from: piece.floor, desks: amount, people: Math.round((piece.people * amount) / piece.desks) }, choice.value);
  }, { disabled: true, "data-move": piece.floor ?? "", "data-focus": `move ${name}` });
  return [choice, desks, go];
}

function piecePart(unit, { floor, place, desks, people }) {
  const pinned = isPinned(unit.id, floor);
  const rule = (key, kind, more) => button(t(`whatif.${key}`), () => { edit({ kind, unit: unit.id, floor }); act("changed"); }, { "data-focus": `${kind === "forbid" ? kind : "pin"} ${unit.id} ${floor}`, ...more });
  return el("div", { className: "piece" }, words("span", t("plan.piece", { place, desks, people })),
    rule(pinned ? "unpin" : "pin", pinned ? "free" : "pin", { "aria-pressed": String(pinned), "data-pin": floor }), rule("forbid", "forbid"), ...menu(unit, { floor, desks, people }));
}

/** Show what has no place yet, to be dragged to a floor or placed by a menu. */
export function showTray() {
  const units = state.look.organisations.flatMap((body) => body.units.map((unit) => [unit, missingOf(unit), body])).filter(([, missing]) => missing);
  hide("tray", !units.length);
  fill("tray-units", ...units.slice(0, 60).map(([unit, { desks, people }, body]) => button(`${unit.name} · ${t("drag.needs", { desks })}`, () => choose(body.id),
    { className: "chip", "data-unplaced": unit.id, "data-desks": desks, "data-people": people })));
}
