// Studies: questions made of many solves. One way for all: a form, a job, sentences, a picture, tables,
// downloads, rows that open plans, and a picture of floors that a slider leads through.

import { act, answer } from "./act.js";
import { begin, busily, careful, download, fetchFile, get, post, stop, watch } from "./api.js";
import { draw } from "./charts.js";
import { announce, byId, el, fill, table } from "./dom.js";
import { language, moment, number, percent, stage, t } from "./texts.js";
import { changedScenario, keyOf, placements, state } from "./state.js";
import { drawStack } from "./stack.js";
import { aboutNext } from "./plan.js";

const seconds = (usual) => ({ id: "each", label: "study.seconds", type: "number", min: 1, max: Number(byId("seconds").max), value: Math.min(usual, Number(byId("seconds").max)) });
const rows = () => state.plan.placements.map(({ unit_id, floor_id, desks, people }) => ({ unit_id, floor_id, desks, people }));
const today = () => (state.current?.length ? state.current : state.before ? state.before.placements.map(({ unit_id, floor_id, desks, people }) => ({ unit_id, floor_id, desks, people })) : rows());

/** What each study asks for: its fields, and what is sent beside the scenario. */
const STUDIES = {
  compare: {
    fields: () => [number_("from", "compare.from", 1, 0.05), number_("to", "compare.to", 1.6, 0.05), number_("step", "compare.step", 0.1, 0.01, 0.01), seconds(10)],
    ask: (form) => ({ people_per_desk: ["from", "to", "step"].map((name) => Number(form[name].value).toString()).join(":") }),
  },
  restack: { fields: () => [seconds(60)], ask: () => ({ current: today() }) },
  moves: { fields: () => [{ id: "people", label: "study.people_per_step", type: "number", min: 1, value: "", optional: true }, seconds(20)], needs: () => state.before || state.current?.length, ask: (form) => ({ current: today(), placements: placements(), ...(form.people.value ? { people_per_step: Number(form.people.value) } : {}) }) },
  waves: { fields: () => [seconds(60)], ask: () => ({}) },
  relocate: { fields: () => [seconds(60)], needs: () => state.scenario.staff?.length, ask: () => ({}) },
  rotas: { fields: () => [{ id: "by", label: "study.by", options: ["unit", "organisation"] }, seconds(30)], ask: (form) => ({ start: placements(), by: form.by.value }) },
  sensitivity: { fields: () => [seconds(60)], ask: () => ({ start: placements() }) },
};
export const KINDS = Object.keys(STUDIES);

function number_(id, label, value, step, min = 1) {
  return { id, label, type: "number", min, max: 20, step, value };
}

let shown = null, journey = 0;

export function startStudies() {
  fill(byId("study-kind"), ...KINDS.map((kind) => el("option", { value: kind, textContent: t(`study.name_${kind}`) })));
  byId("study-kind").addEventListener("change", showForm);
  byId("study").addEventListener("submit", (event) => {
    event.preventDefault();
    busily(event.submitter ?? byId("study-run"), run);
  });
  byId("study-stop").addEventListener("click", () => careful(() => stop(byId("study-stop").dataset.job)));
  byId("study-slider").addEventListener("input", () => careful(showFrame));
  answer("openStudy", openStudy);
}

/** List the studies that were made, each to be opened again. */
export async function showStudies() {
  const made = (await get("/jobs?limit=100")).jobs.filter((job) => KINDS.includes(job.kind)).slice(0, 8);
  fill(byId("study-list"), ...made.map((job) => el("li", {}, el("button", { type: "button", className: "link", textContent: t(`study.name_${job.kind}`), onclick: () => act("navigate", { study: job.id }) }), " ", el("small", { textContent: [job.name, moment(job.created_at), t(`status.${job.state}`)].filter(Boolean).join(" · ") }))));
  byId("study-list").parentElement.hidden = !made.length;
}

/** Show the form of the study that is chosen, with what it can be asked of here. */
export function showForm() {
  const kind = byId("study-kind").value, { fields, needs } = STUDIES[kind];
  byId("study-lead").textContent = t(`study.lead_${kind}`);
  const lacks = !state.scenario || (needs && state.plan && !needs());
  byId("study-run").disabled = Boolean(lacks) || (!state.plan && !["compare", "waves", "relocate"].includes(kind));
  byId("study-lacks").hidden = !byId("study-run").disabled;
  byId("study-lacks").textContent = state.scenario ? t(`study.lacks_${kind}`) : t("study.no_case");
  fill(byId("study-fields"), ...fields().map(field));
}

function field({ id, label, options, optional, ...more }) {
  const box = options ? el("select", { id, name: id }, ...options.map((one) => el("option", { value: one, textContent: t(`study.by_${one}`) }))) : el("input", { id, name: id, required: !optional, ...more });
  return el("label", {}, t(label), " ", box);
}

