// The archive that the server was started with: jobs over it are started here, followed and ended.

import { fill, h, isNarrow, newId } from "../dom.js";
import { problemText } from "../model/notes.js";
import { t } from "../model/texts.js";
import { check, choice, dialog } from "../parts/dialogs.js";
import { countsOf, hasEnded, JobRow } from "./job-row.js";

const FORMATS = { jpg: "JPEG", png: "PNG", tif: "TIFF", webp: "WebP" };
const LOOK = ["look", "vividness", "warmth", "tint", "temperature", "fade_unsure"];

/** Start, follow and end jobs. */
export function archiveDialog(studio) {
  const { engine, session } = studio;
  const rows = new Map();
  const list = h("ul", { class: "jobs", "aria-label": t("jobs.list") });
  const none = h("p", { class: "quiet", text: t("jobs.none") });
  const said = h("p", { class: "quiet", role: "status" });

  const trouble = (error) => {
    if (error.code === "offline") element.close();
    if (error.status) fill(said, h("span", { class: "field-error", text: problemText(error) }));
    else studio.trouble(error);
  };
  /** What a call gives, or nothing once it was told why there is none. */
  const asked = (promise) => promise.catch(trouble);

  const acts = {
    failures: (id) => asked(engine.job(id)),
    cancel: async (row) => {
      row.cancel.disabled = true;
      said.textContent = t("jobs.cancelling");
      const job = await asked(engine.cancelJob(row.job.id));
      row.cancel.disabled = false;
      if (job) row.show(job);
      if (job && hasEnded(job)) form.elements.include.focus(); // the button is gone
    },
  };
  const take = (job) => {
    const known = rows.get(job.id);
    if (known) return known.show(job);
    rows.set(job.id, new JobRow(job, session.out, acts));
    list.prepend(rows.get(job.id).element);
    none.hidden = true;
  };
  const load = async () => {
    for (const job of (await asked(engine.jobs())) || []) take(job);
  };
  const hear = ({ detail: job }) => {
    const row = rows.get(job.id);
    if (!row) return void load(); // it was started elsewhere
    const isNews = row.job.state !== job.state;
    row.show(job);
    if (isNews) say(row);
  };
  const say = (row) => {
    said.textContent = `${row.time}: ${t(`job-state.${row.job.state}`)}`;
  };

  const form = startForm(studio, async (wanted, go) => {
    go.disabled = true;
    said.textContent = "";
    const job = await asked(engine.startJob(wanted));
    go.disabled = false;
    if (!job) return;
    take(job);
    const row = rows.get(job.id); // of which events may have told more by now
    if (row.job.state === "waiting") said.textContent = t("jobs.started");
    else say(row);
  });
  const element = dialog(
    t("jobs.title"),
    h(
      "div",
      { class: "dialog-body" },
      h("p", { class: "quiet", text: t("jobs.about", { archive: session.archive, out: session.out }) }),
      form,
      said,
      h("section", { class: "section" }, h("h3", { text: t("jobs.list") }), none, list),
    ),
  );
  element.classList.add("archive");
  studio.addEventListener("job", hear);
  studio.addEventListener("again", load);
  element.addEventListener("close", () => {
    studio.removeEventListener("job", hear);
    studio.removeEventListener("again", load);
  });
  if (!isNarrow()) form.elements.include.focus(); // a phone would show its keyboard
  load();
}

/** The form that says which pictures a job is to colour, and how. */
function startForm(studio, start) {
  const wanted = { format: "same", page: 1, controls: {} };
  const [id, about] = [newId("include"), newId("about")];
  const include = h("input", {
    id,
    name: "include",
    type: "text",
    class: "text-input",
    maxlength: 1000,
    placeholder: "*.tif, 1931/*",
    "aria-describedby": about,
    autocomplete: "off",
  });
  const look = lookOf(studio.current);
  const go = h("button", { type: "submit", class: "button primary", text: t("jobs.start") });
  return h(
    "form",
    {
      class: "job-form",
      on: {
        submit: (event) => {
          event.preventDefault();
          const patterns = include.value.split(",").map((pattern) => pattern.trim());
          start({ ...wanted, include: patterns.filter(Boolean) }, go);
        },
      },
    },
    h(
      "div",
      { class: "select-row" },
      h("label", { for: id, text: t("jobs.only") }),
      include,
      h("p", { id: about, class: "quiet", text: t("jobs.only-about") }),
    ),
    choice(
      t("save.format"),
      studio.engine.can.formats.map((format) => [format, FORMATS[format] || t("save.same")]),
      wanted.format,
      (format) => Object.assign(wanted, { format }),
    ),
    check(t("jobs.pages"), false, (all) => Object.assign(wanted, { page: all ? "all" : 1 })),
    look && check(t("jobs.look"), false, (is) => Object.assign(wanted, { controls: is ? look : {} })),
    h("div", { class: "dialog-foot" }, go),
  );
}

/** What is said of all colours of a picture without a file; null if there is no picture. */
function lookOf(open) {
  if (!open?.isUsable) return null;
  const { controls } = open.picture;
  const said = LOOK.map((name) => [name, controls[name]]);
  return Object.fromEntries(said.filter(([, value]) => ["number", "string"].includes(typeof value)));
}

/** Say that a job has ended to whoever has closed the dialog meanwhile. */
export function sayEnd(studio, job) {
  if (!hasEnded(job) || document.querySelector("dialog.archive")) return;
  const text = `${t(`job-state.${job.state}`)}: ${countsOf(job)}`;
  studio.say(t("jobs.ended", { text }), job.state === "failed" ? "error" : "info");
}
