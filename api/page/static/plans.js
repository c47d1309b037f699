// Plans that were made: named, noted, pinned, searched, put away; compared in a table and side by side.

import { act, answer } from "./act.js";
import { doing, get, put, save } from "./api.js";
import { announce, button, byId, el, fill, hide, item, on, table, words, write } from "./dom.js";
import { gapSaid, moment, number, t } from "./texts.js";
import { differences, endsOf, state } from "./state.js";
import { paint } from "./stack.js";
import { caseTitle, planName } from "./plan.js";

const MOST = 200;
let jobs = [];
const chosen = new Set();
const plans = new Map(); // by job -> plan.json
const scenarios = new Map();

export function startPlans() {
  on("plan-search", "input", showList);
  on("plans-csv", "click", asCsv);
  on("plans-print", "click", () => print());
  on("plan-label", "submit", doing(nameIt));
  on("label-close", "click", () => byId("label").close());
  on("share", "click", doing(share));
  answer("comparePlans", comparePlans);
}

async function load() {
  jobs = (await get(`/jobs?kind=allocate&limit=${MOST}`)).jobs.filter((job) => !job.label.hidden);
  const rank = (job) => (job.label.pinned ? 1 : 0);
  jobs.sort((a, b) => rank(b) - rank(a));
}

export const nameOf = (job) => job.label.name || caseTitle(job.label.about.case) || job.name || job.id.slice(0, 8);

/** What tells a plan from others: its ratio, its scheme, how many units, what was changed. */
function subtitle(job) {
  const about = job.label.about ?? {}, parts = [];
  if (about.ratio) parts.push(t("plans.ratio", { ratio: number(about.ratio, 2) }));
  if (about.scheme) parts.push(about.scheme);
  if (about.units) parts.push(t("plans.units", { units: about.units }));
  if (about.changes) parts.push(t("plans.changes", { count: about.changes }));
  for (const one of (about.dropped ?? []).slice(0, 2)) parts.push(one.length > 60 ? `${one.slice(0, 58)}…` : one);
  if (about.desks_added) parts.push(t("plans.desks_added", { desks: about.desks_added }));
  return parts.join(" · ");
}

function outcome(job) {
  const what = t(`status.${job.status || job.state}`);
  return job.total === null ? what : t("plans.outcome", { status: what, total: number(job.total), gap: gapSaid(job.gap) });
}

/** Return the latest plans, pinned ones first. */
export async function latest(many) {
  await load();
  return jobs.slice(0, many);
}

export async function showPlans() {
  await load();
  showList();
}

function showList() {
  const wanted = byId("plan-search").value.trim().toLowerCase();
  const holds = (job) => `${nameOf(job)} ${job.label.note} ${subtitle(job)} ${job.id}`.toLowerCase().includes(wanted);
  const found = jobs.filter(holds);
  fill("plan-list", ...(found.length ? found.map(line) : [item(t("start.none_recent"), "quiet")]));
}

function line(job) {
  const say = (key) => `${t(key)}: ${nameOf(job)}`;
  const tick = el("input", { type: "checkbox", checked: chosen.has(job.id), disabled: job.total === null, "aria-label": say("plans.compare"), onchange: (event) => { if (event.target.checked) chosen.add(job.id); else chosen.delete(job.id); act("navigate", { view: "plans", compare: [...chosen].join(",") }); } });
  const do_ = (key, work, more = {}) => button(t(key), doing(work), { "aria-label": say(key), ...more });
  return el("li", { className: "plan-line", "data-plan": job.id }, tick,
    el("div", {}, button(nameOf(job), () => act("navigate", { job: job.id }), { className: "link" }), job.label.about.baseline ? words("strong", t("plans.is_baseline"), "badge") : null, el("br"),
      words("small", factsOf(job)), job.label.note ? words("p", job.label.note, "note") : null),
    el("span", { className: "row tight" },
      do_(job.label.pinned ? "plans.unpin" : "plans.pin", () => relabel(job, { pinned: !job.label.pinned }), { "aria-pressed": String(job.label.pinned) }),
      do_("plans.rename", () => ask(job)),
      do_(job.label.about.baseline ? "plans.no_baseline" : "plans.baseline", () => setBaseline(job)),
      do_("plans.delete", () => putAway(job))));
}

/** A link to a job with what is known of it below. */
export const jobLink = (name, to, facts) => el("li", {}, button(name, () => act("navigate", to), { className: "link" }), el("br"), words("small", facts));

/** What tells a plan from others, and how it came out. */
export const factsOf = (job) => [moment(job.created_at), outcome(job), subtitle(job)].filter(Boolean).join(" · ");

async function relabel(job, change) {
  const label = { ...job.label, ...change };
  const record = await put(`/jobs/${job.id}/label`, label);
  if (state.record?.id === job.id) state.record = { ...state.record, ...record };
  await showPlans();
  return record;
}

async function setBaseline(job) {
  const before = jobs.find((each) => each.label.about.baseline);
  if (before) await put(`/jobs/${before.id}/label`, { ...before.label, about: { ...before.label.about, baseline: undefined } });
  if (before?.id === job.id) return showPlans();
  return relabel(job, { about: { ...job.label.about, baseline: true } });
}

async function putAway(job) {
  await relabel(job, { hidden: true });
  chosen.delete(job.id);
  const back = button(t("plans.undelete"), doing(async () => { fill("plans-said"); await relabel(job, { hidden: false }); }));
  fill("plans-said", t("plans.deleted", { name: nameOf(job) }), " ", back);
}

let asked = null;

function ask(job) {
  asked = job;
  byId("label-name").value = job.label.name || job.name;
  byId("label-note").value = job.label.note;
  byId("label").showModal();
}

async function nameIt() {
  byId("label").close();
  const record = await relabel(asked, { name: byId("label-name").value.trim(), note: byId("label-note").value.trim() });
  if (state.record?.id === record.id) write("plan-name", planName(record, state.scenario));
}

/** Name the plan that is open. */
export const nameOpen = () => (state.record?.id ? ask(state.record) : undefined);

async function share() {
  await navigator.clipboard?.writeText(location.href).catch(() => {});
  write("share", t("plans.shared"));
  setTimeout(() => { write("share", t("plans.share")); }, 2500);
}

async function planOf(id) {
  if (!plans.has(id)) {
    const [plan, scenario] = await Promise.all(["result", "scenario"].map((part) => get(`/jobs/${id}/${part}`)));
    plans.set(id, plan);
    scenarios.set(id, scenario);
  }
  return plans.get(id);
}

let journey = 0;

/** Compare plans: a table of all, and two beside each other. */
async function comparePlans(ids) {
  const mine = (journey += 1);
  for (const id of ids) chosen.add(id);
  for (const id of [...chosen]) if (!ids.includes(id)) chosen.delete(id);
  showList();
  hide("plans-compared", !ids.length);
  if (!ids.length) return;
  const found = [];
  for (const id of ids) found.push({ id, plan: await planOf(id), record: jobs.find((job) => job.id === id) ?? await get(`/jobs/${id}`) });
  if (mine !== journey) return; // others were ticked meanwhile
  const base = found.find((one) => one.record.label.about.baseline) ?? found[0];
  const rows = found.map(({ plan, record }) => rowOf(plan, record, base.plan));
  const heads = [[t("plans.name")], [t("plans.differs")], ...["total", "gap", "floors", "without", "moved", "extra_towers", "walking", "open_floors"].map((key) => [t(`plans.column_${key}`), "number"])];
  fill("plans-table", table(heads, rows, { sortable: true, caption: t("plans.against", { name: nameOf(base.record) }) }));
  byId("plans-table").data = [heads.map(([title]) => title), ...rows];
  await sideBySide(found.slice(-2));
  announce(t("plans.compared", { count: found.length }));
}

function rowOf(plan, record, base) {
  const cost = (name) => plan.objective.terms?.find((term) => term.name === name)?.cost ?? "–";
  const moved = movedIn(differences(base.placements, plan.placements));
  const without = plan.attendance ? Math.round(plan.attendance.without_desk_peak) : "–";
  return [nameOf(record), subtitle(record), plan.objective.total, { value: plan.gap, said: gapSaid(plan.gap) }, plan.floors.filter((floor) => floor.desks_used).length, without, moved, ...["extra_towers", "walking", "open_floors"].map(cost)];
}

const movedIn = (lines) => lines.filter((line) => line.from && line.to).reduce((sum, line) => sum + line.people, 0);

async function sideBySide(two) {
  hide("side-by-side", two.length < 2);
  if (two.length < 2) return;
  const lines = differences(two[0].plan.placements, two[1].plan.placements), floors = lines.flatMap((each) => [each.from, each.to]);
  write("side-said", t("plans.movers", { people: movedIn(lines) }));
  for (const [at, { id, plan, record }] of two.entries()) {
    write(`side-name-${at}`, nameOf(record));
    const outlined = endsOf(lines, at ? "to" : "from");
    await paint(byId(`side-${at}`), scenarios.get(id), plan.placements, { floors, width: 700, height: 620, outlined });
  }
}

function asCsv() {
  const cell = (value) => `"${String(typeof value === "number" ? Math.round(value) : value?.said ?? value ?? "").replaceAll('"', '""').replace(/^([=+\-@])/, "'$1")}"`;
  const text = byId("plans-table").data.map((row) => row.map(cell).join(";")).join("\r\n");
  save(new Blob([`\ufeff${text}\r\n`], { type: "text/csv" }), `${t("page.view_plans")}.csv`);
}