async function run() {
  const kind = byId("study-kind").value, form = byId("study").elements;
  const asked = { ...changedScenario(), current: state.current, ...STUDIES[kind].ask(form), time_limit_s: Number(form.each.value) };
  if (asked.current === undefined) delete asked.current;
  byId("study-result").hidden = true;
  const job = await begin(`/${kind}`, asked);
  act("navigate", { study: job.id, job: state.job });
}

/** Open a study by its job: watch it while it runs, then show what it found. */
async function openStudy(id) {
  const mine = (journey += 1), bar = byId("study-bar"), halt = byId("study-stop");
  byId("study-result").hidden = true;
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
    byId("study-said").textContent = now.of ? t("compare.said", { done: number(now.done || 0), of: number(now.of) }) : stage(now.stage);
    return true;
  });
  if (mine !== journey) return;
  halt.hidden = bar.hidden = true;
  byId("study-said").textContent = "";
  if (job.state === "failed") throw new Error(t("study.failed"));
  const [result, scenario] = [await get(`/jobs/${id}/result`), await get(`/jobs/${id}/scenario`)];
  if (!state.scenario) { Object.assign(state, { scenario, current: scenario.current }); showForm(); }
  await showResult({ id, kind: job.kind, result, scenario });
}

async function showResult(study) {
  const { kind, result, scenario } = study;
  if (kind === "rotas" && !result.people) { act("none", scenario, result); return; }
  if (kind === "rotas") Object.assign(result, { plans: [], changes: [{ rotas: result.rotas }] });
  if (kind === "sensitivity") result.plans = [result.plan];
  const told = await post("/page/study", { kind, result, scenario, language });
  shown = { ...study, told };
  byId("study-result").hidden = false;
  byId("study-title").textContent = told.title;
  fill(byId("study-sentences"), ...told.sentences.map((one) => el("li", { textContent: one })));
  fill(byId("study-tables"), ...told.tables.map((one, at) => tablePart(one, at ? [] : told.opens)));
  showDownloads();
  await showChart(told.chart);
  await showFrames();
  announce(told.sentences[0] ?? told.title);
}

const written = (cell, kind) => (typeof cell !== "number" ? cell : kind === "percent" ? percent(cell, 1) : number(cell, Number.isInteger(cell) || Math.abs(cell) >= 100 ? 0 : 1));

function tablePart({ title, columns, rows: lines }, opens) {
  const canOpen = opens.some(Boolean);
  const heads = columns.map((column) => [column.title, column.kind === "text" ? "" : "number"]);
  const cells = lines.slice(0, 500).map((line, row) => [...line.map((cell, at) => written(cell, columns[at].kind)), ...(canOpen ? [opens[row] ? opener(opens[row], line) : ""] : [])]);
  const grid = el("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": title }, table(canOpen ? [...heads, [t("compare.plan")]] : heads, cells, { sortable: true }));
  return el("section", {}, el("h3", { textContent: title }), grid, lines.length > 500 ? el("p", { className: "quiet", textContent: t("report.cut", { shown: number(500), rows: number(lines.length) }) }) : null);
}

const opener = (what, line) => el("button", { type: "button", className: "small", textContent: t("compare.show"), "aria-label": `${t("compare.show")}: ${line[0]}`, onclick: () => careful(() => open(what)) });

/** Open the plan of a row: of a job of its own, or one that came with the answer. */
async function open(what) {
  if (what.job) { act("navigate", { job: what.job }); return; }
  const { scenario, plan } = await planAt(what);
  act("showPlanOf", scenario, plan, { before: state.plan, about: aboutNext({ study: shown.id }) });
}

async function planAt({ plan: at, wave }) {
  const { result } = shown;
  let scenario = { ...shown.scenario, ...(result.changes?.[at] ?? {}) };
  if (wave) scenario = await post("/page/wave", { scenario, wave });
  const plan = result.plans[at] ?? (shown.kind === "rotas" ? await get(`/jobs/${shown.id}/plan.json`) : null);
  return { scenario, plan };
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
  const sheet = (form, unit) => () => download("/page/study", { kind, result, scenario, language, form, unit }, `${told.title}.${form}`);
  const button = (name, work) => el("button", { type: "button", "data-study": name, textContent: t(`study.get_${name}`), onclick: (event) => busily(event.target, work) });
  const units = [...new Set(told.moves.map((row) => row.unit_id))].sort();
  const names = new Map((scenario.units ?? []).map((row) => [row.unit_id, row.name || row.unit_id]));
  const whose = units.length ? el("select", { id: "study-unit", "aria-label": t("study.whose") }, el("option", { value: "", textContent: t("study.everybody") }), ...units.map((unit) => el("option", { value: unit, textContent: names.get(unit) ?? unit }))) : null;
  fill(byId("study-downloads"), button("xlsx", sheet("xlsx", "")), button("pdf", () => sheet("pdf", byId("study-unit")?.value ?? "")()), whose,
    kind === "moves" ? null : button("csv", () => fetchFile(`/jobs/${id}/table.csv`, `${told.title}.csv`)));
}

