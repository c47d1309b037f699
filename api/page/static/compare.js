// Ratios side by side: the window that fits and serves; a point opens its plan.

import { begin, careful, get, post, stop, wait } from "./api.js";
import { draw } from "./charts.js";
import { announce, byId, el, fill, table } from "./dom.js";
import { language, number, percent, t } from "./texts.js";
import { state } from "./state.js";
import { openJob } from "./main.js";

const EACH_MS = 700;

export function startCompare() {
  byId("compare").addEventListener("submit", (event) => {
    event.preventDefault();
    careful(run);
  });
}

async function run() {
  const ratios = [byId("from").value, byId("to").value, byId("step").value].map((value) => Number(value).toString()).join(":");
  byId("compare-stop").hidden = byId("compare-bar").hidden = false;
  let job = await begin("/compare", { ...state.scenario, current: state.current, people_per_desk: ratios, time_limit_s: Number(byId("each").value) });
  byId("compare-stop").onclick = () => careful(() => stop(job.id));
  try {
    while (["queued", "running"].includes(job.state)) {
      byId("compare-bar").value = job.of ? (job.done || 0) / job.of : 0;
      byId("compare-said").textContent = job.of ? t("compare.said", { done: number(job.done || 0), of: number(job.of) }) : t("page.working");
      await wait(EACH_MS);
      job = await get(`/jobs/${job.id}`);
    }
  } finally {
    byId("compare-stop").hidden = byId("compare-bar").hidden = true;
  }
  await showRows((await get(`/jobs/${job.id}/result`)).rows);
}

async function showRows(rows) {
  const heads = ["ratio", "status", "desks", "spare", "floors", "total", "short_day", "without", "plan"];
  const lines = rows.map((row) => [
    row.people_per_desk, t(`verdict.${row.verdict}`), number(row.demand), number(row.spare), number(row.floors), number(row.total),
    percent(row.short_day_peak, 1), number(row.without_desk_peak, 1),
    row.total === null ? "" : el("button", { type: "button", className: "small", textContent: t("compare.show"), "aria-label": `${t("compare.show")}: ${row.people_per_desk}`, onclick: () => open(row) }),
  ]);
  fill(byId("compare-rows"), table(heads.map((name, at) => [t(`compare.${name}`), [1, 8].includes(at) ? "" : "number"]), lines));
  byId("compare-said").textContent = t("compare.ended", { of: number(rows.length) });
  announce(byId("compare-said").textContent);
  byId("window-said").textContent = t("compare.window");
  const view = await draw("window", await post("/page/window", { rows, language }));
  view.addEventListener("click", (_event, item) => {
    const ratio = item?.datum?.ratio;
    const row = rows.find((each) => Math.abs(Number(each.people_per_desk) - ratio) < 1e-9);
    if (row && row.total !== null) open(row);
  });
}

const open = (row) => careful(async () => {
  const before = state.plan?.objective?.total === null ? null : state.plan;
  await openJob(row.job, { before });
});
