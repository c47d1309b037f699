// The plan's view: the picture, the verdict, what was changed by hand, where it comes from, differences.

import { act, answer } from "./act.js";
import { busily, careful, post } from "./api.js";
import { announce, byId, el, fill, keepFocus } from "./dom.js";
import { gapSaid, has, language, moment, number, t } from "./texts.js";
import { changeCount, changedScenario, differences, isChanged, keepEdits, keyOf, mark, outdatedUnits, placements, ratioOf, reset, restoreEdits, state, undo, unmove } from "./state.js";
import { drawGlance, drawStack, lightPieces, showTip } from "./stack.js";
import { startDrag } from "./drag.js";
import { peopleOf, placeOf, showChosen, showOrganisations, showTray, startBodies, unitOf } from "./bodies.js";

const PATIENCE_MS = 120;
let timer = null, drawing = null, looking = null, shade = null, colour = "", towers = [], last = {};

export function startPlan() {
  startBodies();
  byId("colour").addEventListener("change", () => { colour = byId("colour").value; careful(draw); });
  byId("whatif-ratio").addEventListener("input", () => {
    const ratio = Number(byId("whatif-ratio").value);
    if (state.ratio === null) mark();
    state.ratio = Math.abs(ratio - ratioOf(state.scenario)) < 1e-9 ? null : ratio;
    byId("whatif-ratio-value").textContent = number(ratio, 2);
    clearTimeout(timer);
    timer = setTimeout(changed, PATIENCE_MS);
  });
  byId("undo").addEventListener("click", () => { reset(); changed(); });
  byId("back-one").addEventListener("click", takeBack);
  byId("around").addEventListener("click", (event) => busily(event.target, () => solveAround()));
  byId("search-on").addEventListener("click", (event) => busily(event.target, searchOn));
  byId("all-towers").addEventListener("click", () => { towers = []; careful(draw); });
  addEventListener("keydown", (event) => {
    if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.target.matches("input, textarea")) return;
    if (!byId("view-plan").hidden) { event.preventDefault(); takeBack(); }
  });
  addEventListener("beforeunload", (event) => { if (isChanged() && !document.body.dataset.leaving) event.preventDefault(); });
  listen(byId("stack"));
  startDrag(byId("stack"), byId("tray"));
  answer("changed", changed);
  answer("light", light);
  answer("reveal", reveal);
  answer("redraw", () => careful(draw));
}

function takeBack() {
  if (undo()) changed();
}

export const changed = () => { keepEdits(); return careful(refresh); };

/** Ask what the checker says of the plan as it stands, and show it. */
async function refresh() {
  looking?.abort();
  looking = new AbortController();
  const asked = { scenario: changedScenario({ pins: false }), placements: placements(), language };
  const drawn = draw();
  state.look = await post("/page/look", asked, { signal: looking.signal });
  showVerdict();
  showChanges();
  keepFocus(byId("organisations"), showOrganisations);
  keepFocus(byId("chosen"), showChosen);
  showTray();
  showProvenance();
  act("costs");
  await drawn;
}

/** Show a plan that came from the service; nothing of the one before stays in sight meanwhile. */
export async function showPlan() {
  state.chosen = null;
  towers = [];
  byId("find").value = "";
  fill(byId("stack"));
  byId("view-plan").classList.add("waiting");
  byId("around").disabled = byId("undo").disabled = true;
  restoreEdits();
  await refresh();
  byId("view-plan").classList.remove("waiting");
  showDifferences();
}

async function draw() {
  drawing?.abort();
  drawing = new AbortController();
  const holder = byId("stack"), frame = holder.parentElement;
  frame.classList.add("busy");
  const room = { width: Math.max(320, frame.clientWidth - 14), height: Math.max(360, frame.clientHeight - 60) };
  const zoom = Math.min(1.7, Math.max(1, room.width / 1000));
  const asked = { scenario: changedScenario({ pins: false }), placements: placements(), colour, towers, width: Math.round(room.width / zoom), height: Math.round((1.5 * room.height) / zoom), language };
  const key = JSON.stringify(asked);
  if (key !== last.key) last = { key, found: await post("/page/stack", asked, { signal: drawing.signal }) };
  const { found } = last;
  byId("colour").value = found.colour;
  byId("all-towers").hidden = !found.many || !towers.length;
  if (found.glance) {
    const names = new Map(), overfull = new Set(state.look?.floors.filter((floor) => floor.vacant < 0).map((floor) => floor.id));
    drawGlance(holder, found, { open: (complex, tower) => openTowers(complex, tower), names, overfull });
  } else drawStack(holder, found, { marked: new Set(state.pins.keys()), outlined: movedFrom(state.before), room });
  frame.classList.remove("busy");
  light(state.chosen);
}

/** Return the pieces that have more people than in the plan before. */
function movedFrom(before) {
  if (!before) return new Set();
  return new Set(differences(before.placements, state.plan.placements).filter((line) => line.to).map((line) => keyOf(line.unit, line.to)));
}

async function openTowers(complex, tower) {
  towers = complex.towers.length > 12 ? [tower.id] : complex.towers.map((each) => each.id);
  await careful(draw);
  scrollTo(`.tower[data-tower="${CSS.escape(tower.id)}"]`);
}

function scrollTo(selector) {
  const frame = byId("stack").parentElement, part = byId("stack").querySelector(selector)?.getBoundingClientRect();
  if (!part) return;
  if (frame.scrollHeight <= frame.clientHeight + 1) { byId("stack").querySelector(selector).scrollIntoView({ block: "nearest" }); return; }
  const held = frame.getBoundingClientRect();
  frame.scrollTo({ top: frame.scrollTop + part.top - held.top - Math.max(40, (frame.clientHeight - part.height) / 2), left: frame.scrollLeft + part.left - held.left - frame.clientWidth / 3 });
}

/** Bring a unit or an organisation into view, opening its tower where only thumbnails are shown. */
async function reveal({ unit, body }) {
  const pieces = state.look.organisations.flatMap((each) => (body && each.id !== body ? [] : each.units)).filter((each) => !unit || each.id === unit).flatMap((each) => each.pieces);
  if (!pieces.length) return;
  const tower = state.look.floors.find((floor) => floor.id === pieces[0].floor)?.tower;
  if (!byId("stack").querySelector("svg[data-size]") || (towers.length && !towers.includes(tower))) {
    towers = [...new Set(pieces.map((piece) => state.look.floors.find((floor) => floor.id === piece.floor)?.tower))].slice(0, 12);
    await careful(draw);
  }
  scrollTo(unit ? `.piece[data-unit="${CSS.escape(unit)}"]` : `.piece[data-body="${CSS.escape(body)}"]`);
  if (unit) lightPieces(byId("stack"), (piece) => piece.dataset.unit === unit);
}

/** Light one organisation everywhere; none for all, or for those of a shade of the legend. */
function light(body) {
  const holder = byId("stack");
  const test = body ? (piece) => piece.dataset.body === body : shade ? (piece) => piece.dataset.shade === shade : null;
  lightPieces(holder, test);
  const at = body && new Set(state.look?.organisations.find((each) => each.id === body)?.units.flatMap((unit) => unit.pieces.map((piece) => state.look.floors.find((floor) => floor.id === piece.floor)?.tower)));
  for (const thumb of holder.querySelectorAll(".thumb")) thumb.classList.toggle("faded", Boolean(at) && !at.has(thumb.dataset.tower));
}

function listen(holder) {
  let over = null;
  holder.addEventListener("pointermove", (event) => {
    if (document.body.classList.contains("dragging") || event.pointerType === "touch") return;
    const part = event.target.closest?.(".piece, .vacant");
    showTip(event, part ? tipOf(part.datum) : null);
    const body = part?.dataset.body ?? null;
    if (body !== over) { over = body; light(body ?? state.chosen); }
  });
  holder.addEventListener("pointerleave", () => { over = null; showTip(null, null); light(state.chosen); });
  holder.addEventListener("click", (event) => {
    const button = event.target.closest(".shade");
    if (button) return filter(button);
    const body = event.target.closest(".piece")?.dataset.body;
    if (body) act("choose", body);
    return undefined;
  });
}

