// Downloads of the plan as it is shown: reports, tables, pictures.

import { busily, download, save } from "./api.js";
import { byId, el, fill, tiles } from "./dom.js";
import { language, t } from "./texts.js";
import { changedScenario, isChanged, placements, state } from "./state.js";
import { planName, provenance } from "./plan.js";

const PICTURES = ["stack-group", "stack-organisation", "stack-fill", "stack-chance", "costs", "curve"];

/** Whether the plan changed by hand is reported on: where it breaks no rule. */
const isByHand = () => isChanged() && state.look.feasible;

const asked = (more) => ({
  scenario: isByHand() ? changedScenario() : state.scenario,
  ...(isByHand() ? { placements: placements() } : { plan: state.plan }),
  provenance: provenance(),
  title: planName(state.record, state.scenario),
  language,
  ...more,
});

const named = (end) => `${planName(state.record, state.scenario).slice(0, 80)}${end}`;
const asFile = (document, name) => save(new Blob([`${JSON.stringify(document, null, 2)}\n`], { type: "application/json" }), name);

const file = (key, work) => el("button", { type: "button", "data-download": key, textContent: t(`download.${key}`), onclick: (event) => busily(event.target, work) });

export function showReports() {
  const report = (form, end) => () => download("/page/report", asked({ form }), named(end));
  const reports = [
    file("pdf", report("pdf", ".pdf")),
    file("xlsx", report("xlsx", ".xlsx")),
    file("annex_docx", report("annex.docx", ` - ${t("annex.title")}.docx`)),
    file("annex_xlsx", report("annex.xlsx", ` - ${t("annex.title")}.xlsx`)),
    file("csv", () => download("/page/placements", asked({}), named(".csv"))),
    file("json", async () => asFile(state.plan, named(".plan.json"))),
    file("scenario", async () => asFile(asked({}).scenario, named(".scenario.json"))),
  ];
  fill(byId("reports"), ...reports.map((button) => el("li", {}, button)));
  const names = PICTURES.filter((name) => name !== "curve" || (!isByHand() && state.plan.run?.trace?.length));
  const rows = names.map((name) => [t(`download.${name}`), el("span", { className: "row" }, ...["svg", "png", "pdf"].map((form) => el("button", {
    type: "button",
    className: "small",
    textContent: form.toUpperCase(),
    "aria-label": `${t(`download.${name}`)}, ${form.toUpperCase()}`,
    onclick: (event) => busily(event.target, () => download("/page/picture", asked({ name, form }), named(` - ${name}.${form}`))),
  })))]);
  fill(byId("pictures"), el("table", {}, el("tbody", {}, ...rows.map(([name, buttons]) => el("tr", {}, el("th", { scope: "row", textContent: name }), el("td", {}, buttons))))));
  byId("report-broken").hidden = !isChanged() || state.look.feasible;
  tiles(byId("tiles"), state.look.tiles.map((tile) => [tile.figure, tile.words]));
  fill(byId("points"), ...state.look.points.map((point) => el("li", { textContent: point })));
}
