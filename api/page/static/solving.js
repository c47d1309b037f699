// While the service searches: how good the best plan is, as a curve that moves; and stopping.

import { get, stop, wait } from "./api.js";
import { draw } from "./charts.js";
import { announce, byId, tiles } from "./dom.js";
import { gapSaid, isBound, language, number, root, stage, t } from "./texts.js";

const EACH_MS = 500;
let current = null;

export function startSolving() {
  byId("stop").addEventListener("click", () => {
    if (!current) return;
    byId("stop").disabled = true;
    byId("stop").textContent = t("solving.stopping");
    stop(current).catch(() => { byId("stop").disabled = false; });
  });
}

/** Watch a job until it is over and return it. */
export async function watch(job) {
  current = job.id;
  byId("stop").disabled = false;
  byId("stop").textContent = t("solving.stop");
  const curve = await begunCurve();
  const events = listen(job.id, curve);
  try {
    let now = job;
    while (["queued", "running"].includes(now.state)) {
      tell(now);
      await wait(EACH_MS);
      now = await get(`/jobs/${job.id}`);
    }
    tell(now);
    return now;
  } finally {
    events.close();
    current = null;
  }
}

function tell(job) {
  const doing = job.state === "queued" ? t("solving.waiting") : stage(job.stage);
  tiles(byId("progress"), [
    [number(job.total), t("solving.best")],
    [number(isBound(job.total, job.bound) ? job.bound : null), t("solving.bound")],
    [gapSaid(job.gap), t("solving.gap")],
    [number(job.seconds ?? 0), t("solving.seconds")],
    [doing, t("solving.stage")],
  ]);
  byId("progress-bar").value = Math.min(100, (100 * (job.seconds || 0)) / (job.time_limit_s || 30));
}

async function begunCurve() {
  const picture = await get(`/page/curve?lang=${language}`);
  picture.width = Math.max(300, byId("view-solving").clientWidth - 150);
  const view = await draw("curve", picture);
  const points = [];
  return (point) => {
    points.push(...["total", "bound"].filter((of) => (of === "total" ? point.total !== null : isBound(point.total, point.bound))).map((of) => ({ seconds: point.seconds, of: t(`curve.${of}`), value: point[of] })));
    view.data("trace", points.map((each) => ({ ...each }))).resize().runAsync();
  };
}

function listen(job, add) {
  const events = new EventSource(`${root}/jobs/${job}/events`);
  let first = true;
  events.addEventListener("plan", (event) => {
    const point = JSON.parse(event.data);
    add(point);
    if (first && point.total !== null) announce(t("solving.found", { total: number(point.total) }));
    first = first && point.total === null;
  });
  events.addEventListener("end", () => events.close());
  return events;
}
