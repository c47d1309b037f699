// The plan's view: the picture, the verdict, what was changed by hand, where it comes from, differences.

import { act, answer } from "./act.js";
import { careful, doing, latestOnly } from "./api.js";
import { announce, bring, button, byId, el, fill, hide, item, keepFocus, on, words, write } from "./dom.js";
import { gapSaid, has, language, moment, number, t } from "./texts.js";
import { changedScenario, differences, drop, edit, endsOf, isChanged, keepEdits, keyOf, peopleOf, placements, ratioOf, reset, restoreEdits, rowsOf, state, undo } from "./state.js";
import { drawGlance, drawStack, lightPieces, showTip, warn } from "./stack.js";
import { startDrag } from "./drag.js";
import { bodyOf, nameOfUnit, placeOf, showChosen, showOrganisations, showTray, startBodies } from "./bodies.js";

const PATIENCE_MS = 120;
const look = latestOnly(), picture = latestOnly();
let timer = null, shade = null, colour = "", towers = [], last = {};

export function startPlan() {
  startBodies();
  on("colour", "change", () => { colour = byId("colour").value; careful(draw); });
  on("whatif-ratio", "input", () => {
    const ratio = Number(byId("whatif-ratio").value);
    write("whatif-ratio-value", number(ratio, 2));
    clearTimeout(timer);
    timer = setTimeout(() => { edit({ kind: "ratio", ratio }); changed(); }, PATIENCE_MS);
  });
  on("undo", "click", () => { reset(); changed(); });
  on("back-one", "click", takeBack);
  on("around", "click", doing(solveAround));
  on("search-on", "click", doing(searchOn));
  on("all-towers", "click", () => { towers = []; careful(draw); });
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

const changed = () => { keepEdits(); return careful(refresh); };

/** Ask what the checker says of the plan as it stands, and show it. */
async function refresh() {
  const drawn = careful(draw); // a newer picture may end it before the verdict is there
  state.look = await look("/page/look", asItStands());
  showVerdict();
  showChanges();
  keepFocus(byId("organisations"), showOrganisations);
  keepFocus(byId("chosen"), showChosen);
  showTray();
  showProvenance();
  act("costs");
  await drawn;
  warn(byId("stack"), state.look.warned);
}

const asItStands = () => ({ scenario: changedScenario({ pins: false }), placements: placements(), language });

/** Show a plan that came from the service; nothing of the one before stays in sight meanwhile. */
export async function showPlan() {
  state.chosen = null;
  towers = [];
  byId("find").value = "";
  fill("stack");
  byId("view-plan").classList.add("waiting");
  byId("around").disabled = byId("undo").disabled = true;
  restoreEdits();
  await refresh();
  byId("view-plan").classList.remove("waiting");
  showDifferences();
}

async function draw() {
  const holder = byId("stack"), frame = holder.parentElement;
  frame.classList.add("busy");
  const tall = innerWidth > 1000 ? 1.5 * Math.max(360, frame.clientHeight - 60) : innerHeight * (innerWidth > 700 ? 2 : 5); // a phone scrolls
  const room = { width: Math.max(320, frame.clientWidth - 14) };
  const zoom = Math.min(1.7, Math.max(1, room.width / 1000));
  const asked = { ...asItStands(), colour, towers, width: Math.round(room.width / zoom), height: Math.round(tall / zoom) };
  const key = JSON.stringify(asked);
  if (key !== last.key) last = { key, found: await picture("/page/stack", asked) };
  const { found } = last;
  byId("colour").value = found.colour;
  hide("all-towers", !found.many || !towers.length);
  if (found.glance) drawGlance(holder, found, openTowers);
  else drawStack(holder, found, { marked: new Set(state.pins.keys()), outlined: movedFrom(state.before), room });
  warn(holder, state.look?.warned);
  frame.classList.remove("busy");
  light(state.chosen);
}

/** Return the pieces that have more people than in the plan before. */
function movedFrom(before) {
  if (!before) return new Set();
  return endsOf(differences(before.placements, state.plan.placements), "to");
}

async function openTowers(complex, tower) {
  towers = complex.towers.length > 12 ? [tower.id] : complex.towers.map((each) => each.id);
  await careful(draw);
  scrollTo(`.tower[data-tower="${CSS.escape(tower.id)}"]`);
}

const scrollTo = (selector) => bring(byId("stack").querySelector(selector), byId("stack").parentElement);

/** Bring a unit or an organisation into view, opening its tower where only thumbnails are shown. */
async function reveal({ unit, body }) {
  const units = state.look.organisations.flatMap((each) => (body && each.id !== body ? [] : each.units)).filter((each) => !unit || each.id === unit);
  const wanted = [...towersOf(units)];
  if (!wanted.length) return;
  if (!byId("stack").querySelector("svg[data-size]") || (towers.length && !towers.includes(wanted[0]))) {
    towers = wanted.slice(0, 12);
    await careful(draw);
  }
  scrollTo(unit ? `.piece[data-unit="${CSS.escape(unit)}"]` : `.piece[data-body="${CSS.escape(body)}"]`);
  if (unit) lightPieces(byId("stack"), (piece) => piece.dataset.unit === unit);
}

function towersOf(units) {
  const towerOf = new Map(state.look.floors.map((floor) => [floor.id, floor.tower]));
  return new Set(units.flatMap((unit) => unit.pieces.map((piece) => towerOf.get(piece.floor))));
}

/** Light one organisation everywhere; none for all, or for those of a shade of the legend. */
function light(body) {
  const holder = byId("stack");
  const test = body ? (piece) => piece.dataset.body === body : shade ? (piece) => piece.dataset.shade === shade : null;
  lightPieces(holder, test);
  const at = body && towersOf(bodyOf(body)?.units ?? []);
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
  return [[t("stack.organisation"), bodyOf(item.body)?.name ?? item.body], [t("stack.unit"), nameOfUnit(item.unit_id)], place, ...["desks", "people", "ratio"].map((key) => [t(`stack.${key}`), item[key]]), [t("stack.short_chance"), item.chance]];
}

function showVerdict() {
  const { look: seen, plan } = state;
  const known = gapSaid(plan.gap) === "–" ? "plan.headline_no_bound" : plan.status === "optimal" ? "plan.headline_best" : "plan.headline";
  const total = number(seen.total);
  write("headline", isChanged() ? t("plan.headline_hand", { total }) : t(known, { total, gap: gapSaid(plan.gap) }));
  hide("search-on", plan.status === "optimal" || isChanged());
  const said = seen.feasible ? t("plan.sound") : t("plan.broken", { count: seen.violation_count });
  const violations = seen.violations.map((each) => el("li", {}, words("strong", `${each.title}: `), each.said));
  fill("verdict-body",
    el("p", { className: seen.feasible ? "verdict" : "verdict bad", id: "verdict-said", textContent: said }),
    seen.unplaced_people ? words("p", t("plan.unplaced", { people: Math.round(seen.unplaced_people) })) : null,
    violations.length ? el("ul", { className: "violations", tabIndex: 0 }, ...violations) : null,
    el("details", { open: byId("terms")?.open ?? innerWidth > 1000, id: "terms" }, words("summary", t("plan.details")), terms()));
}

/** The terms as they stand, and by how much they differ from the plan that was solved. */
function terms() {
  const solved = new Map(state.plan.objective.terms.map((term) => [term.name, term.cost]));
  const lines = state.look.terms.map((term) => [term.said, term.cost, term.cost - (solved.get(term.name) ?? 0)]).filter(([, cost, more]) => cost || more);
  lines.push([t("plan.total"), state.look.total, state.look.total - state.plan.objective.total]);
  const change = (more) => el("td", { className: `number ${more > 0.5 ? "worse" : more < -0.5 ? "better" : ""}`, textContent: Math.abs(more) < 0.5 ? "" : `${more > 0 ? "+" : ""}${number(more)}` });
  return el("table", { className: "terms" }, el("tbody", {}, ...lines.map(([said, cost, more]) => el("tr", {}, el("th", { scope: "row", textContent: said }), el("td", { className: "number", textContent: number(cost) }), change(more)))));
}

function showChanges() {
  const kept = ["pins", "forbidden"].flatMap((name) => state.kept[name].filter((one) => state[name].get(keyOf(one.unit, one.floor)) === one).map((one) => [saidOf({ ...one, kind: name === "pins" ? "pin" : "forbid" }), () => edit({ ...one, kind: "free" })]));
  const lines = [...kept, ...state.edits.map((one) => [saidOf(one), () => drop(one)])].map(([said, back]) => el("li", { className: "change" }, words("span", said),
    button("×", () => { back(); changed(); }, { "aria-label": `${t("whatif.drop")}: ${said}` })));
  fill("change-list", ...(lines.length ? lines : [item(t("whatif.none"), "quiet")]));
  byId("around").disabled = byId("undo").disabled = !isChanged();
  byId("back-one").disabled = !state.past.length;
  byId("whatif-ratio").value = state.ratio ?? ratioOf(state.scenario);
  write("whatif-ratio-value", number(state.ratio ?? ratioOf(state.scenario), 2));
}

const saidOf = (one) => t(`whatif.did_${one.kind}`, {
  unit: nameOfUnit(one.unit),
  place: placeOf(one.floor),
  desks: one.desks,
  before: one.kind === "ratio" ? number(ratioOf(state.scenario), 2) : peopleOf(one.unit),
  after: one.kind === "ratio" ? number(one.ratio, 2) : one.people,
});

/** Where the plan comes from, as sentences; the same stand in reports and pictures. */
export function provenance() {
  const about = state.record?.label?.about ?? {}, lines = [];
  for (const one of about.dropped ?? []) lines.push(t("from.dropped", { what: one }));
  if (about.desks_added) lines.push(t("from.desks_added", { desks: about.desks_added }));
  if (about.changes) lines.push(t("from.changes", { count: about.changes }));
  if (isChanged()) lines.push(t("from.by_hand", { count: state.edits.length }));
  if (state.record?.ended_at) lines.push(t("from.solved", { when: moment(state.record.ended_at) }));
  const why = state.plan.run?.stopped_because;
  if (why && has(`from.stopped_${why}`)) lines.push(t(`from.stopped_${why}`));
  if (state.record?.outdated_units) lines.push(t("from.outdated", { units: state.record.outdated_units }));
  return lines;
}

function showProvenance() {
  const { scenario, plan } = state, scheme = scenario.settings?.options?.scheme;
  const lines = [t("from.ratio", { ratio: number(ratioOf(changedScenario()), 2) })];
  if (scheme) lines.push(t("from.scheme", { scheme }));
  lines.push(...provenance());
  const gap = plan.status === "optimal" ? t("report.proved_best") : gapSaid(plan.gap) === "–" ? t("report.no_bound") : t("from.within", { gap: gapSaid(plan.gap) });
  fill("provenance", ...lines.map((line) => words("li", line)), words("li", gap, "on-paper"));
  write("plan-name", planName(state.record, scenario));
}

export const planName = (record, scenario) => record?.label?.name || caseTitle(scenario?.settings?.name) || scenario?.settings?.title || scenario?.settings?.name || record?.name || t("report.untitled");

export const caseTitle = (name) => (has(`case.${name}`) ? t(`case.${name}`) : "");

/** Return what a plan made from this one is to remember: what was given up before, and what differs. */
export function aboutNext(more = {}) {
  const about = state.record?.label?.about ?? {};
  return { base: state.job, dropped: about.dropped ?? [], desks_added: about.desks_added ?? 0, changes: (about.changes ?? 0) + state.edits.length, ...more };
}

async function solveAround() {
  const scenario = changedScenario();
  const start = placements();
  const kept = { pins: [...state.pins.values()], forbidden: [...state.forbidden.values()] };
  const plain = changedScenario({ pins: false, forbidden: false });
  const { current, predecessors } = state;
  Object.assign(scenario, { current, predecessors });
  if (byId("gently").checked) {
    scenario.current = rowsOf(state.plan.placements);
    scenario.predecessors = []; // they are of the plan before this one
  }
  Object.assign(plain, { current: scenario.current, predecessors: scenario.predecessors });
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
  hide("differences", !before);
  if (!before) return;
  const lines = differences(before.placements, plan.placements);
  const people = lines.reduce((sum, line) => sum + line.people, 0);
  const units = new Set(lines.map((line) => line.unit)).size;
  const sum = t("difference.sum", { people: people, units: units, before: before.objective.total, after: plan.objective.total });
  const where = (floor) => (floor ? placeOf(floor) : t("difference.nowhere"));
  const rows = lines.map((line) => el("li", {}, words("strong", nameOfUnit(line.unit)), t("difference.line", { people: line.people, from: where(line.from), to: where(line.to) })));
  fill("differences-body",
    el("p", { id: "differences-said", textContent: lines.length ? sum : t("difference.none") }),
    lines.length ? el("ul", { className: "plain moves", tabIndex: 0, "aria-label": t("difference.title") }, ...rows) : null);
  announce(byId("differences-said").textContent);
}
