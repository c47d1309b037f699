// The first view: files, shipped cases, latest plans; problems at their rows; the case before it is solved.

import { act } from "./act.js";
import { careful, doing, get, latestOnly, post, send } from "./api.js";
import { announce, button, byId, el, fill, hide, item, on, scrolled, tiles, words, write } from "./dom.js";
import { language, number, t } from "./texts.js";
import { ratioOf, withRatio, withScheme } from "./state.js";
import { showQuestions } from "./understood.js";
import { factsOf, jobLink, latest, nameOf } from "./plans.js";

const USUAL = [[150, 10], [600, 30], [Infinity, 60]]; // seconds to search, by units
const count = latestOnly();
let given = null, timer = null, touched = false;

export function startStart() {
  on("upload", "submit", doing(() => upload()));
  on("solve", "submit", doing(() => (isRelocation(given) ? act("studyOf", given, "relocate") : act("solve", asWanted(), { time_limit_s: Number(byId("seconds").value) }, { about: {} }))));
  on("to-study", "click", () => act("studyOf", asWanted(), isRelocation(given) ? "relocate" : hasWaves(given) ? "waves" : "compare"));
  on("seconds", "input", () => { touched = true; });
  for (const id of ["ratio", "scheme"]) on(id, "input", () => { clearTimeout(timer); timer = setTimeout(() => careful(recount), 200); });
  for (const card of byId("cases").querySelectorAll("[data-case]")) card.addEventListener("click", doing(() => openCase(card.dataset.case)));
  careful(countCases);
}

const isRelocation = (scenario) => Boolean(scenario.staff?.length) && !scenario.headcounts?.length;

const hasWaves = (scenario) => [...scenario.headcounts, ...(scenario.units ?? [])].some((row) => row.wave > 1);

/** Return the scenario with the ratio and the scheme that are chosen. */
function asWanted() {
  const ratio = byId("ratio").value, scheme = byId("scheme").value;
  const scenario = Math.abs(Number(ratio) - ratioOf(given)) < 0.005 || !ratio ? given : withRatio(given, ratio);
  return scheme ? withScheme(scenario, scheme) : scenario;
}

async function countCases() {
  const { cases } = await get("/cases");
  for (const each of cases) {
    const line = byId("cases").querySelector(`[data-count="${CSS.escape(each.name)}"]`);
    if (line) line.textContent = t("start.case_line", { people: each.people, units: each.units, floors: each.floors });
  }
}

export async function listRecent() {
  const jobs = await latest(6);
  const lines = jobs.map((job) => jobLink(nameOf(job), { job: job.id }, factsOf(job)));
  fill("recent", ...(lines.length ? lines : [item(t("start.none_recent"), "quiet")]));
}

function hideAll() {
  for (const id of ["case", "problems", "understood"]) hide(id, true);
}

async function openCase(name) {
  hideAll();
  const scenario = await get(`/cases/${encodeURIComponent(name)}?lang=${language}`);
  showCase(scenario, await post("/page/case", { scenario, language }));
}

async function upload(answers = []) {
  hideAll();
  const form = new FormData();
  for (const file of byId("files").files) form.append("files", file, file.name);
  form.append("language", document.documentElement.lang);
  for (const answer of answers) form.append("assume", answer);
  const found = await send("/page/read", form);
  if (found.problems) return showProblems(found);
  if (found.decisions) showQuestions(found, (more) => careful(() => upload([...answers, ...more])));
  return found.scenario ? showCase(found.scenario, found.case) : undefined;
}

function showCase(scenario, told) {
  given = scenario;
  hide("problems", true);
  hide("case", false);
  write("case-title", told.title || t("report.untitled"));
  const schemes = [...new Set((scenario.headcounts ?? []).map((row) => row.scheme).filter(Boolean))];
  byId("scheme").parentElement.hidden = schemes.length < 2;
  fill("scheme", ...(schemes.length > 1 ? schemes : []).map((scheme) => el("option", { value: scheme, textContent: scheme, selected: scheme === scenario.settings?.options?.scheme })));
  byId("ratio").value = Math.round(100 * ratioOf(scenario)) / 100;
  if (!touched) byId("seconds").value = Math.min(Number(byId("seconds").max), USUAL.find(([units]) => told.units <= units)[1]);
  write("solve-button", t(isRelocation(scenario) ? "start.to_relocate" : "start.solve"));
  showFigures(told);
  fill("case-warnings", ...told.warnings.slice(0, 20).map((text) => item(text)));
  byId("case").focus();
  byId("case").scrollIntoView({ block: "nearest" });
  announce(t("start.opened", { title: byId("case-title").textContent }));
}

function showFigures(told) {
  tiles("case-tiles", ["people", "organisations", "units", "towers", "floors", "needed", "usable"].map((key) => [number(told[key]), t(`start.${key}`)]));
  const spare = told.usable - told.needed;
  hide("case-fits", told.needed === null); // by chance, who comes decides
  write("case-fits", spare >= 0 ? t("start.fits", { spare }) : t("start.short", { lacking: -spare }));
  byId("case-fits").classList.toggle("bad", spare < 0);
}

/** Count again with the ratio and the scheme that are chosen now. */
async function recount() {
  if (!byId("ratio").reportValidity()) return;
  showFigures(await count("/page/case", { scenario: asWanted(), language }));
}

function showProblems(found) {
  hide("case", true);
  hide("problems", false);
  write("problems-title", t("start.problems", { problems: found.problems }));
  fill("problem-tables", words("p", t("start.problems_next")), ...found.tables.map(problemTable));
  byId("problems").focus();
  announce(byId("problems-title").textContent);
}

function problemTable(one) {
  const general = one.problems.filter((each) => !one.rows.some((row) => row.row === each.row));
  const lines = general.map((each) => item(said(each)));
  const head = el("tr", {}, el("th", { className: "at", scope: "col", textContent: t("start.row") }), ...one.header.map((name) => el("th", { scope: "col", textContent: name })));
  const rows = one.rows.flatMap((row) => problemRow(one, row));
  const grid = rows.length ? scrolled(one.name, el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows))) : null;
  return el("section", {}, words("h3", one.name), lines.length ? el("ul", {}, ...lines) : null, grid);
}

function problemRow(one, row) {
  const mine = one.problems.filter((each) => each.row === row.row);
  const wrong = new Set(mine.map((each) => each.column));
  const cells = row.cells.map((cell, at) => el("td", { className: wrong.has(one.header[at]) ? "wrong" : "", textContent: cell }));
  const told = mine.map((each) => el("tr", { className: "said" }, el("td", {}), el("td", { colSpan: Math.max(1, one.header.length), textContent: said(each) })));
  return [el("tr", {}, el("td", { className: "at", textContent: row.row }), ...cells), ...told];
}

function said(problem) {
  const place = [problem.row === null ? "" : `${t("start.row")} ${problem.row}`, problem.column].filter(Boolean).join(", ");
  const got = problem.value === null || problem.value === undefined ? "" : ` (${problem.value})`;
  return `${place ? `${place}: ` : ""}${problem.message}${got}`;
}

export const reopen = (scenario) => careful(async () => {
  act("view", "start");
  showCase(scenario, await post("/page/case", { scenario, language }));
});
