// The plan's view: verdict, what was changed by hand, organisations and their pieces, and differences.

import { careful, post } from "./api.js";
import { announce, byId, el, fill, keepFocus, table } from "./dom.js";
import { gapSaid, language, number, percent, t } from "./texts.js";
import { changedScenario, forbid, isChanged, isPinned, keyOf, move, placements, ratioOf, reset, state, togglePin, unmove } from "./state.js";
import { drawStack, light, startStack } from "./stack.js";
import { showCosts } from "./why.js";
import { solve } from "./main.js";

const PATIENCE_MS = 150;
let timer = null;

export function startPlan() {
  byId("colour").addEventListener("change", () => careful(drawStack));
  byId("find").addEventListener("input", find);
  byId("whatif-ratio").addEventListener("input", () => {
    const ratio = Number(byId("whatif-ratio").value);
    state.ratio = Math.abs(ratio - ratioOf(state.scenario)) < 1e-9 ? null : ratio;
    byId("whatif-ratio-value").textContent = number(ratio, 2);
    soon();
  });
  byId("undo").addEventListener("click", () => {
    reset();
    changed();
  });
  byId("around").addEventListener("click", () => careful(solveAround));
  startStack();
}

const soon = () => {
  clearTimeout(timer);
  timer = setTimeout(changed, PATIENCE_MS);
};

/** Ask what the checker says of the plan as it stands, and show it. */
export async function refresh({ picture = true } = {}) {
  const asked = { scenario: changedScenario(), placements: placements(), language };
  const drawn = picture ? drawStack() : null;
  state.look = await post("/page/look", asked);
  showVerdict();
  showChanges();
  keepFocus(byId("organisations"), showOrganisations);
  keepFocus(byId("chosen"), showChosen);
  showCosts();
  await drawn;
}

export const changed = () => careful(() => refresh());

/** Show a plan that came from the service. */
export async function showPlan() {
  byId("whatif-ratio").value = ratioOf(state.scenario);
  state.chosen = null;
  byId("find").value = "";
  await refresh();
  showDifferences();
}

function showVerdict() {
  const { look, plan } = state;
  const known = gapSaid(plan.gap) === "–" ? "plan.headline_no_bound" : "plan.headline";
  const total = number(look.total);
  byId("headline").textContent = isChanged() ? t("plan.headline_hand", { total }) : t(known, { total, gap: gapSaid(plan.gap) });
  const said = look.feasible ? t("plan.sound") : t("plan.broken", { count: number(look.violation_count) });
  const violations = look.violations.map((each) => el("li", {}, el("strong", { textContent: `${each.title}: ` }), el("span", { textContent: each.said })));
  const unplaced = look.unplaced_people ? el("p", { textContent: t("plan.unplaced", { people: number(look.unplaced_people) }) }) : null;
  fill(byId("verdict-body"),
    el("p", { className: look.feasible ? "verdict" : "verdict bad", id: "verdict-said", textContent: said }),
    unplaced,
    violations.length ? el("ul", { className: "violations", tabIndex: 0 }, ...violations) : null,
    el("details", { open: byId("terms")?.open ?? true, id: "terms" }, el("summary", { textContent: t("plan.details") }), terms()));
}

/** The terms as they stand, and by how much they differ from the plan that was solved. */
function terms() {
  const solved = new Map(state.plan.objective.terms.map((term) => [term.name, term.cost]));
  const lines = state.look.terms.map((term) => [term.said, term.cost, term.cost - (solved.get(term.name) ?? 0)]).filter(([, cost, more]) => cost || more);
  lines.push([t("plan.total"), state.look.total, state.look.total - state.plan.objective.total]);
  const rows = lines.map(([said, cost, more]) => el("tr", {}, el("th", { scope: "row", textContent: said }), el("td", { className: "number", textContent: number(cost) }), el("td", { className: `number ${more > 0.5 ? "worse" : more < -0.5 ? "better" : ""}`, textContent: Math.abs(more) < 0.5 ? "" : `${more > 0 ? "+" : ""}${number(more)}` })));
  return el("table", { className: "terms" }, el("tbody", {}, ...rows));
}

