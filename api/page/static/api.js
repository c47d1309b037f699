// Asking the service. Whatever fails says what to do next.

import { byId, notice } from "./dom.js";
import { root, t } from "./texts.js";

export class Refused extends Error {
  constructor(message, problem) {
    super(message);
    this.problem = problem;
  }
}

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(root + path, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(t("page.unreachable"));
  }
  if (answer.ok) return answer;
  if (answer.status === 401 && !byId("key").open) byId("key").showModal();
  if (answer.status === 429 || answer.status === 503) throw new Refused(t("page.busy"));
  const problem = await answer.json().catch(() => ({}));
  const listed = (problem.errors || []).slice(0, 5).map((each) => [each.table, each.message].filter(Boolean).join(": "));
  const said = listed.join("\n") || problem.detail || problem.title || answer.statusText;
  throw new Refused(`${t("page.failed", { said })}\n${t("page.failed_next")}`, problem);
}

const asJson = (body, headers = {}) => ({ method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", ...headers } });

export const get = async (path) => (await ask(path)).json();
export const post = async (path, body, options = {}) => (await ask(path, { ...asJson(body), ...options })).json();
export const send = async (path, form) => (await ask(path, { method: "POST", body: form })).json();
export const stop = async (job) => (await ask(`/jobs/${job}`, { method: "DELETE" })).json();

/** Hand in work and return its job at once. */
export async function begin(path, body) {
  const most = Number(document.getElementById("seconds").max);
  const given = { ...body, time_limit_s: Math.min(body.time_limit_s, most) };
  const answer = await ask(path, asJson(given, { Prefer: "respond-async" }));
  const job = await answer.json();
  if (answer.status === 202) return job;
  throw new Refused(t("page.failed", { said: answer.status }));
}

/** Ask for a file and give it to whoever sits before the page. */
export async function download(path, body, name) {
  const content = await (await ask(path, asJson(body))).blob();
  save(content, name);
}

export function save(content, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
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
    if (error.name === "AbortError") return undefined;
    notice(error instanceof Refused ? error.message : `${t("page.failed", { said: error.message })}\n${t("page.failed_next")}`);
    if (!(error instanceof Refused)) console.error(error);
    return undefined;
  }
}

export const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });
