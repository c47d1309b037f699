// Plans that were made: named, noted, pinned, searched, put away; compared in a table and side by side.

import { act, answer } from "./act.js";
import { careful, get, post, put, save } from "./api.js";
import { announce, byId, el, fill, table } from "./dom.js";
import { gapSaid, language, moment, number, t } from "./texts.js";
import { differences, keyOf, state } from "./state.js";
import { drawStack } from "./stack.js";
import { caseTitle, planName } from "./plan.js";

const MOST = 200;
let jobs = [];
const chosen = new Set();
const plans = new Map(); // by job -> plan.json
const scenarios = new Map();

export function startPlans() {
  byId("plan-search").addEventListener("input", showList);
  byId("plans-csv").addEventListener("click", asCsv);
  byId("plans-print").addEventListener("click", () => print());
  byId("plan-label").addEventListener("submit", (event) => { event.preventDefault(); careful(nameIt); });
  byId("label-close").addEventListener("click", () => byId("label").close());
  byId("share").addEventListener("click", () => careful(share));
  answer("comparePlans", comparePlans);
}

async function load() {
  jobs = (await get(`/jobs?kind=allocate&limit=${MOST}`)).jobs.filter((job) => !job.label.hidden);
  const rank = (job) => (job.label.pinned ? 1 : 0);
  jobs.sort((a, b) => rank(b) - rank(a));
}

export const nameOf = (job) => job.label.name || caseTitle(job.label.about.case) || job.name || job.id.slice(0, 8);

/** What tells a plan from others: its ratio, its scheme, how many units, what was changed. */
export function subtitle(job) {
  const about = job.label.about ?? {}, parts = [];
  if (about.ratio) parts.push(t("plans.ratio", { ratio: number(about.ratio, 2) }));
  if (about.scheme) parts.push(about.scheme);
  if (about.units) parts.push(t("plans.units", { units: number(about.units) }));
  if (about.changes) parts.push(t("plans.changes", { count: number(about.changes) }));
  for (const one of (about.dropped ?? []).slice(0, 2)) parts.push(one.length > 60 ? `${one.slice(0, 58)}…` : one);
  if (about.desks_added) parts.push(t("plans.desks_added", { desks: number(about.desks_added) }));
  return parts.join(" · ");
}

export function outcome(job) {
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
  fill(byId("plan-list"), ...(found.length ? found.map(line) : [el("li", { className: "quiet", textContent: t("start.none_recent") })]));
}

function line(job) {
  const say = (key) => `${t(key)}: ${nameOf(job)}`;
  const tick = el("input", { type: "checkbox", checked: chosen.has(job.id), disabled: job.total === null, "aria-label": say("plans.compare"), onchange: (event) => { if (event.target.checked) chosen.add(job.id); else chosen.delete(job.id); act("navigate", { view: "plans", compare: [...chosen].join(",") }); } });
  const act_ = (key, work, more = {}) => el("button", { type: "button", className: "small", textContent: t(key), "aria-label": say(key), onclick: () => careful(work), ...more });
  return el("li", { className: "plan-line", "data-plan": job.id }, tick,
    el("div", {}, el("button", { type: "button", className: "link", textContent: nameOf(job), onclick: () => act("navigate", { job: job.id }) }), job.label.about.baseline ? el("strong", { className: "badge", textContent: t("plans.is_baseline") }) : null, el("br"),
      el("small", { textContent: [moment(job.created_at), outcome(job), subtitle(job)].filter(Boolean).join(" · ") }), job.label.note ? el("p", { className: "note", textContent: job.label.note }) : null),
    el("span", { className: "row tight" },
      act_(job.label.pinned ? "plans.unpin" : "plans.pin", () => relabel(job, { pinned: !job.label.pinned }), { "aria-pressed": String(job.label.pinned) }),
      act_("plans.rename", () => ask(job)),
      act_(job.label.about.baseline ? "plans.no_baseline" : "plans.baseline", () => setBaseline(job)),
      act_("plans.delete", () => putAway(job))));
}

async function relabel(job, change) {
  const label = { ...job.label, ...change };
  const record = await put(`/jobs/${job.id}/label`, label);
  if (state.record?.id === job.id) state.record = record;
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
  const back = el("button", { type: "button", className: "small", textContent: t("plans.undelete"), onclick: () => careful(async () => { fill(byId("plans-said")); await relabel(job, { hidden: false }); }) });
  fill(byId("plans-said"), t("plans.deleted", { name: nameOf(job) }), " ", back);
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
  if (state.record?.id === record.id) byId("plan-name").textContent = planName(record, state.scenario);
}

