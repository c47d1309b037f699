// Why it is like this: costs of each organisation by term; and where it does not fit, reasons and ways out.

import { begin, careful, get, wait } from "./api.js";
import { byId, el, fill, table } from "./dom.js";
import { language, number, stage, t } from "./texts.js";
import { state, withRatio } from "./state.js";
import { choose } from "./plan.js";
import { show, solve } from "./main.js";

const EACH_MS = 600;

export function startWhy() {
  byId("explain").addEventListener("click", () => careful(explain));
}

export function showCosts() {
  const bodies = state.look.organisations;
  const terms = state.look.terms.filter((term) => bodies.some((body) => body.costs.some((each) => each.said === term.said)));
  const rows = bodies.map((body) => [
    el("button", { type: "button", className: "link", textContent: body.name, title: t("why.show"), onclick: () => { show("plan"); choose(body.id); } }),
    ...terms.map((term) => number(body.costs.find((each) => each.said === term.said)?.cost ?? 0)),
    number(body.total),
  ]);
  rows.push([t("plan.total"), ...state.look.terms.filter((term) => terms.includes(term)).map((term) => number(term.cost)), number(state.look.total)]);
  fill(byId("costs"), table([[t("column.organisation")], ...terms.map((term) => [term.said, "number"]), [t("plan.total"), "number"]], rows, { total: true }));
}

/** Show that there is no plan, and why as far as it is known. */
export function showNone(failed) {
  state.failed = failed;
  byId("why-none").hidden = !failed;
  byId("why-costs").hidden = !state.plan;
  if (!failed) return;
  const { plan } = failed;
  byId("why-verdict").textContent = t(plan.status === "infeasible" ? "why.infeasible" : "why.unknown");
  fill(byId("reasons"), ...plan.reasons.map(reasonPart));
  fill(byId("conflict"));
  fill(byId("ways"));
  byId("conflict-title").hidden = byId("ways-title").hidden = true;
  byId("explain-said").textContent = "";
}

/** A reason by its kind, what it is about, and its sentence, which is English. */
function reasonPart({ kind, subject, object, desks, message }) {
  return causePart(kind, [subject, object, desks && t("cause.short", { desks: number(desks) })], message);
}

/** One of the things that cannot hold together. */
function memberPart({ kind, subject, object, desks, message }) {
  return causePart(kind === "desks" ? "room" : kind, [subject, object, desks && t("cause.desks_of", { desks: number(desks) })], message);
}

function causePart(name, about, message) {
  const said = language === "en" ? "" : about.filter(Boolean).join(" – ");
  return el("li", {}, el("strong", { textContent: t(`cause.${name}`) }), said && `: ${said}`,
    el("br"), el("span", { className: "quiet", textContent: message, lang: "en" }));
}

async function explain() {
  byId("explain").disabled = true;
  byId("explain-bar").hidden = false;
  try {
    let job = await begin("/explain", { ...state.failed.scenario, time_limit_s: Math.min(60, Math.max(20, seconds())) });
    while (["queued", "running"].includes(job.state)) {
      byId("explain-said").textContent = stage(job.stage) || t("page.working");
      await wait(EACH_MS);
      job = await get(`/jobs/${job.id}`);
    }
    showExplanation(await get(`/jobs/${job.id}/result`));
  } finally {
    byId("explain").disabled = false;
    byId("explain-bar").hidden = true;
  }
}

function showExplanation(found) {
  fill(byId("reasons"), ...found.reasons.map(reasonPart));
  const members = found.conflict?.members ?? [];
  byId("conflict-title").hidden = !members.length;
  fill(byId("conflict"), ...members.map(memberPart));
  byId("ways-title").hidden = !found.ways_out.length;
  fill(byId("ways"), ...found.ways_out.map(wayPart));
  const none = found.plan ? t("why.fits") : t(`why.none_${found.ended}`);
  byId("explain-said").textContent = found.ways_out.length ? "" : none;
}

const seconds = () => state.failed.plan.run?.time_limit_s || 30;

function wayPart(way) {
  const said = way.price_desks ? ` (${t("why.price", { desks: number(way.price_desks) })})` : "";
  return el("li", {}, el("strong", { textContent: t(`way.${way.kind}`) + said }),
    el("button", { type: "button", className: "small", textContent: t("why.try"), onclick: () => careful(() => solve(changedBy(way.change), { time_limit_s: seconds() }, { before: state.plan })) }),
    el("br"), el("span", { className: "quiet", textContent: way.message, lang: "en" }));
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
