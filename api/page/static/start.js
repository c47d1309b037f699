// The first view: files, shipped cases, latest plans; problems at their rows; the case before it is solved.

import { careful, get, post, send } from "./api.js";
import { announce, byId, el, fill, tiles } from "./dom.js";
import { gapSaid, number, t } from "./texts.js";
import { ratioOf, withRatio } from "./state.js";
import { openJob, show, solve } from "./main.js";
import { hideQuestions, showQuestions } from "./understood.js";

let given = null;

export function start() {
  byId("upload").addEventListener("submit", (event) => {
    event.preventDefault();
    careful(() => upload());
  });
  byId("solve").addEventListener("submit", (event) => {
    event.preventDefault();
    careful(() => solve(asWanted(), { time_limit_s: Number(byId("seconds").value) }));
  });
  careful(listCases);
  careful(listRecent);
}

/** Return the scenario with the ratio in the box, if that is another one than its own. */
function asWanted() {
  const ratio = byId("ratio").value;
  return Math.abs(Number(ratio) - ratioOf(given)) < 0.005 ? given : withRatio(given, ratio);
}

async function listCases() {
  const { cases } = await get("/cases");
  fill(byId("cases"), ...cases.map((each) => el("li", {},
    el("button", { type: "button", className: "link", textContent: each.title || each.name, onclick: () => careful(() => openCase(each.name)), "data-case": each.name }),
    el("br"),
    el("small", { textContent: `${each.name} · ${t("start.case_line", { people: number(each.people), units: number(each.units), floors: number(each.floors) })}` }))));
}

export async function listRecent() {
  const { jobs } = await get("/jobs?kind=allocate&limit=5");
  const lines = jobs.map((job) => {
    const when = new Date(job.created_at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    const what = t(`status.${job.status || job.state}`);
    const gap = job.gap === null ? "" : ` · ${number(job.total)} (${gapSaid(job.gap)})`;
    return el("li", {},
      el("button", { type: "button", className: "link", textContent: job.name || job.id.slice(0, 8), onclick: () => careful(() => openJob(job.id)) }),
      el("br"), el("small", { textContent: `${when} · ${what}${gap}` }));
  });
  fill(byId("recent"), ...(lines.length ? lines : [el("li", { className: "quiet", textContent: t("start.none_recent") })]));
}

async function openCase(name) {
  byId("case").hidden = true;
  hideQuestions();
  const scenario = await get(`/cases/${encodeURIComponent(name)}`);
  showCase(scenario, await post("/page/case", { scenario }));
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
  byId("problems").hidden = true;
  byId("case").hidden = false;
  byId("case-title").textContent = told.title || t("report.untitled");
  tiles(byId("case-tiles"), ["people", "organisations", "units", "towers", "floors", "needed", "usable"].map((key) => [number(told[key]), t(`start.${key}`)]));
  const spare = told.usable - told.needed;
  byId("case-fits").hidden = told.needed === null; // by chance, who comes decides
  byId("case-fits").textContent = spare >= 0 ? t("start.fits", { spare: number(spare) }) : t("start.short", { lacking: number(-spare) });
  byId("case-fits").classList.toggle("bad", spare < 0);
  fill(byId("case-warnings"), ...told.warnings.slice(0, 20).map((text) => el("li", { textContent: text, lang: "en" })));
  byId("ratio").value = Math.round(100 * ratioOf(scenario)) / 100;
  byId("case").focus();
  byId("case").scrollIntoView({ block: "nearest" });
  announce(t("start.opened", { title: byId("case-title").textContent }));
}

function showProblems(found) {
  byId("case").hidden = true;
  byId("problems").hidden = false;
  byId("problems-title").textContent = t("start.problems", { count: number(found.problems) });
  fill(byId("problem-tables"), el("p", { textContent: t("start.problems_next") }), ...found.tables.map(problemTable));
  byId("problems").focus();
  announce(byId("problems-title").textContent);
}

function problemTable(one) {
  const general = one.problems.filter((each) => !one.rows.some((row) => row.row === each.row));
  const lines = general.map((each) => el("li", { lang: "en", textContent: said(each) }));
  const head = el("tr", {}, el("th", { className: "at", scope: "col", textContent: t("start.row") }), ...one.header.map((name) => el("th", { scope: "col", textContent: name })));
  const rows = one.rows.flatMap((row) => problemRow(one, row));
  const grid = rows.length ? el("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": one.name }, el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows))) : null;
  return el("section", {}, el("h3", { textContent: one.name }), lines.length ? el("ul", {}, ...lines) : null, grid);
}

function problemRow(one, row) {
  const mine = one.problems.filter((each) => each.row === row.row);
  const wrong = new Set(mine.map((each) => each.column));
  const cells = row.cells.map((cell, at) => el("td", { className: wrong.has(one.header[at]) ? "wrong" : "", textContent: cell }));
  const told = mine.map((each) => el("tr", { className: "said" }, el("td", {}), el("td", { colSpan: Math.max(1, one.header.length), lang: "en", textContent: said(each) })));
  return [el("tr", {}, el("td", { className: "at", textContent: row.row }), ...cells), ...told];
}

function said(problem) {
  const place = [problem.row === null ? "" : `${t("start.row")} ${problem.row}`, problem.column].filter(Boolean).join(", ");
  const got = problem.value === null || problem.value === undefined ? "" : ` (${problem.value})`;
  return `${place ? `${place}: ` : ""}${problem.message}${got}`;
}

export const reopen = (scenario) => careful(async () => {
  show("start");
  showCase(scenario, await post("/page/case", { scenario }));
});