function filter(button) {
  shade = shade === button.dataset.shade ? null : button.dataset.shade;
  for (const each of byId("stack").querySelectorAll(".shade")) each.setAttribute("aria-pressed", String(each.dataset.shade === shade));
  light(state.chosen);
}

function tipOf(item) {
  const place = [t("stack.floor"), placeOf(item.floor_id)];
  if (item.kind === "vacant") return [place, [t("stack.vacant"), item.desks]];
  const body = state.look?.organisations.find((each) => each.id === item.body);
  return [[t("stack.organisation"), body?.name ?? item.body], [t("stack.unit"), unitOf(item.unit_id)?.name ?? item.unit_id], place, [t("stack.desks"), item.desks], [t("stack.people"), item.people], [t("stack.ratio"), item.ratio], [t("stack.short_chance"), item.chance]];
}

function showVerdict() {
  const { look, plan } = state;
  const known = gapSaid(plan.gap) === "–" ? "plan.headline_no_bound" : plan.status === "optimal" ? "plan.headline_best" : "plan.headline";
  const total = number(look.total);
  byId("headline").textContent = isChanged() ? t("plan.headline_hand", { total }) : t(known, { total, gap: gapSaid(plan.gap) });
  byId("search-on").hidden = plan.status === "optimal" || isChanged();
  const said = look.feasible ? t("plan.sound") : t("plan.broken", { count: number(look.violation_count) });
  const violations = look.violations.map((each) => el("li", {}, el("strong", { textContent: `${each.title}: ` }), el("span", { textContent: each.said })));
  const unplaced = look.unplaced_people ? el("p", { textContent: t("plan.unplaced", { people: number(Math.round(look.unplaced_people)) }) }) : null;
  fill(byId("verdict-body"),
    el("p", { className: look.feasible ? "verdict" : "verdict bad", id: "verdict-said", textContent: said }),
    unplaced,
    violations.length ? el("ul", { className: "violations", tabIndex: 0 }, ...violations) : null,
    el("details", { open: byId("terms")?.open ?? innerWidth > 1000, id: "terms" }, el("summary", { textContent: t("plan.details") }), terms()));
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
  const lines = [], name = (unit) => unitOf(unit)?.name ?? unit;
  const drop = (text, back) => lines.push(el("li", { className: "change" }, el("span", { textContent: text }), el("button", { type: "button", className: "small", textContent: "×", "aria-label": `${t("whatif.drop")}: ${text}`, onclick: () => { back(); changed(); } })));
  if (state.ratio !== null) drop(t("whatif.shared", { before: number(ratioOf(state.scenario), 2), after: number(state.ratio, 2) }), () => { mark(); state.ratio = null; });
  for (const [unit, people] of state.headcounts) drop(t("whatif.grown", { unit: name(unit), before: number(peopleOf(unit)), after: number(people) }), () => { mark(); state.headcounts.delete(unit); });
  for (const one of state.moves) drop(t("whatif.moved", { unit: name(one.unit), desks: number(one.desks), place: placeOf(one.floor) }), () => unmove(one));
  for (const [key, one] of state.pins) if (!state.moves.some((each) => keyOf(each.unit, each.floor) === key)) drop(t("whatif.pinned", { unit: name(one.unit), place: placeOf(one.floor) }), () => { mark(); state.pins.delete(key); });
  for (const [key, one] of state.forbidden) drop(t("whatif.forbidden", { unit: name(one.unit), place: placeOf(one.floor) }), () => { mark(); state.forbidden.delete(key); });
  fill(byId("change-list"), ...(lines.length ? lines : [el("li", { className: "quiet", textContent: t("whatif.none") })]));
  byId("around").disabled = byId("undo").disabled = !isChanged();
  byId("back-one").disabled = !state.past.length;
  byId("whatif-ratio").value = state.ratio ?? ratioOf(state.scenario);
  byId("whatif-ratio-value").textContent = number(state.ratio ?? ratioOf(state.scenario), 2);
}