function showChanges() {
  const lines = [];
  const drop = (text, undo) => lines.push(el("li", { className: "change" }, el("span", { textContent: text }), el("button", { type: "button", className: "small", textContent: "×", "aria-label": `${t("whatif.drop")}: ${text}`, onclick: () => { undo(); changed(); } })));
  if (state.ratio !== null) drop(t("whatif.shared", { before: number(ratioOf(state.scenario), 2), after: number(state.ratio, 2) }), () => { state.ratio = null; });
  for (const [unit, people] of state.headcounts) drop(t("whatif.grown", { unit, before: number(peopleOf(unit)), after: number(people) }), () => state.headcounts.delete(unit));
  for (const one of state.moves) drop(t("whatif.moved", { unit: one.unit, desks: number(one.desks), place: placeOf(one.floor) }), () => unmove(one));
  for (const [key, one] of state.pins) if (!state.moves.some((each) => keyOf(each.unit, each.floor) === key)) drop(t("whatif.pinned", { unit: one.unit, place: placeOf(one.floor) }), () => state.pins.delete(key));
  for (const [key, one] of state.forbidden) drop(t("whatif.forbidden", { unit: one.unit, place: placeOf(one.floor) }), () => state.forbidden.delete(key));
  fill(byId("change-list"), ...(lines.length ? lines : [el("li", { className: "quiet", textContent: t("whatif.none") })]));
  byId("around").disabled = byId("undo").disabled = !isChanged();
  byId("whatif-ratio").value = state.ratio ?? ratioOf(state.scenario);
  byId("whatif-ratio-value").textContent = number(state.ratio ?? ratioOf(state.scenario), 2);
}

const placeOf = (floor) => state.look.floors.find((each) => each.id === floor)?.place ?? floor;
const peopleOf = (unit) => state.scenario.headcounts.find((row) => row.unit_id === unit)?.headcount ?? 0;

function showOrganisations() {
  const bodies = [...state.look.organisations].sort((a, b) => a.name.localeCompare(b.name, language));
  fill(byId("bodies"), ...bodies.map((body) => el("option", { value: body.name })));
  fill(byId("organisations"), ...bodies.map((body) => el("li", {}, el("button", {
    type: "button",
    "data-body": body.id,
    "data-focus": body.id,
    "aria-pressed": String(state.chosen === body.id),
    onclick: () => choose(state.chosen === body.id ? null : body.id),
    onfocus: () => light(body.id),
    onblur: () => light(state.chosen),
    onpointerenter: () => light(body.id),
    onpointerleave: () => light(state.chosen),
  }, el("span", { textContent: body.name }), el("span", { textContent: body.place })))));
}

function find() {
  const wanted = byId("find").value.trim().toLowerCase();
  const found = state.look.organisations.find((body) => [body.name, body.id].some((name) => name.toLowerCase() === wanted))
    ?? (wanted.length > 2 ? state.look.organisations.find((body) => `${body.name} ${body.id}`.toLowerCase().includes(wanted)) : null);
  choose(found?.id ?? null, { focus: false });
}

/** Choose an organisation: light it, and tell of it. */
export function choose(body, { focus = true } = {}) {
  if (body && focus && byId("terms")) byId("terms").open = false;
  state.chosen = body;
  light(body);
  for (const button of byId("organisations").querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.body === body));
  showChosen();
  if (body && focus) {
    byId("chosen").focus({ preventScroll: true });
    byId("chosen").scrollIntoView({ block: "start" });
  }
}

function showChosen() {
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
  return el("div", { className: "unit" },
    el("h3", {}, unit.name, el("span", { textContent: t("plan.unit_facts", { people: number(unit.headcount), desks: number(unit.demand) }) })),
    ...(unit.pieces.length ? unit.pieces.map((piece) => piecePart(unit, piece)) : [el("p", { className: "quiet", textContent: t("plan.not_placed") })]),
    el("label", { for: `people-${unit.id}`, className: "quiet", textContent: t("whatif.headcount", { name: unit.name }) }),
    el("div", { className: "people" }, box, slider));
}

