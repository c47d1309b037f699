// The first view: files, shipped cases, latest plans; problems at their rows; the case before it is solved.

import { act } from "./act.js";
import { busily, careful, get, post, send } from "./api.js";
import { announce, byId, el, fill, tiles } from "./dom.js";
import { has, language, moment, number, t } from "./texts.js";
import { ratioOf, rememberCase, withRatio, withScheme } from "./state.js";
import { hideQuestions, showQuestions } from "./understood.js";
import { latest, nameOf, outcome, subtitle } from "./plans.js";

const USUAL = [[150, 10], [600, 30], [Infinity, 60]]; // seconds to search, by units
let given = null, asked = null, timer = null, touched = false;

export function startStart() {
  byId("upload").addEventListener("submit", (event) => {
    event.preventDefault();
    busily(event.submitter, () => upload());
  });
  byId("solve").addEventListener("submit", (event) => {
    event.preventDefault();
    busily(event.submitter, () => (isRelocation(given) ? act("studyOf", given, "relocate") : act("solve", asWanted(), { time_limit_s: Number(byId("seconds").value) }, { about: {} })));
  });
  byId("to-study").addEventListener("click", () => act("studyOf", asWanted(), isRelocation(given) ? "relocate" : hasWaves(given) ? "waves" : "compare"));
  byId("seconds").addEventListener("input", () => { touched = true; });
  for (const id of ["ratio", "scheme"]) byId(id).addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => careful(recount), 200); });
  for (const button of byId("cases").querySelectorAll("[data-case]")) button.addEventListener("click", () => busily(button, () => openCase(button.dataset.case)));
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
    if (line) line.textContent = t("start.case_line", { people: number(each.people), units: number(each.units), floors: number(each.floors) });
  }
}

export async function listRecent() {
  const jobs = await latest(6);
  const lines = jobs.map((job) => el("li", {},
    el("button", { type: "button", className: "link", textContent: nameOf(job), onclick: () => act("navigate", { job: job.id }) }),
    el("br"), el("small", { textContent: [moment(job.created_at), outcome(job), subtitle(job)].filter(Boolean).join(" · ") })));
  fill(byId("recent"), ...(lines.length ? lines : [el("li", { className: "quiet", textContent: t("start.none_recent") })]));
}

async function openCase(name) {
  byId("case").hidden = byId("problems").hidden = true;
  hideQuestions();
  const scenario = await get(`/cases/${encodeURIComponent(name)}`);
  if (has(`case.${name}`)) scenario.settings = { ...scenario.settings, title: t(`case.${name}`) };
  showCase(scenario, await post("/page/case", { scenario, language }));
}

async function upload(answers = []) {
  byId("case").hidden = byId("problems").hidden = true;
  hideQuestions();
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
  asked = null;
  if (scenario.headcounts) rememberCase(scenario);
  byId("problems").hidden = true;
  byId("case").hidden = false;
  byId("case-title").textContent = told.title || t("report.untitled");
  const schemes = [...new Set((scenario.headcounts ?? []).map((row) => row.scheme).filter(Boolean))];
  byId("scheme").parentElement.hidden = schemes.length < 2;
  fill(byId("scheme"), ...(schemes.length > 1 ? schemes : []).map((scheme) => el("option", { value: scheme, textContent: scheme, selected: scheme === scenario.settings?.options?.scheme })));
  byId("ratio").value = Math.round(100 * ratioOf(scenario)) / 100;
  if (!touched) byId("seconds").value = Math.min(Number(byId("seconds").max), USUAL.find(([units]) => told.units <= units)[1]);
  byId("solve-button").textContent = t(isRelocation(scenario) ? "start.to_relocate" : "start.solve");
  showFigures(told);
  fill(byId("case-warnings"), ...told.warnings.slice(0, 20).map((text) => el("li", { textContent: text })));
  byId("case").focus();
  byId("case").scrollIntoView({ block: "nearest" });
  announce(t("start.opened", { title: byId("case-title").textContent }));
}

function showFigures(told) {
  tiles(byId("case-tiles"), ["people", "organisations", "units", "towers", "floors", "needed", "usable"].map((key) => [number(told[key]), t(`start.${key}`)]));
  const spare = told.usable - told.needed;
  byId("case-fits").hidden = told.needed === null; // by chance, who comes decides
  byId("case-fits").textContent = spare >= 0 ? t("start.fits", { spare: number(spare) }) : t("start.short", { lacking: number(-spare) });
  byId("case-fits").classList.toggle("bad", spare < 0);
}

/** Count again with the ratio and the scheme that are chosen now. */
async function recount() {
  if (!byId("ratio").reportValidity()) return;
  asked?.abort();
  asked = new AbortController();
  showFigures(await post("/page/case", { scenario: asWanted(), language }, { signal: asked.signal }));
}

function showProblems(found) {
  byId("case").hidden = true;
  byId("problems").hidden = false;
  byId("problems-title").textContent = t("start.problems", { problems: number(found.problems) });
  fill(byId("problem-tables"), el("p", { textContent: t("start.problems_next") }), ...found.tables.map(problemTable));
  byId("problems").focus();
  announce(byId("problems-title").textContent);
}

function problemTable(one) {
  const general = one.problems.filter((each) => !one.rows.some((row) => row.row === each.row));
  const lines = general.map((each) => el("li", { textContent: said(each) }));
  const head = el("tr", {}, el("th", { className: "at", scope: "col", textContent: t("start.row") }), ...one.header.map((name) => el("th", { scope: "col", textContent: name })));
  const rows = one.rows.flatMap((row) => problemRow(one, row));
  const grid = rows.length ? el("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": one.name }, el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows))) : null;
  return el("section", {}, el("h3", { textContent: one.name }), lines.length ? el("ul", {}, ...lines) : null, grid);
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
