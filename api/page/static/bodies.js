// Organisations and their units beside the picture: found, chosen, moved by menus; and what has no place.

import { act, answer } from "./act.js";
import { byId, el, fill, table } from "./dom.js";
import { language, number, percent, t } from "./texts.js";
import { forbid, isPinned, mark, state, togglePin } from "./state.js";
import { settle } from "./drag.js";

export function startBodies() {
  byId("find").addEventListener("input", find);
  answer("choose", choose);
  answer("unitName", (id) => unitOf(id)?.name ?? id);
  answer("floorName", placeOf);
}

export const placeOf = (floor) => state.look?.floors.find((each) => each.id === floor)?.place ?? floor;
export const unitOf = (id) => { for (const body of state.look?.organisations ?? []) { const unit = body.units.find((each) => each.id === id); if (unit) return unit; } return null; };
export const peopleOf = (unit) => state.scenario.headcounts.find((row) => row.unit_id === unit)?.headcount ?? 0;

export function showOrganisations() {
  const bodies = [...state.look.organisations].sort((a, b) => a.name.localeCompare(b.name, language));
  const units = bodies.flatMap((body) => body.units).filter((unit) => unit.name !== unit.id || bodies.length < 2);
  fill(byId("bodies"), ...[...bodies, ...units].slice(0, 1500).map((each) => el("option", { value: each.name })));
  fill(byId("organisations"), ...bodies.map((body) => el("li", {}, el("button", {
    type: "button",
    "data-body": body.id,
    "data-focus": body.id,
    "aria-pressed": String(state.chosen === body.id),
    onclick: () => choose(state.chosen === body.id ? null : body.id),
    onfocus: () => act("light", body.id),
    onblur: () => act("light", state.chosen),
    onpointerenter: () => act("light", body.id),
    onpointerleave: () => act("light", state.chosen),
  }, el("span", { textContent: body.name }), el("span", { textContent: body.place })))));
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
  const panel = byId("chosen").parentElement;
  if (panel.scrollHeight <= panel.clientHeight + 1) byId("chosen").scrollIntoView({ block: "nearest" });
  else panel.scrollTop = byId("chosen").offsetTop - panel.offsetTop - byId("verdict").offsetHeight - 8;
}

export function showChosen() {
  const body = state.look?.organisations.find((each) => each.id === state.chosen);
  byId("chosen").hidden = !body;
  if (!body) return;
  byId("chosen-title").textContent = body.name;
  const costs = body.costs.map((each) => [each.said, number(each.cost)]);
  costs.push([t("plan.total"), number(body.total)]);
  fill(byId("chosen-body"),
    el("p", { textContent: body.place || t("plan.not_placed") }),
    el("p", { className: "quiet", textContent: t("plan.facts", { people: number(body.people), desks: number(body.desks), ratio: body.desks ? number(body.people / body.desks, 2) : "–", chance: percent(body.short_day) }) }),
    ...body.units.map(unitPart),
    table([[t("plan.costs")], ["", "number"]], costs, { total: true }));
}

function unitPart(unit) {
  const box = el("input", { type: "number", min: 0, max: 100000, step: 1, value: unit.headcount, id: `people-${unit.id}`, "data-focus": `people ${unit.id}`, onchange: (event) => setPeople(unit.id, event.target.value) });
  const slider = el("input", { type: "range", min: 0, max: Math.max(20, 2 * peopleOf(unit.id)), step: 1, value: unit.headcount, "data-focus": `slider ${unit.id}`, "aria-label": t("whatif.headcount", { name: unit.name }), oninput: (event) => { box.value = event.target.value; }, onchange: (event) => setPeople(unit.id, event.target.value) });
  const missing = missingOf(unit);
  return el("div", { className: "unit" },
    el("h3", {}, unit.name, el("span", { textContent: t("plan.unit_facts", { people: number(unit.headcount), desks: number(unit.demand) }) })),
    ...unit.pieces.map((piece) => piecePart(unit, piece)),
    missing ? el("div", { className: "piece" }, el("span", { textContent: t("tray.unit", { desks: number(missing.desks) }) }), ...menu(unit, { ...missing, floor: null })) : null,
    el("label", { for: `people-${unit.id}`, className: "quiet", textContent: t("whatif.headcount", { name: unit.name }) }),
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
  const offer = () => { if (choice.length < 2) choice.append(...floors.map((floor) => el("option", { value: floor.id, textContent: t("whatif.vacant", { place: floor.place, vacant: number(floor.vacant) }) }))); };
  if (floors.length < 60) offer(); // in a country only once somebody looks
  else for (const event of ["focus", "pointerdown"]) choice.addEventListener(event, offer);
  const go = el("button", { type: "button", className: "small", disabled: true, "data-move": piece.floor ?? "", "data-focus": `move ${name}`, textContent: t("whatif.move"), onclick: () => {
    const amount = Math.max(1, Math.min(piece.desks, Math.round(Number(desks.value)) || piece.desks));
    const people = amount === piece.desks ? piece.people : Math.round((piece.people * amount) / piece.desks);
    settle({ unit: unit.id, from: piece.floor, desks: amount, people }, choice.value);
  } });
  return [choice, desks, go];
}

function piecePart(unit, piece) {
  const place = `${unit.id} ${piece.floor}`, pinned = isPinned(unit.id, piece.floor);
  return el("div", { className: "piece" },
    el("span", { textContent: t("plan.piece", { place: piece.place, desks: number(piece.desks), people: number(piece.people) }) }),
    el("button", { type: "button", className: "small", "aria-pressed": String(pinned), "data-pin": piece.floor, "data-focus": `pin ${place}`, textContent: pinned ? t("whatif.unpin") : t("whatif.pin"), onclick: () => { togglePin(unit.id, piece.floor); act("changed"); } }),
    el("button", { type: "button", className: "small", textContent: t("whatif.forbid"), "data-focus": `forbid ${place}`, onclick: () => { forbid(unit.id, piece.floor); act("changed"); } }),
    ...menu(unit, piece));
}

function setPeople(unit, value) {
  const people = Math.max(0, Math.round(Number(value) || 0));
  mark();
  if (people === peopleOf(unit)) state.headcounts.delete(unit);
  else state.headcounts.set(unit, people);
  act("changed");
}

/** Show what has no place yet, to be dragged to a floor or placed by a menu. */
export function showTray() {
  const units = state.look.organisations.flatMap((body) => body.units.map((unit) => [unit, missingOf(unit), body])).filter(([, missing]) => missing);
  byId("tray").hidden = !units.length;
  fill(byId("tray-units"), ...units.slice(0, 60).map(([unit, missing, body]) => el("button", {
    type: "button", className: "chip", "data-unplaced": unit.id, "data-desks": missing.desks, "data-people": missing.people,
    textContent: `${unit.name} · ${t("drag.needs", { desks: number(missing.desks) })}`, onclick: () => choose(body.id),
  })));
}
