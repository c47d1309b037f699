// Asking the service. What is safe to ask again is asked until it answers, and the page says so.

import { byId, hide, notice, write } from "./dom.js";
import { root, t } from "./texts.js";

const WAITS_MS = [300, 1000, 2000, 4000];
const AWAY = [429, 502, 503, 504];

class Refused extends Error {}

const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });

/** Ask once; null where nothing answers. */
async function once(path, options) {
  try {
    return await fetch(root + path, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return null;
  }
}

async function ask(path, options = {}) {
  for (let turn = 0; ; turn += 1) {
    const answer = await once(path, options);
    if (answer && !AWAY.includes(answer.status)) {
      tellAway(turn, "");
      if (answer.ok) return answer;
      throw await refusal(answer);
    }
    if (turn > 0) tellAway(turn, t(answer ? "page.busy" : "page.unreachable"));
    await wait(WAITS_MS[Math.min(turn, WAITS_MS.length - 1)]);
    options.signal?.throwIfAborted();
  }
}

/** Say that the service is away, or that it is back. */
function tellAway(turn, text) {
  if (!text && !turn) return;
  hide("away", !text);
  write("away", text);
}

async function refusal(answer) {
  if (answer.status === 401 && !byId("key").open) byId("key").showModal();
  const problem = await answer.json().catch(() => ({}));
  if (answer.status === 404) return new Refused(t("page.not_there"));
  const listed = (problem.errors || []).slice(0, 5).map((each) => [each.table, each.message].filter(Boolean).join(": "));
  const said = listed.join("\n") || problem.detail || problem.title || answer.statusText;
  return new Refused(failed(said));
}

const asJson = (body, headers = {}) => ({ method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", ...headers } });
/** Return the last of several requests of a kind: a new one ends the one before. */
export function latestOnly() {
  let before = null;
  return (path, body) => {
    before?.abort();
    before = new AbortController();
    return post(path, body, { signal: before.signal });
  };
}

export const get = async (path) => (await ask(path)).json();
export const post = async (path, body, options = {}) => (await ask(path, { ...asJson(body), ...options })).json();
export const put = async (path, body) => (await ask(path, { ...asJson(body), method: "PUT" })).json();
export const send = async (path, form) => (await ask(path, { method: "POST", body: form })).json();
export const stop = async (job) => (await ask(`/jobs/${job}`, { method: "DELETE" })).json();

/** Hand in work and return its job at once; a lost answer is asked for again under the same key. */
export async function begin(path, body) {
  const most = Number(byId("seconds").max);
  const given = { ...body, time_limit_s: Math.min(body.time_limit_s, most) };
  const answer = await ask(path, asJson(given, { Prefer: "respond-async", "Idempotency-Key": crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` }));
  return answer.json();
}

/** Watch a job until it is over; `told` hears of it at every look, and may end the watch. */
export async function watch(job, told, everyMs = 600) {
  let now = job;
  while (["queued", "running"].includes(now.state)) {
    if (told(now) === false) return null;
    await wait(everyMs);
    now = await get(`/jobs/${job.id}`);
  }
  return told(now) === false ? null : now;
}

/** Ask for a file and give it to whoever sits before the page. */
export async function download(path, name, body = null) {
  save(await (await ask(path, body ? asJson(body) : {})).blob(), name);
}

export function save(content, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name.replace(/[\\/:*?"<>|]+/g, " ").trim();
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** Run something; show what fails, and return nothing then. */
export async function careful(work) {
  notice("");
  try {
    return await work();
  } catch (error) {
    if (error.name !== "AbortError") tellOf(error);
    return undefined;
  }
}

function tellOf(error) {
  notice(error instanceof Refused ? error.message : failed(error.message));
  if (!(error instanceof Refused)) console.error(error);
}

const failed = (said) => `${t("page.failed", { said })}\n${t("page.failed_next")}`;

/** Return what a button does when it is pressed; meanwhile a second press does nothing. */
export const doing = (work) => (event) => {
  event.preventDefault();
  busily(event.submitter ?? event.currentTarget, work);
};

async function busily(button, work) {
  if (button.disabled) return;
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  await careful(work);
  button.disabled = false;
  button.removeAttribute("aria-busy");
}
