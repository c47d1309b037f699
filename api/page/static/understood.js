// What was understood of a ministry's own tables: questions to choose an answer to, and every decision.

import { announce, byId, el, fill, table } from "./dom.js";
import { number, t } from "./texts.js";

const SURE = 0.8, LIKELY = 0.6;

/** Show the questions that are open; `again` is called with the answers, as KEY=VALUE. */
export function showQuestions(found, again) {
  byId("understood").hidden = false;
  byId("understood-title").textContent = t(found.questions.length ? "import.page_questions" : "import.sheet_title");
  const form = el("form", { className: "questions" }, ...found.questions.map(question),
    el("button", { className: "primary", type: "submit", textContent: t("import.page_go_on") }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    again(found.questions.map((each, at) => `${each.key}=${form.elements[`answer-${at}`].value.trim() || each.chosen}`));
  });
  fill(byId("understood-body"), found.questions.length ? form : null, decisions(found.decisions));
  if (!found.questions.length) return;
  byId("understood").focus();
  announce(byId("understood-title").textContent);
}

export function hideQuestions() {
  byId("understood").hidden = true;
}

function question(each, at) {
  const id = `answer-${at}`;
  const place = [each.place, each.cell || (each.row === null ? "" : `${t("start.row")} ${each.row}`)].filter(Boolean).join(", ");
  const options = each.choices.map((choice) => el("option", { value: choice.value, textContent: choice.said, selected: choice.value === each.chosen }));
  const box = options.length ? el("select", { id, name: id }, ...options) : free(each, id);
  const what = each.what === each.key ? [] : [el("strong", { textContent: each.what }), " "];
  return el("p", {}, el("label", { for: id }, ...what, el("small", { textContent: place }), el("br"), each.reason), el("br"), box);
}

/** Return a field for any answer; a proposal that is no text of its own stands for an empty one. */
function free(each, id) {
  const proposed = each.said === each.chosen ? { value: each.chosen, required: true } : { placeholder: each.said };
  return el("input", { id, name: id, type: "text", size: 40, ...proposed });
}

function decisions(list) {
  const heads = ["where", "what", "taken_for", "sure", "why"].map((key) => [t(`import.${key}`)]);
  const rows = list.map((each) => [
    [each.place, each.cell || (each.row === null ? "" : `${t("start.row")} ${each.row}`)].filter(Boolean).join(", "),
    each.count > 1 ? `${each.what} (×${number(each.count)})` : each.what,
    each.said,
    t(`import.sure_${sureness(each)}`),
    each.reason,
  ]);
  const grid = el("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": t("import.sheet_title") }, table(heads, rows));
  return el("details", { open: list.some((each) => each.source === "open") }, el("summary", { textContent: t("import.page_decisions", { count: number(list.length) }) }), grid);
}

function sureness(each) {
  if (each.source !== "rule") return each.source;
  return each.confidence >= SURE ? "high" : each.confidence >= LIKELY ? "middle" : "low";
}
