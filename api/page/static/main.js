// The page put together: its address, its views, and the way from a scenario to a plan.

import { act, answer } from "./act.js";
import { begin, careful, get, put } from "./api.js";
import { announce, byId, hide, notice, on } from "./dom.js";
import { number, t } from "./texts.js";
import { forgetEdits, ratioOf, state, take } from "./state.js";
import { startPlan, showPlan } from "./plan.js";
import { showForm, showStudies, startStudies } from "./studies.js";
import { showNone, startWhy } from "./why.js";
import { nameOpen, showPlans, startPlans } from "./plans.js";
import { showReports, startReports } from "./reports.js";
import { listRecent, reopen, startStart } from "./start.js";
import { startSolving, watchSolve } from "./solving.js";

const VIEWS = ["start", "solving", "plans", "plan", "study", "why", "report"];
const knownOf = new Map(); // by job, what the page knows of it beyond the service
let opened = null, studied = null, journey = 0;

function show(view) {
  allow();
  for (const each of VIEWS) hide(`view-${each}`, each !== view);
  for (const tab of byId("tabs").children) {
    if (tab.dataset.view === view) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  if (view === "plan" && state.look) act("redraw"); // what was drawn unseen had no width
  if (view === "report" && state.look) showReports();
  if (view === "start") careful(listRecent);
  if (view === "plans") careful(showPlans);
  if (view === "study") { showForm(); careful(showStudies); }
  document.title = `${byId(`view-${view}`).querySelector("h1").textContent} – ${t("page.title")}`;
}

/** Let only those views be opened that have something to show. */
function allow() {
  const isThere = { plan: state.plan, study: state.scenario, why: state.plan || state.failed, report: state.plan };
  for (const tab of byId("tabs").children) tab.disabled = tab.dataset.view in isThere && !isThere[tab.dataset.view];
}

const asked = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

/** Go to an address of the page; what it does not name is left out. */
function navigate(to) {
  const hash = `#${new URLSearchParams(Object.entries(to).filter(([, value]) => value))}`;
  if (location.hash === hash) return route();
  location.hash = hash;
  return undefined;
}

const view = (name) => navigate({ ...(opened ? { job: opened } : {}), ...(name === "study" && studied ? { study: studied } : {}), view: name });

/** Show what the address names. */
async function route() {
  notice("");
  const to = asked();
  if (to.job && to.job !== opened && !to.study) {
    const known = knownOf.get(to.job) ?? {};
    await careful(() => openJob(to.job, known));
    if (opened !== to.job) return;
    if (!to.view) return;
  }
  if (to.study) {
    show("study");
    if (studied !== to.study) {
      studied = to.study;
      await careful(() => openStudy(to.study, to.job));
    }
    return;
  }
  allow();
  const open = [...byId("tabs").children].filter((tab) => !tab.disabled).map((tab) => tab.dataset.view);
  const wanted = to.view ?? (to.job ? (state.plan && !state.failedOnly ? "plan" : "why") : "start");
  show(open.includes(wanted) ? wanted : "start");
  if (wanted === "plans") await careful(() => compare(to.compare));
}

async function compare(list) {
  await showPlans();
  await act("comparePlans", (list || "").split(",").filter(Boolean));
}

async function openStudy(id, job) {
  if (job && job !== opened) await openJob(job, knownOf.get(job) ?? {}, { quiet: true });
  await act("openStudy", id);
  allow();
}

/**
 * Solve a scenario. Known may be: `before`, the plan that differences are told against; `scenario`, to
 * go on with in the place of what was solved; `kept`, pins and what is forbidden that stay; `about`,
 * what the plan is to remember; `failed`, the answer without a plan whose way out this is.
 */
async function solve(scenario, options, known = {}) {
  const job = await begin("/allocate", { ...scenario, ...options });
  const units = new Set(scenario.headcounts.map((row) => row.unit_id)).size;
  const about = { ...known.about, ratio: ratioOf(scenario), scheme: scenario.settings?.options?.scheme, units, case: scenario.settings?.name || scenario.settings?.title };
  knownOf.set(job.id, known);
  if (state.job) forgetEdits(state.job);
  await put(`/jobs/${job.id}/label`, { ...job.label, about });
  await navigate({ job: job.id });
}

/** Open a job: watch it while it runs, then show its plan. */
async function openJob(id, known, { quiet = false } = {}) {
  const mine = (journey += 1);
  let job = await get(`/jobs/${id}`);
  if (["queued", "running"].includes(job.state)) show("solving");
  job = await watchSolve(job, () => mine === journey);
  if (!job) return;
  const solved = known.scenario ?? await get(`/jobs/${id}/scenario`);
  if (mine !== journey) return;
  opened = id;
  if (job.state === "failed") throw new Error(job.reason || "");
  if (job.state === "cancelled" && job.total === null) {
    await reopen(solved);
    notice(t("solving.cancelled"));
    return;
  }
  const [plan, inputs] = await Promise.all([get(`/jobs/${id}/result`), get(`/page/outdated/${id}`)]);
  const before = known.before ?? await basePlan(job), failed = known.failed ?? await failedOf(job);
  if (mine !== journey) return;
  if (plan.objective.total === null) { await showWhyNone(solved, plan, known, job); return; }
  take(solved, plan, id, known.kept);
  state.record = { ...job, ...inputs };
  Object.assign(state, { before, failed });
  await showFound(plan, quiet);
}

/** Return what is still there; null for what is not. */
const kept = (id, part = "") => (id ? get(`/jobs/${id}${part}`).catch(() => null) : null);

/** Return the plan that a plan was made from, where it is still there. */
async function basePlan(job) {
  const { base } = job.label.about, plan = base === job.id ? null : await kept(base, "/result");
  return plan?.objective?.total === null ? null : plan;
}

/** Return the answer without a plan whose way out a plan is. */
async function failedOf(job) {
  const record = await kept(job.label.about.failed);
  if (!record) return null;
  return { record, scenario: await kept(record.id, "/scenario"), plan: await kept(record.id, "/result"), explanation: await explanationOf(record), tried: new Set() };
}

const explanationOf = (record) => kept(record.label.about.explanation, "/result");

/** Show a plan that has no job of its own: a row of a study. */
async function showPlanOf(scenario, plan, { before, about }) {
  take(scenario, plan, null);
  opened = null;
  state.record = { label: { name: "", note: "", about } };
  state.before = before;
  await showFound(plan, false);
}

async function showFound(plan, quiet) {
  state.failedOnly = false;
  careful(showNone);
  if (!quiet) {
    show("plan");
    byId("plan-title").focus({ preventScroll: true });
  }
  await showPlan();
  if (!state.before && !quiet) announce(t("solving.found", { total: number(plan.objective.total) }));
}

const withoutPlan = (scenario, record = null) => Object.assign(state, { scenario, plan: null, look: null, current: scenario.current, predecessors: scenario.predecessors, job: null, record });

/** There is no plan; where another was to be changed, it stays, with what was changed by hand. */
async function showWhyNone(scenario, plan, { before }, record = null) {
  if (!before) withoutPlan(scenario, record);
  state.failed = { scenario, plan, record, explanation: record ? await explanationOf(record) : null };
  state.failedOnly = true;
  show("why");
  await showNone();
  if (plan.status === "unknown") notice(t("solving.unknown"));
  announce(byId("why-verdict").textContent);
}

/** Open the form of a study with a scenario that has no plan. */
function studyOf(scenario, kind) {
  withoutPlan(scenario);
  state.failed = null;
  opened = studied = null;
  byId("study-kind").value = kind;
  navigate({ view: "study" });
}

on("tabs", "click", (event) => {
  const name = event.target.dataset.view;
  if (name && !event.target.disabled) view(name);
});
on("brand", "click", (event) => { event.preventDefault(); view("start"); });
on("name-it", "click", nameOpen);
for (const link of document.querySelectorAll("[data-language]")) {
  link.addEventListener("click", () => {
    document.body.dataset.leaving = "yes"; // what was changed by hand is kept in the browser
    link.href = `?lang=${link.dataset.language}${location.hash}`;
  });
}
answer("navigate", navigate);
answer("view", view);
answer("solve", solve);
answer("showPlanOf", showPlanOf);
answer("none", (scenario, plan) => showWhyNone(scenario, plan, { before: state.plan }));
answer("studyOf", studyOf);
startStart();
startSolving();
startPlan();
startStudies();
startWhy();
startPlans();
startReports();
addEventListener("hashchange", route);
route();