/** Where the plan comes from, as sentences; the same stand in reports and pictures. */
export function provenance() {
  const about = state.record?.label?.about ?? {}, lines = [];
  for (const one of about.dropped ?? []) lines.push(t("from.dropped", { what: one }));
  if (about.desks_added) lines.push(t("from.desks_added", { desks: number(about.desks_added) }));
  if (about.changes) lines.push(t("from.changes", { count: number(about.changes) }));
  if (isChanged()) lines.push(t("from.by_hand", { count: number(changeCount()) }));
  if (state.record?.ended_at) lines.push(t("from.solved", { when: moment(state.record.ended_at) }));
  const why = state.plan.run?.stopped_because;
  if (why && has(`from.stopped_${why}`)) lines.push(t(`from.stopped_${why}`));
  const outdated = outdatedUnits(state.scenario);
  if (outdated) lines.push(t("from.outdated", { units: number(outdated) }));
  return lines;
}

function showProvenance() {
  const { scenario, plan } = state, scheme = scenario.settings?.options?.scheme;
  const lines = [t("from.ratio", { ratio: number(ratioOf(changedScenario()), 2) })];
  if (scheme) lines.push(t("from.scheme", { scheme }));
  lines.push(...provenance());
  const gap = plan.status === "optimal" ? t("report.proved_best") : gapSaid(plan.gap) === "–" ? t("report.no_bound") : t("from.within", { gap: gapSaid(plan.gap) });
  fill(byId("provenance"), ...lines.map((line) => el("li", { textContent: line })), el("li", { className: "on-paper", textContent: gap }));
  byId("plan-name").textContent = planName(state.record, scenario);
}

export const planName = (record, scenario) => record?.label?.name || caseTitle(scenario?.settings?.name) || scenario?.settings?.title || scenario?.settings?.name || record?.name || t("report.untitled");

export const caseTitle = (name) => (has(`case.${name}`) ? t(`case.${name}`) : "");

/** Return what a plan made from this one is to remember: what was given up before, and what differs. */
export function aboutNext(more = {}) {
  const about = state.record?.label?.about ?? {};
  return { base: state.job, dropped: about.dropped ?? [], desks_added: about.desks_added ?? 0, changes: (about.changes ?? 0) + changeCount(), ...more };
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
  await act("solve", scenario, { start, time_limit_s: state.plan.run?.time_limit_s || 30 }, { before: state.plan, scenario: plain, kept, about: aboutNext() });
}

/** Search on from the plan as it is, for as long again. */
async function searchOn() {
  const most = Number(byId("seconds").max), time_limit_s = Math.min(most, 2 * (state.plan.run?.time_limit_s || 30));
  await act("solve", state.scenario, { start: placements(), time_limit_s }, { before: state.plan, about: aboutNext() });
}

/** List who sits elsewhere than in the plan before. */
function showDifferences() {
  const { before, plan } = state;
  byId("differences").hidden = !before;
  if (!before) return;
  const lines = differences(before.placements, plan.placements);
  const people = lines.reduce((sum, line) => sum + line.people, 0);
  const units = new Set(lines.map((line) => line.unit)).size;
  const sum = t("difference.sum", { people: number(people), units: number(units), before: number(before.objective.total), after: number(plan.objective.total) });
  const where = (floor) => (floor ? placeOf(floor) : t("difference.nowhere"));
  const rows = lines.map((line) => el("li", {}, el("strong", { textContent: unitOf(line.unit)?.name ?? line.unit }), t("difference.line", { people: number(line.people), from: where(line.from), to: where(line.to) })));
  fill(byId("differences-body"),
    el("p", { id: "differences-said", textContent: lines.length ? sum : t("difference.none") }),
    lines.length ? el("ul", { className: "plain moves", tabIndex: 0, "aria-label": t("difference.title") }, ...rows) : null);
  announce(byId("differences-said").textContent);
}
