// Downloads of the plan as it is shown: reports, tables, pictures.

import { careful, download, save } from "./api.js";
import { byId, el, fill, tiles } from "./dom.js";
import { language, t } from "./texts.js";
import { changedScenario, isChanged, placements, state } from "./state.js";

const PICTURES = ["stack-group", "stack-organisation", "stack-fill", "stack-chance", "costs", "curve"];

/** Whether the plan changed by hand is reported on: where it breaks no rule. */
const isByHand = () => isChanged() && state.look.feasible;

const asked = (more) => ({
  scenario: isByHand() ? changedScenario() : state.scenario,
  ...(isByHand() ? { placements: placements() } : { plan: state.plan }),
  language,
  ...more,
});

const asFile = (document, name) => save(new Blob([`${JSON.stringify(document, null, 2)}\n`], { type: "application/json" }), name);

const file = (key, work) => el("button", { type: "button", "data-download": key, textContent: t(`download.${key}`), onclick: (event) => busily(event.target, work) });

async function busily(button, work) {
  const label = button.textContent;
  button.disabled = true;
  button.textContent = t("page.working");
  await careful(work);
  button.disabled = false;
  button.textContent = label;
}

export function showReports() {
  const reports = [
    file("pdf", () => download("/page/report", asked({ form: "pdf" }), "report.pdf")),
    file("xlsx", () => download("/page/report", asked({ form: "xlsx" }), "report.xlsx")),
    file("csv", () => download("/page/placements", asked({}), "placements.csv")),
    file("json", async () => asFile(state.plan, "plan.json")),
    file("scenario", async () => asFile(asked({}).scenario, "scenario.json")),
  ];
  fill(byId("reports"), ...reports.map((button) => el("li", {}, button)));
  const names = PICTURES.filter((name) => name !== "curve" || (!isByHand() && state.plan.run?.trace?.length));
  const rows = names.map((name) => [t(`download.${name}`), el("span", { className: "row" }, ...["svg", "png", "pdf"].map((form) => el("button", {
    type: "button",
    className: "small",
    textContent: form.toUpperCase(),
    "aria-label": `${t(`download.${name}`)}, ${form.toUpperCase()}`,
    onclick: (event) => busily(event.target, () => download("/page/picture", asked({ name, form }), `${name}.${form}`)),
  })))]);
  fill(byId("pictures"), el("table", {}, el("tbody", {}, ...rows.map(([name, buttons]) => el("tr", {}, el("th", { scope: "row", textContent: name }), el("td", {}, buttons))))));
  byId("report-broken").hidden = !isChanged() || state.look.feasible;
  tiles(byId("tiles"), state.look.tiles.map((tile) => [tile.figure, tile.words]));
  fill(byId("points"), ...state.look.points.map((point) => el("li", { textContent: point })));
}
