// While the service searches: how good the best plan is, as a curve that moves; and stopping.

import { careful, get, stop, watch } from "./api.js";
import { draw } from "./charts.js";
import { announce, byId, on, tiles, write } from "./dom.js";
import { gapSaid, isBound, language, number, root, stage, t } from "./texts.js";

const EACH_MS = 500;
let current = null;

export function startSolving() {
  on("stop", "click", () => careful(async () => {
    if (!current) return;
    byId("stop").disabled = true;
    write("stop", t("solving.stopping"));
    await stop(current);
  }));
}

/** Watch a job until it is over and return it; null once `wanted` says that nobody looks any more. */
export async function watchSolve(job, wanted) {
  current = job.id;
  byId("stop").disabled = false;
  write("stop", t("solving.stop"));
  const running = ["queued", "running"].includes(job.state);
  let events = null;
  byId("curve").replaceChildren();
  if (running) events = listen(job.id, curveOf());
  try {
    return await watch(job, (now) => { if (!wanted()) return false; tell(now); return true; }, EACH_MS);
  } finally {
    events?.close();
    if (current === job.id) current = null;
  }
}

function tell(job) {
  const doing = job.state === "queued" ? t("solving.waiting") : stage(job.stage);
  tiles("progress", [
    [number(job.total), t("solving.best")],
    [number(isBound(job.total, job.bound) ? job.bound : null), t("solving.bound")],
    [gapSaid(job.gap), t("solving.gap")],
    [number(job.seconds ?? 0), t("solving.seconds")],
    [doing, t("solving.stage")],
  ]);
  byId("progress-bar").value = Math.min(100, (100 * (job.seconds || 0)) / (job.time_limit_s || 30));
}

/** Return what adds a point to the curve, which is drawn from its first one on. */
function curveOf() {
  const points = [];
  let view = null;
  const begin = async () => {
    const picture = await get(`/page/curve?lang=${language}`);
    picture.width = Math.max(240, byId("view-solving").clientWidth - 150);
    picture.datasets = { trace: points.map((each) => ({ ...each })) };
    return draw("curve", picture);
  };
  return (point) => {
    points.push(...["total", "bound"].filter((of) => (of === "total" ? point.total !== null : isBound(point.total, point.bound))).map((of) => ({ seconds: point.seconds, of: t(`curve.${of}`), value: point[of] })));
    if (!points.length) return;
    view ??= begin();
    view.then((drawn) => drawn.data("trace", points.map((each) => ({ ...each }))).resize().runAsync()).catch(() => {});
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
