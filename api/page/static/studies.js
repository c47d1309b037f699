// Studies: questions made of many solves. One way for all: a form, a job, sentences, a picture, tables,
// downloads, rows that open plans, and a picture of floors that a slider leads through.

import { act, answer } from "./act.js";
import { begin, careful, doing, download, get, latestOnly, post, stop, watch } from "./api.js";
import { draw } from "./charts.js";
import { announce, button, byId, el, fill, hide, item, on, scrolled, table, words, write } from "./dom.js";
import { language, moment, number, percent, stage, t } from "./texts.js";
import { changedScenario, keyOf, placements, rowsOf, state } from "./state.js";
import { drawStack } from "./stack.js";
import { aboutNext } from "./plan.js";
import { jobLink } from "./plans.js";

const frame = latestOnly();

const today = () => (state.current?.length ? state.current : rowsOf((state.before ?? state.plan).placements));

/** What each study sends beside the scenario, what it needs, and for how many seconds it usually runs. */
const STUDIES = {
  compare: { usual: 10, ask: (form) => ({ people_per_desk: ["from", "to", "step"].map((name) => Number(form[name].value).toString()).join(":") }) },
  restack: { ask: () => ({ current: today() }) },
  moves: { usual: 20, needs: () => state.before || state.current?.length, ask: (form) => ({ current: today(), placements: placements(), ...(form.people.value ? { people_per_step: Number(form.people.value) } : {}) }) },
  waves: { ask: () => ({}) },
  relocate: { needs: () => state.scenario.staff?.length, ask: () => ({}) },
  rotas: { usual: 30, ask: (form) => ({ start: placements(), by: form.by.value }) },
  sensitivity: { ask: () => ({ start: placements() }) },
};
const KINDS = Object.keys(STUDIES);

let shown = null, journey = 0;

export function startStudies() {
  on("study-kind", "change", showForm);
  on("study", "submit", doing(run));
  on("study-stop", "click", () => careful(() => stop(byId("study-stop").dataset.job)));
  on("study-slider", "input", () => careful(showFrame));
  answer("openStudy", openStudy);
}

/** List the studies that were made, each to be opened again. */
export async function showStudies() {
  const made = (await get("/jobs?limit=100")).jobs.filter((job) => KINDS.includes(job.kind)).slice(0, 8);
  fill("study-list", ...made.map((job) => jobLink(t(`study.name_${job.kind}`), { study: job.id }, [job.name, moment(job.created_at), t(`status.${job.state}`)].filter(Boolean).join(" · "))));
  byId("study-list").parentElement.hidden = !made.length;
}

/** Show the form of the study that is chosen, with what it can be asked of here. */
export function showForm() {
  const kind = byId("study-kind").value, { usual = 60, needs } = STUDIES[kind], seconds = byId("each");
  write("study-lead", t(`study.lead_${kind}`));
  const lacks = !state.scenario || (needs && state.plan && !needs());
  byId("study-run").disabled = Boolean(lacks) || (!state.plan && !["compare", "waves", "relocate"].includes(kind));
  hide("study-lacks", !byId("study-run").disabled);
  write("study-lacks", state.scenario ? t(`study.lacks_${kind}`) : t("study.no_case"));
  for (const part of byId("study").querySelectorAll("fieldset")) part.hidden = part.disabled = part.dataset.of !== kind;
  seconds.value = Math.min(usual, Number(seconds.max));
}

async function run() {
  const kind = byId("study-kind").value, form = byId("study").elements;
  const { current, predecessors } = state; // what is not there is left out
  const asked = { ...changedScenario(), current, predecessors, ...STUDIES[kind].ask(form), time_limit_s: Number(form.each.value) };
  hide("study-result", true);
  const job = await begin(`/${kind}`, asked);
  act("navigate", { study: job.id, job: state.job });
}

/** Open a study by its job: watch it while it runs, then show what it found. */
async function openStudy(id) {
  const mine = (journey += 1), bar = byId("study-bar"), halt = byId("study-stop");
  hide("study-result", true);
  let job = await get(`/jobs/${id}`);
  if (!KINDS.includes(job.kind)) throw new Error(job.kind);
  byId("study-kind").value = job.kind;
  showForm();
  Object.assign(halt.dataset, { job: id });
  halt.hidden = bar.hidden = false;
  job = await watch(job, (now) => {
    if (mine !== journey) return false;
    if (now.of) bar.value = (now.done || 0) / now.of;
    else bar.value = Math.min(1, (now.seconds || 0) / (now.time_limit_s || 30));
    write("study-said", now.of ? t("compare.said", { done: now.done || 0, of: now.of }) : stage(now.stage));
    return true;
  });
  if (mine !== journey) return;
  halt.hidden = bar.hidden = true;
  write("study-said", "");
  if (job.state === "failed") throw new Error(t("study.failed"));
  const [result, scenario] = [await get(`/jobs/${id}/result`), await get(`/jobs/${id}/scenario`)];
  if (!state.scenario) { Object.assign(state, { scenario, current: scenario.current, predecessors: scenario.predecessors }); showForm(); }
  await showResult({ id, kind: job.kind, result, scenario });
}