/** Name the plan that is open. */
export const nameOpen = () => (state.record?.id ? ask(state.record) : undefined);

async function share() {
  await navigator.clipboard?.writeText(location.href).catch(() => {});
  byId("share").textContent = t("plans.shared");
  setTimeout(() => { byId("share").textContent = t("plans.share"); }, 2500);
}

async function planOf(id) {
  if (!plans.has(id)) {
    plans.set(id, await get(`/jobs/${id}/result`));
    scenarios.set(id, await get(`/jobs/${id}/scenario`));
  }
  return plans.get(id);
}

/** Compare plans: a table of all, and two beside each other. */
async function comparePlans(ids) {
  for (const id of ids) chosen.add(id);
  for (const id of [...chosen]) if (!ids.includes(id)) chosen.delete(id);
  showList();
  byId("plans-compared").hidden = !ids.length;
  if (!ids.length) return;
  const found = [];
  for (const id of ids) found.push({ id, plan: await planOf(id), record: jobs.find((job) => job.id === id) ?? await get(`/jobs/${id}`) });
  const base = found.find((one) => one.record.label.about.baseline) ?? found[0];
  const rows = found.map(({ plan, record }) => rowOf(plan, record, base.plan));
  const heads = [[t("plans.name")], [t("plans.differs")], ...["total", "gap", "floors", "without", "moved", "extra_towers", "walking", "open_floors"].map((key) => [t(`plans.column_${key}`), "number"])];
  fill(byId("plans-table"), table(heads, rows, { sortable: true, caption: t("plans.against", { name: nameOf(base.record) }) }));
  byId("plans-table").data = [heads.map(([title]) => title), ...rows];
  await sideBySide(found.slice(-2), base);
  announce(t("plans.compared", { count: number(found.length) }));
}

function rowOf(plan, record, base) {
  const cost = (name) => number(plan.objective.terms?.find((term) => term.name === name)?.cost ?? null);
  const moved = differences(base.placements, plan.placements).filter((line) => line.from && line.to).reduce((sum, line) => sum + line.people, 0);
  return [nameOf(record), subtitle(record), number(plan.objective.total), gapSaid(plan.gap), number(plan.floors.filter((floor) => floor.desks_used).length), number(plan.attendance ? Math.round(plan.attendance.without_desk_peak) : null), number(moved), cost("extra_towers"), cost("walking"), cost("open_floors")];
}

async function sideBySide(two) {
  const [left, right] = two;
  byId("side-by-side").hidden = two.length < 2;
  if (two.length < 2) return;
  const lines = differences(left.plan.placements, right.plan.placements);
  const outlined = [new Set(lines.filter((each) => each.from).map((each) => keyOf(each.unit, each.from))), new Set(lines.filter((each) => each.to).map((each) => keyOf(each.unit, each.to)))];
  byId("side-said").textContent = t("plans.movers", { people: number(lines.filter((each) => each.from && each.to).reduce((sum, each) => sum + each.people, 0)) });
  for (const [at, one] of two.entries()) {
    const holder = byId(`side-${at}`);
    byId(`side-name-${at}`).textContent = nameOf(one.record);
    const rows = one.plan.placements.map(({ unit_id, floor_id, desks, people }) => ({ unit_id, floor_id, desks, people }));
    const towers = [...new Set(one.plan.floors.map((floor) => floor.tower_id))];
    const movers = [...new Set(lines.flatMap((each) => [each.from, each.to]).map((id) => one.plan.floors.find((floor) => floor.floor_id === id)?.tower_id).filter(Boolean))];
    const picture = await post("/page/stack", { scenario: scenarios.get(one.id), placements: rows, colour: byId("colour").value, towers: towers.length > 24 ? movers.slice(0, 24) : [], width: 700, height: 620, language });
    if (!picture.glance) drawStack(holder, picture, { outlined: outlined[at], room: { width: Math.max(300, byId("side-by-side").clientWidth / (innerWidth > 760 ? 2 : 1) - 50) } });
  }
}

function asCsv() {
  const cell = (value) => `"${String(value ?? "").replaceAll('"', '""').replace(/^([=+\-@])/, "'$1")}"`;
  const text = byId("plans-table").data.map((row) => row.map(cell).join(";")).join("\r\n");
  save(new Blob([`\ufeff${text}\r\n`], { type: "text/csv" }), `${t("page.view_plans")}.csv`);
}
