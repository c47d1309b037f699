// Downloads of the plan as it is shown: reports, tables, pictures.

import { doing, download, save } from "./api.js";
import { byId, fill, hide, item, tiles } from "./dom.js";
import { language, t } from "./texts.js";
import { changedScenario, isChanged, placements, state } from "./state.js";
import { planName, provenance } from "./plan.js";

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

const report = (form, end) => () => download("/page/report", named(end), asked({ form }));
const asFile = (document, end) => save(new Blob([`${JSON.stringify(document, null, 2)}\n`], { type: "application/json" }), named(end));
const FILES = {
  pdf: report("pdf", ".pdf"),
  xlsx: report("xlsx", ".xlsx"),
  annex_docx: report("annex.docx", ` - ${t("annex.title")}.docx`),
  annex_xlsx: report("annex.xlsx", ` - ${t("annex.title")}.xlsx`),
  csv: () => download("/page/placements", named(".csv"), asked({})),
  json: async () => asFile(state.plan, ".plan.json"),
  scenario: async () => asFile(asked({}).scenario, ".scenario.json"),
};

export function startReports() {
  for (const button of byId("view-report").querySelectorAll("button")) {
    const { download: key, picture: name, form } = button.dataset;
    button.addEventListener("click", doing(key ? FILES[key] : () => download("/page/picture", named(` - ${name}.${form}`), asked({ name, form }))));
  }
}

export function showReports() {
  hide("picture-curve", isByHand() || !state.plan.run?.trace?.length);
  hide("report-broken", !isChanged() || state.look.feasible);
  tiles("tiles", state.look.tiles.map((tile) => [tile.figure, tile.words]));
  fill("points", ...state.look.points.map((point) => item(point)));
}