function piecePart(unit, piece) {
  const floors = state.look.floors.filter((floor) => floor.id !== piece.floor);
  const place = `${unit.id} ${piece.floor}`;
  const menu = el("select", { "data-focus": `floor ${place}`, "aria-label": `${t("whatif.choose_floor")}: ${unit.name}`, onchange: () => { go.disabled = !menu.value; } },
    el("option", { value: "", textContent: t("whatif.choose_floor"), selected: true }),
    ...floors.map((floor) => el("option", { value: floor.id, textContent: t("whatif.vacant", { place: floor.place, vacant: number(floor.vacant) }) })));
  const go = el("button", { type: "button", className: "small", disabled: true, "data-move": piece.floor, textContent: t("whatif.move"), onclick: () => {
    move(unit.id, piece.floor, menu.value);
    announce(t("plan.moved_to", { name: unit.name, place: placeOf(menu.value) }));
    changed();
  } });
  const pinned = isPinned(unit.id, piece.floor);
  return el("div", { className: "piece" },
    el("span", { textContent: t("plan.piece", { place: piece.place, desks: number(piece.desks), people: number(piece.people) }) }),
    el("button", { type: "button", className: "small", "aria-pressed": String(pinned), "data-pin": piece.floor, "data-focus": `pin ${place}`, textContent: pinned ? t("whatif.unpin") : t("whatif.pin"), onclick: () => { togglePin(unit.id, piece.floor); changed(); } }),
    el("button", { type: "button", className: "small", textContent: t("whatif.forbid"), "data-focus": `forbid ${place}`, onclick: () => { forbid(unit.id, piece.floor); changed(); } }),
    menu, go);
}

function setPeople(unit, value) {
  const people = Math.max(0, Math.round(Number(value) || 0));
  if (people === peopleOf(unit)) state.headcounts.delete(unit);
  else state.headcounts.set(unit, people);
  changed();
}

async function solveAround() {
  const scenario = changedScenario();
  const start = placements();
  const kept = { pins: [...state.pins.values()], forbidden: [...state.forbidden.values()] };
  const plain = changedScenario({ pins: false, forbidden: false });
  scenario.current = state.current;
  if (byId("gently").checked) {
    scenario.current = (state.plan.placements || []).map(({ unit_id, floor_id, desks }) => ({ unit_id, floor_id, desks }));
    scenario.predecessors = plain.predecessors = []; // they are of the plan before this one
  }
  plain.current = scenario.current;
  await solve(scenario, { start, time_limit_s: state.plan.run?.time_limit_s || 30 }, { before: state.plan, scenario: plain, kept });
}

/** List who sits elsewhere than in the plan before. */
function showDifferences() {
  const { before, plan } = state;
  byId("differences").hidden = !before;
  if (!before) return;
  const lines = differences(before, plan);
  const people = lines.reduce((sum, line) => sum + line.people, 0);
  const units = new Set(lines.map((line) => line.unit)).size;
  const sum = t("difference.sum", { people: number(people), units: number(units), before: number(before.objective.total), after: number(plan.objective.total) });
  const where = (floor) => (floor ? placeOf(floor) : t("difference.nowhere"));
  const rows = lines.map((line) => el("li", {}, el("strong", { textContent: line.unit }), t("difference.line", { people: number(line.people), from: where(line.from), to: where(line.to) })));
  fill(byId("differences-body"),
    el("p", { id: "differences-said", textContent: lines.length ? sum : t("difference.none") }),
    lines.length ? el("ul", { className: "plain moves", tabIndex: 0, "aria-label": t("difference.title") }, ...rows) : null);
  announce(byId("differences-said").textContent);
}

/** Return moves of people, most first: what a unit loses on floors goes to where it gains. */
export function differences(before, after) {
  const gained = new Map();
  const count = (plan, sign) => plan.placements.forEach((row) => {
    const floors = gained.get(row.unit_id) ?? gained.set(row.unit_id, new Map()).get(row.unit_id);
    floors.set(row.floor_id, (floors.get(row.floor_id) ?? 0) + sign * row.people);
  });
  count(before, -1);
  count(after, 1);
  const lines = [];
  for (const [unit, floors] of gained) {
    const losses = [...floors].filter(([, people]) => people < 0).map(([floor, people]) => ({ floor, people: -people }));
    const gains = [...floors].filter(([, people]) => people > 0).map(([floor, people]) => ({ floor, people }));
    while (losses.length || gains.length) {
      const people = Math.min(losses[0]?.people ?? Infinity, gains[0]?.people ?? Infinity);
      lines.push({ unit, from: losses[0]?.floor ?? null, to: gains[0]?.floor ?? null, people });
      for (const side of [losses, gains]) if (side.length && (side[0].people -= people) === 0) side.shift();
    }
  }
  return lines.sort((a, b) => b.people - a.people || a.unit.localeCompare(b.unit));
}
