// One job over the archive: its state, how far it is, what failed, and the way to end it.

import { button, fill, h } from "../dom.js";
import { problemText } from "../model/notes.js";
import { language, number, plural, t } from "../model/texts.js";

const FINAL = ["done", "cancelled", "failed"];
const MOST_FAILURES = 100; // that are listed

export const hasEnded = ({ state }) => FINAL.includes(state);

/** How many pictures were coloured, left out and failed, in words. */
export function countsOf({ pictures, done, skipped, failed }) {
  const parts = [
    pictures ? t("jobs.count", { done: number(done), pictures: number(pictures) }) : plural("jobs.done", done),
    skipped && plural("jobs.skipped", skipped),
    failed && plural("jobs.failed", failed),
  ];
  return parts.filter(Boolean).join(" · ");
}

/** The row of a job; `show` brings it up to date. Calls `cancel` and `failures`, which asks for the whole job. */
export class JobRow {
  constructor(job, out, { cancel, failures }) {
    this.job = job;
    this.failures = failures;
    const time = new Date(job.submitted).toLocaleString(language(), { dateStyle: "medium", timeStyle: "medium" });
    this.time = time;
    this.state = h("span", { class: "job-state" });
    this.cancel = button(t("jobs.cancel"), () => cancel(this), {
      "aria-label": t("jobs.cancel-one", { time }),
    });
    this.bar = h("progress", { class: "job-bar", "aria-label": t("jobs.progress", { time }) });
    this.counts = h("p", { class: "job-counts" });
    this.error = h("p", { class: "field-error" });
    this.list = h("ul", { class: "job-failures" });
    this.summary = h("summary", {});
    this.more = h("details", { class: "more", on: { toggle: () => this.#list() } }, this.summary, this.list);
    const { include = [], exclude = [] } = job.asked;
    const only = [...include, ...exclude.map((pattern) => `− ${pattern}`)].join(", ");
    this.element = h(
      "li",
      { class: "job" },
      h("div", { class: "job-head" }, h("h4", { text: time }), this.state, this.cancel),
      this.bar,
      this.counts,
      this.error,
      only && h("p", { class: "quiet", text: only }),
      h("p", { class: "quiet mono", text: `${out}/${job.id}` }),
      this.more,
    );
    this.show(job);
  }

  /** Show what is known by now; an event tells neither what was asked nor the failures. */
  show(told) {
    if (hasEnded(this.job) && !hasEnded(told)) return; // it was told late
    const job = (this.job = { ...this.job, ...told });
    const { state, pictures, done, skipped, failed } = job;
    this.element.dataset.state = state;
    this.state.textContent = t(`job-state.${state}`);
    this.cancel.hidden = hasEnded(job);
    this.bar.hidden = state !== "running";
    this.bar.max = pictures || 1;
    this.bar.value = Math.min(pictures, done + skipped + failed);
    const pace = [
      job.rate && t("jobs.rate", { rate: number(job.rate, job.rate < 10 ? 1 : 0) }),
      job.seconds_left !== null && t("jobs.left", { time: lasting(job.seconds_left) }),
    ];
    this.counts.hidden = state === "waiting";
    this.counts.textContent = [countsOf(job), ...pace].filter(Boolean).join(" · ");
    this.error.textContent = job.error ? problemText(job.error) : "";
    this.more.hidden = !failed;
    this.summary.textContent = plural("jobs.failed", failed);
    if (told.failures) this.#fill();
    else if (this.more.open) this.#list();
  }

  /** Ask for the failures, once it is wanted to see them. */
  async #list() {
    if (!this.more.open || this.isAsking) return;
    this.isAsking = true;
    try {
      const whole = await this.failures(this.job.id);
      if (whole) this.job.failures = whole.failures;
      this.#fill();
    } finally {
      this.isAsking = false;
    }
  }

  #fill() {
    const { failures = [], failed } = this.job;
    const shown = failures.slice(0, MOST_FAILURES);
    fill(
      this.list,
      shown.map(({ picture, reason, code }) =>
        h("li", {}, h("strong", { text: picture }), h("span", { text: problemText({ code, detail: reason }) })),
      ),
      failed > shown.length && h("li", { class: "quiet", text: plural("jobs.more", failed - shown.length) }),
    );
  }
}

/** Seconds as a person says them: in seconds, minutes or hours. */
function lasting(seconds) {
  const [value, unit] =
    seconds < 90 ? [seconds, "second"] : seconds < 5400 ? [seconds / 60, "minute"] : [seconds / 3600, "hour"];
  return Math.max(1, Math.round(value)).toLocaleString(language(), { style: "unit", unit, unitDisplay: "long" });
}