async function showResult(study) {
  const { kind, result, scenario } = study;
  if (kind === "rotas" && !result.people) { act("none", scenario, result); return; }
  if (kind === "rotas") Object.assign(result, { plans: [], changes: [{ rotas: result.rotas }] });
  if (kind === "sensitivity") result.plans = [result.plan];
  const told = await post("/page/study", { kind, result, scenario, language });
  shown = { ...study, told };
  hide("study-result", false);
  write("study-title", told.title);
  fill("study-sentences", ...told.sentences.map((one) => item(one)));
  fill("study-tables", ...told.tables.map((one, at) => tablePart(one, at ? [] : told.opens)));
  showDownloads();
  await showChart(told.chart);
  await showFrames();
  announce(told.sentences[0] ?? told.title);
}

const written = (value, kind) => (typeof value !== "number" ? value : { value, said: kind === "percent" ? percent(value, 1) : number(value, Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : 1) });

function tablePart({ title, columns, rows: lines }, opens) {
  const canOpen = opens.some(Boolean);
  const heads = columns.map((column) => [column.title, column.kind === "text" ? "" : "number"]);
  const cells = lines.slice(0, 500).map((line, row) => [...line.map((cell, at) => written(cell, columns[at].kind)), ...(canOpen ? [opens[row] ? opener(opens[row], line) : ""] : [])]);
  const grid = scrolled(title, table(canOpen ? [...heads, [t("compare.plan")]] : heads, cells, { sortable: true }));
  return el("section", {}, words("h3", title), grid, lines.length > 500 ? words("p", t("report.cut", { shown: 500, rows: lines.length }), "quiet") : null);
}

const opener = (what, line) => button(t("compare.show"), doing(() => open(what)), { "aria-label": `${t("compare.show")}: ${line[0]}` });

/** Open the plan of a row: of a job of its own, or one that came with the answer. */
async function open(what) {
  if (what.job) return act("navigate", { job: what.job });
  const { result } = shown;
  let scenario = { ...shown.scenario, ...result.changes?.[what.plan] };
  const before = result.plans[what.wave > 1 ? what.plan - 1 : -1]; // of the wave before
  if (what.wave) scenario = await post("/page/wave", { scenario, wave: what.wave, placements: rowsOf(before?.placements ?? []) });
  const plan = result.plans[what.plan] ?? (shown.kind === "rotas" ? await get(`/jobs/${shown.id}/plan.json`) : null);
  return act("showPlanOf", scenario, plan, { before: state.plan, about: aboutNext({ study: shown.id }) });
}

async function showChart(chart) {
  byId("study-chart").parentElement.hidden = !chart;
  if (!chart) return;
  const view = await draw("study-chart", chart);
  view.addEventListener("click", (_event, item) => {
    const datum = item?.datum ?? {};
    const first = shown.told.tables[0].rows;
    const at = datum.ratio !== undefined ? first.findIndex((line) => Math.abs(Number(String(line[0]).replace(",", ".")) - datum.ratio) < 1e-9) : datum.moved !== undefined ? first.findIndex((line) => Math.abs(line[1] - datum.moved) < 1e-6) : -1;
    if (shown.told.opens[at]) careful(() => open(shown.told.opens[at]));
  });
}

function showDownloads() {
  const { kind, result, scenario, id, told } = shown;
  const sheet = (form, unit) => () => download("/page/study", `${told.title}.${form}`, { kind, result, scenario, language, form, unit: unit?.() ?? "" });
  const get_ = (name, work) => button(t(`study.get_${name}`), doing(work), { className: "", "data-study": name });
  const units = Object.entries(told.units).sort((a, b) => a[1].localeCompare(b[1], language));
  const whose = units.length ? el("select", { id: "study-unit", "aria-label": t("study.whose") }, el("option", { value: "", textContent: t("study.everybody") }), ...units.map(([value, textContent]) => el("option", { value, textContent }))) : null;
  fill("study-downloads", get_("xlsx", sheet("xlsx")), get_("pdf", sheet("pdf", () => byId("study-unit")?.value)), whose,
    kind === "moves" ? null : get_("csv", () => download(`/jobs/${id}/table.csv`, `${told.title}.csv`)));
}

/** Show what the slider leads through: waves, points of a curve, or steps of moves. */
async function showFrames() {
  const { kind, result } = shown, slider = byId("study-slider");
  shown.frames = kind === "moves" ? result.steps : ["restack", "waves"].includes(kind) ? result.plans?.length ?? 0 : 0;
  hide("study-frames", !shown.frames);
  if (!shown.frames) return;
  slider.max = shown.frames - 1;
  slider.value = Math.max(0, result.points?.findIndex((point) => point.knee) ?? 0);
  slider.parentElement.hidden = shown.frames < 2;
  await showFrame();
}

async function showFrame() {
  const { kind, result, scenario } = shown, at = Number(byId("study-slider").value), holder = byId("study-stack");
  const moves = kind === "moves" ? result : result.moves?.[at], width = Math.max(320, holder.clientWidth - 8);
  const found = await frame("/page/frame", { kind, scenario, wave: at + 1, width, height: 700, language, colour: byId("colour").value,
    placements: kind === "moves" ? [] : rowsOf(result.plans[at].placements),
    result: { rows: moves?.rows ?? [], steps: moves?.steps ?? 0, of: shown.frames, people: result.points?.[at].people_moved ?? 0 } });
  write("study-frame", found.title);
  fill("study-moves", ...found.lines.map(([unit, said]) => el("li", {}, words("strong", unit), " ", said)));
  if (found.picture) drawStack(holder, found.picture, { outlined: new Set(found.outlined.map(([unit, floor]) => keyOf(unit, floor))), arrows: found.arrows, room: { width } });
  else fill(holder, words("p", t("study.no_moves_here"), "quiet"));
}