/** What the slider leads through: waves, points of a curve, or steps of moves. */
function frames() {
  const { kind, result, scenario } = shown;
  const base = (rows_) => new Set(rows_.filter((row) => row.to_floor).map((row) => keyOf(row.unit_id, row.to_floor)));
  const arrows = (list) => list.filter((row) => row.people && (row.from_floor || row.to_floor)).map((row) => ({ from: row.from_floor, to: row.to_floor, people: row.people }));
  if (kind === "moves") return Array.from({ length: result.steps }, (_none, at) => {
    const list = result.rows.filter((row) => row.step === at + 1);
    return { title: t("study.step_of", { step: number(at + 1), of: number(result.steps) }), pieces: after(scenario.current, result.rows, at), list, arrows: arrows(list), outlined: base(list) };
  });
  if (!["restack", "waves"].includes(kind)) return [];
  return (result.plans ?? []).map((plan, at) => {
    const list = result.moves?.[at]?.rows ?? [];
    const title = kind === "waves" ? t("waves.wave", { number: at + 1 }) : t("study.point_of", { point: number(at + 1), people: number(Math.round(result.points[at].people_moved)) });
    return { title, pieces: plan.placements, list, arrows: kind === "restack" ? arrows(list) : [], outlined: base(list), at, wave: kind === "waves" ? at + 1 : undefined };
  });
}

/** Who sits where before a step of moves. */
function after(current, moves, steps) {
  const pieces = new Map(current.map((row) => [keyOf(row.unit_id, row.floor_id), { unit_id: row.unit_id, floor_id: row.floor_id, desks: Number(row.desks), people: Number(row.people ?? row.desks) }]));
  const change = (unit_id, floor_id, desks, people) => {
    if (!floor_id) return;
    const key = keyOf(unit_id, floor_id), piece = pieces.get(key) ?? { unit_id, floor_id, desks: 0, people: 0 };
    pieces.set(key, { ...piece, desks: piece.desks + desks, people: Math.max(0, piece.people + people) });
  };
  for (const row of moves) {
    if (row.step > steps) continue;
    change(row.unit_id, row.from_floor, -row.desks_freed, -row.people);
    change(row.unit_id, row.to_floor, row.desks_taken, row.people);
  }
  return [...pieces.values()].filter((piece) => piece.desks > 0);
}

async function showFrames() {
  shown.frames = frames();
  const holder = byId("study-frames");
  holder.hidden = !shown.frames.length;
  if (!shown.frames.length) return;
  const slider = byId("study-slider"), knee = shown.result.points?.findIndex((point) => point.knee) ?? -1;
  slider.max = shown.frames.length - 1;
  slider.value = Math.max(0, knee);
  slider.parentElement.hidden = shown.frames.length < 2;
  await showFrame();
}

let painting = null;

async function showFrame() {
  const frame = shown.frames[Number(byId("study-slider").value)], holder = byId("study-stack");
  painting?.abort();
  painting = new AbortController();
  byId("study-frame").textContent = frame.title;
  fill(byId("study-moves"), ...frame.list.filter((row) => row.people).slice(0, 200).map((row) => el("li", {}, el("strong", { textContent: unitName(row.unit_id) }), " ", t("difference.line", { people: number(row.people), from: floorName(row.from_floor), to: floorName(row.to_floor) }), shown.kind === "restack" ? ` (${t("study.step_of", { step: number(row.step), of: number(shown.result.moves[frame.at].steps) })})` : "")));
  const scenario = frame.wave ? await post("/page/wave", { scenario: shown.scenario, wave: frame.wave }) : shown.scenario;
  const room = { width: Math.max(320, holder.clientWidth - 8) };
  const towers = [...new Set(frame.list.flatMap((row) => [row.from_floor, row.to_floor]).map((id) => scenario.floors.find((floor) => floor.floor_id === id)?.tower_id).filter(Boolean))];
  const many = new Set(scenario.floors.map((floor) => floor.tower_id)).size > 24;
  const picture = await post("/page/stack", { scenario: { ...scenario, current: [] , predecessors: [] }, placements: frame.pieces, colour: byId("colour").value, towers: many ? towers.slice(0, 24) : [], width: room.width, height: 700, language }, { signal: painting.signal });
  if (picture.glance) fill(holder, el("p", { className: "quiet", textContent: t("study.no_moves_here") }));
  else drawStack(holder, picture, { outlined: frame.outlined, arrows: frame.arrows, room });
}

const unitName = (id) => shown.scenario.units?.find((row) => row.unit_id === id)?.name || id;

function floorName(id) {
  const floor = shown.scenario.floors.find((row) => row.floor_id === id);
  if (!floor) return id || t("study.elsewhere");
  const tower = shown.scenario.towers?.find((row) => row.tower_id === floor.tower_id)?.name || floor.tower_id;
  return t("page.place", { tower, level: floor.level === 0 ? t("page.ground") : t("page.level", { level: floor.level }) });
}
