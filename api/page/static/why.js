// Costs and reasons: what each organisation's place costs; where it does not fit, why, and the ways out.

import { act, answer } from "./act.js";
import { begin, careful, doing, get, post, put, watch } from "./api.js";
import { button, byId, el, fill, hide, on, table, words, write } from "./dom.js";
import { language, stage, t } from "./texts.js";
import { peopleOf, rowsOf, state } from "./state.js";
import { paint } from "./stack.js";

export function startWhy() {
  on("explain", "click", doing(explain));
  answer("costs", showCosts);
}

function showCosts() {
  const bodies = state.look.organisations;
  const terms = state.look.terms.filter((term) => bodies.some((body) => body.costs.some((each) => each.said === term.said)));
  const rows = bodies.map((body) => [
    button(body.name, () => { act("view", "plan"); act("choose", body.id); }, { className: "link", title: t("why.show") }),
    ...terms.map((term) => body.costs.find((each) => each.said === term.said)?.cost ?? 0),
    body.total,
  ]);
  rows.push([t("plan.total"), ...terms.map((term) => term.cost), state.look.total]);
  fill("costs", table([[t("column.organisation")], ...terms.map((term) => [term.said, "number"]), [t("plan.total"), "number"]], rows, { total: true }));
}

/** Show that there is no plan, and why as far as it is known; after a way was tried, the ways stay. */
export async function showNone() {
  const { failed } = state;
  hide("why-none", !failed);
  hide("why-costs", !state.plan);
  if (!failed) return;
  const { plan } = failed;
  write("why-verdict", t(failed.tried?.size ? "why.tried" : plan.status === "infeasible" ? "why.infeasible" : "why.unknown"));
  for (const id of ["reasons", "conflict", "ways"]) fill(id);
  await showExplanation(failed.explanation ?? { reasons: plan.reasons, ways_out: [] });
}

/** Return things with a sentence in the page's language, and names in place of ids. */
async function sayAll(things) {
  if (!things.length) return [];
  const { said } = await post("/page/said", { scenario: state.failed.scenario, messages: things.map((one) => one.message), language });
  return things.map((one, at) => ({ ...one, said: said[at] }));
}

const causePart = ({ said, kind }) => el("li", {}, words("strong", t(`cause.${kind}`)), el("br"), words("span", said, "quiet"));

async function explain() {
  const { failed } = state;
  hide("explain-bar", false);
  try {
    const job = await begin("/explain", { ...failed.scenario, time_limit_s: Math.min(60, Math.max(20, seconds())) });
    if (failed.record) put(`/jobs/${failed.record.id}/label`, { ...failed.record.label, about: { ...failed.record.label.about, explanation: job.id } }).catch(() => {});
    await watch(job, (now) => { write("explain-said", stage(now.stage)); });
    failed.explanation = await get(`/jobs/${job.id}/result`);
    if (state.failed === failed) await showNone();
  } finally {
    hide("explain-bar", true);
  }
}

async function showExplanation(found) {
  fill("reasons", ...(await sayAll(found.reasons)).map(causePart));
  const members = await sayAll(found.conflict?.members ?? []);
  hide("conflict-title", !members.length);
  fill("conflict", ...members.map((one) => causePart(one.kind === "desks" ? { ...one, kind: "room" } : one)));
  hide("ways-title", !found.ways_out.length);
  const ways = await sayAll(found.ways_out);
  fill("ways", ...ways.map(wayPart));
  write("explain-said", found.ways_out.length || !found.ended ? "" : found.plan ? t("why.fits") : t(`why.none_${found.ended}`));
  for (const [at, way] of ways.entries()) {
    if (way.plan?.placements.length) await careful(async () => paint(byId(`way-${at}`), await changedBy(way), way.plan.placements, { colour: "group", bare: true }));
  }
}

const seconds = () => state.failed.plan.run?.time_limit_s || 30;
const changedBy = (way) => post("/page/changed", { scenario: state.failed.scenario, change: way.change });

/** A way out as a card: what it gives up, whom it touches, what it costs, and its floors. */
function wayPart(way, at) {
  const adds = way.kind === "add_desks", desks = way.price_desks, total = way.plan?.objective.total ?? null;
  const people = (way.change.units ?? []).reduce((sum, unit) => sum + peopleOf(unit, state.failed.scenario), 0), tried = state.failed.tried?.has(at);
  const facts = [desks && !adds ? t("way.price_give", { desks }) : "", people && t("way.people", { people }), total !== null && t("way.total", { total })].filter(Boolean);
  return el("li", { className: `card way${tried ? " tried" : ""}` }, words("h3", t(`way.${way.kind}`, { desks })), words("p", way.said),
    words("p", facts.join(" · "), "quiet"), el("div", { className: "small-stack drawn", id: `way-${at}` }),
    button(t(tried ? "why.again" : "why.try"), doing(() => tryWay(way, at)), { className: tried ? "" : "primary" }));
}

async function tryWay(way, at) {
  const { failed } = state;
  failed.tried = (failed.tried ?? new Set()).add(at);
  const base = failed.record?.label?.about ?? {};
  const added = Object.values(way.change.desks ?? {}).reduce((sum, desks) => sum + desks, 0);
  const given = ["add_desks", "people_per_desk"].includes(way.kind) ? [] : [way.said];
  const about = { dropped: [...(base.dropped ?? []), ...given], desks_added: (base.desks_added ?? 0) + added, changes: base.changes ?? 0, base: state.job ?? base.base, failed: failed.record?.id };
  const start = rowsOf(way.plan?.placements ?? []);
  await act("solve", await changedBy(way), { time_limit_s: seconds(), ...(start.length ? { start } : {}) }, { before: state.plan, about, failed });
}
