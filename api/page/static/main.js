// The page put together: views, languages, and the way from a scenario to a plan.

import { begin, careful, get } from "./api.js";
import { loadVega } from "./charts.js";
import { announce, byId, notice } from "./dom.js";
import { number, t } from "./texts.js";
import { state, take } from "./state.js";
import { listRecent, reopen, start } from "./start.js";
import { startSolving, watch } from "./solving.js";
import { showPlan, startPlan } from "./plan.js";
import { startCompare } from "./compare.js";
import { showNone, startWhy } from "./why.js";
import { showReports } from "./reports.js";

const VIEWS = ["start", "solving", "plan", "compare", "why", "report"];

export function show(view) {
  for (const each of VIEWS) byId(`view-${each}`).hidden = each !== view;
  for (const tab of byId("tabs").children) {
    if (tab.dataset.view === view) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  if (view === "report" && state.look) showReports();
  if (view === "start") careful(listRecent);
  document.title = `${byId(`view-${view}`).querySelector("h1").textContent} – ${t("page.title")}`;
}

function open(tabs) {
  for (const tab of byId("tabs").children) tab.disabled = tab.dataset.view !== "start" && !tabs.includes(tab.dataset.view);
}

/**
 * Solve a scenario. Known may be: `before`, the plan that differences are told against; `scenario`, to
 * go on with in the place of what was solved; `kept`, pins and what is forbidden that stay.
 */
export async function solve(scenario, options, known = {}) {
  await follow(await begin("/allocate", { ...scenario, ...options }), known);
}

/** Open a job: watch it while it runs, then show its plan. */
export async function openJob(id, known = {}) {
  await follow(await get(`/jobs/${id}`), known);
}

async function follow(job, { scenario, before = null, kept = null }) {
  notice("");
  history.replaceState(null, "", `#job=${job.id}`);
  if (["queued", "running"].includes(job.state)) show("solving");
  const over = await watch(job);
  const solved = scenario ?? await get(`/jobs/${job.id}/scenario`);
  if (over.state === "failed") throw new Error(over.reason || "");
  if (over.state === "cancelled" && over.total === null) {
    notice(t("solving.cancelled"));
    return reopen(solved);
  }
  const plan = await get(`/jobs/${job.id}/result`);
  if (plan.objective.total === null) return showWhyNone(solved, plan, before);
  take(solved, plan, job.id, kept);
  state.before = before;
  return showFound(plan);
}

async function showFound(plan) {
  open(["plan", "compare", "why", "report"]);
  showNone(null);
  show("plan");
  await showPlan();
  if (!state.before) announce(t("solving.found", { total: number(plan.objective.total) }));
}

/** There is no plan; where another was to be changed, it stays, with what was changed by hand. */
function showWhyNone(scenario, plan, before) {
  if (!before) Object.assign(state, { scenario, plan: null, look: null, current: scenario.current });
  open(state.plan ? ["plan", "compare", "why", "report"] : ["compare", "why"]);
  showNone({ scenario, plan });
  show("why");
  if (plan.status === "unknown") notice(t("solving.unknown"));
  announce(byId("why-verdict").textContent);
}

byId("tabs").addEventListener("click", (event) => {
  const view = event.target.dataset.view;
  if (view) show(view);
});
for (const link of document.querySelectorAll("[data-language]")) {
  link.addEventListener("click", () => { link.href = `?lang=${link.dataset.language}${location.hash}`; });
}
start();
startSolving();
startPlan();
startCompare();
startWhy();
const wanted = new URLSearchParams(location.hash.slice(1)).get("job");
if (wanted) careful(() => openJob(wanted));
else show("start");
requestIdleCallback?.(() => { loadVega().catch(() => {}); });
