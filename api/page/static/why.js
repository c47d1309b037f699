// Costs and reasons: what each organisation's place costs; where it does not fit, why, and the ways out.

import { act, answer } from "./act.js";
import { begin, busily, careful, get, post, put, watch } from "./api.js";
import { byId, el, fill, table } from "./dom.js";
import { language, number, stage, t } from "./texts.js";
import { state, withRatio } from "./state.js";
import { drawStack } from "./stack.js";

export function startWhy() {
  byId("explain").addEventListener("click", (event) => busily(event.target, explain));
  answer("costs", showCosts);
}

function showCosts() {
  const bodies = state.look.organisations;
  const terms = state.look.terms.filter((term) => bodies.some((body) => body.costs.some((each) => each.said === term.said)));
  const rows = bodies.map((body) => [
    el("button", { type: "button", className: "link", textContent: body.name, title: t("why.show"), onclick: () => { act("view", "plan"); act("choose", body.id); } }),
    ...terms.map((term) => number(body.costs.find((each) => each.said === term.said)?.cost ?? 0)),
    number(body.total),
  ]);
  rows.push([t("plan.total"), ...terms.map((term) => number(term.cost)), number(state.look.total)]);
  fill(byId("costs"), table([[t("column.organisation")], ...terms.map((term) => [term.said, "number"]), [t("plan.total"), "number"]], rows, { total: true }));
}

/** Show that there is no plan, and why as far as it is known; after a way was tried, the ways stay. */
export async function showNone() {
  const { failed } = state;
  byId("why-none").hidden = !failed;
  byId("why-costs").hidden = !state.plan;
  if (!failed) return;
  const { plan } = failed;
  byId("why-verdict").textContent = t(failed.tried?.size ? "why.tried" : plan.status === "infeasible" ? "why.infeasible" : "why.unknown");
  byId("conflict-title").hidden = byId("ways-title").hidden = true;
  byId("explain-said").textContent = "";
  fill(byId("conflict"));
  fill(byId("ways"));
  fill(byId("reasons"));
  if (failed.explanation) await showExplanation(failed.explanation);
  else fill(byId("reasons"), ...(await sayAll(plan.reasons)).map((one) => causePart(one, one.kind)));
}

/** Return things with a sentence in the page's language, and names in place of ids. */
async function sayAll(things) {
  if (!things.length) return [];
  const { said } = await post("/page/said", { scenario: state.failed.scenario, messages: things.map((one) => one.message), language });
  return things.map((one, at) => ({ ...one, said: said[at] }));
}

const causePart = ({ said }, kind) => el("li", {}, el("strong", { textContent: t(`cause.${kind}`) }), el("br"), el("span", { className: "quiet", textContent: said }));

async function explain() {
  const { failed } = state;
  byId("explain-bar").hidden = false;
  try {
    const job = await begin("/explain", { ...failed.scenario, time_limit_s: Math.min(60, Math.max(20, seconds())) });
    if (failed.record) put(`/jobs/${failed.record.id}/label`, { ...failed.record.label, about: { ...failed.record.label.about, explanation: job.id } }).catch(() => {});
    await watch(job, (now) => { byId("explain-said").textContent = stage(now.stage); });
    failed.explanation = await get(`/jobs/${job.id}/result`);
    if (state.failed === failed) await showNone();
  } finally {
    byId("explain-bar").hidden = true;
  }
}

async function showExplanation(found) {
  fill(byId("reasons"), ...(await sayAll(found.reasons)).map((one) => causePart(one, one.kind)));
  const members = await sayAll(found.conflict?.members ?? []);
  byId("conflict-title").hidden = !members.length;
  fill(byId("conflict"), ...members.map((one) => causePart(one, one.kind === "desks" ? "room" : one.kind)));
  byId("ways-title").hidden = !found.ways_out.length;
  const ways = await sayAll(found.ways_out);
  fill(byId("ways"), ...ways.map(wayPart));
  const none = found.plan ? t("why.fits") : t(`why.none_${found.ended}`);
  byId("explain-said").textContent = found.ways_out.length ? "" : none;
  for (const [at, way] of ways.entries()) await careful(() => smallStack(way, at));
}

const seconds = () => state.failed.plan.run?.time_limit_s || 30;

/** A way out as a card: what it gives up, whom it touches, what it costs, and its floors. */
function wayPart(way, at) {
  const adds = way.kind === "add_desks", desks = number(way.price_desks);
  const gives = way.price_desks && !adds ? t("way.price_give", { desks }) : "";
  const people = (way.change.units ?? []).reduce((sum, unit) => sum + (state.failed.scenario.headcounts.find((row) => row.unit_id === unit)?.headcount ?? 0), 0);
  const tried = state.failed.tried?.has(at);
  const facts = [gives, people && t("way.people", { people: number(people) }), way.plan?.objective.total !== null && way.plan && t("way.total", { total: number(way.plan.objective.total) })].filter(Boolean);
  return el("li", { className: `card way${tried ? " tried" : ""}` }, el("h3", { textContent: t(`way.${way.kind}`, { desks }) }), el("p", { textContent: way.said }),
    el("p", { className: "quiet", textContent: facts.join(" · ") }), el("div", { className: "small-stack drawn", id: `way-${at}` }),
    el("button", { type: "button", className: tried ? "" : "primary", textContent: t(tried ? "why.again" : "why.try"), onclick: (event) => busily(event.target, () => tryWay(way, at)) }));
}

async function smallStack(way, at) {
  const holder = byId(`way-${at}`);
  if (!way.plan?.placements.length || !holder) return;
  const picture = await post("/page/stack", { scenario: changedBy(way.change), placements: way.plan.placements.map(({ unit_id, floor_id, desks, people }) => ({ unit_id, floor_id, desks, people })), colour: "group", width: 640, height: 420, language });
  if (!picture.glance) drawStack(holder, { ...picture, legend: { entries: [] } }, { room: { width: holder.clientWidth || 300 } });
}

async function tryWay(way, at) {
  const { failed } = state;
  failed.tried = (failed.tried ?? new Set()).add(at);
  const base = failed.record?.label?.about ?? {};
  const added = Object.values(way.change.desks ?? {}).reduce((sum, desks) => sum + desks, 0);
  const given = way.change.desks && !added ? [] : ["add_desks", "people_per_desk"].includes(way.kind) ? [] : [way.said];
  const about = { dropped: [...(base.dropped ?? []), ...given], desks_added: (base.desks_added ?? 0) + added, changes: base.changes ?? 0, base: state.job ?? base.base, failed: failed.record?.id };
  const start = way.plan?.placements.map(({ unit_id, floor_id, desks, people }) => ({ unit_id, floor_id, desks, people }));
  await act("solve", changedBy(way.change), { time_limit_s: seconds(), ...(start?.length ? { start } : {}) }, { before: state.plan, about, failed });
}

/** Return the scenario with what a way out gives up. */
function changedBy(change) {
  let scenario = structuredClone(state.failed.scenario);
  if (change.people_per_desk) scenario = withRatio(scenario, change.people_per_desk);
  if (change.rules) scenario.rules = scenario.rules.filter((_rule, at) => !change.rules.includes(at + 1));
  if (change.needs) for (const unit of scenario.units ?? []) if (change.needs.includes(unit.unit_id)) delete unit.needs;
  if (change.units) scenario.headcounts = scenario.headcounts.filter((row) => !change.units.includes(row.unit_id));
  for (const floor of scenario.floors) addDesks(scenario, floor, change.desks?.[floor.floor_id] ?? 0);
  return scenario;
}

function addDesks(scenario, floor, more) {
  if (!more) return;
  const sharing = scenario.settings?.sharing ?? {};
  const desks = floor.desks ?? Math.floor(Number(floor.area_m2) / Number(sharing.m2_per_desk));
  const free = 1 - Number(sharing.reserve_share ?? 0);
  floor.desks = Math.ceil((Math.floor(desks * free) + more) / free - 1e-9);
  delete floor.area_m2;
  if (floor.max_occupants !== undefined && floor.max_occupants !== null) floor.max_occupants += more;
}
