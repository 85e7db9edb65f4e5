// Saving: which pictures, where to, and as what.

import { fill, h } from "../dom.js";
import { problemText } from "../model/notes.js";
import { remember, settings } from "../model/settings.js";
import { plural, t } from "../model/texts.js";
import { check, choice, dialog, download } from "./dialogs.js";

const FORMATS = { jpg: "JPEG", png: "PNG", tif: "TIFF", webp: "WebP" };

/** Save this picture, the selection, or all. */
export function saveDialog(studio) {
  const { selection, pictures } = studio;
  const { can } = studio.engine;
  const wanted = {
    ...settings.save,
    transparency: "same",
    target: studio.session.out ? settings.save.target || "out" : "download",
  };
  const set = (changes) => {
    Object.assign(wanted, changes);
    remember({ save: { ...wanted } });
    show();
  };
  const usable = pictures.filter((open) => open.isUsable);
  const scopes = { one: [studio.current], selected: selection, all: usable };
  let scope = selection.length > 1 ? "selected" : "one";
  const scopeRow =
    usable.length > 1 &&
    choice(
      t("save.which"),
      [
        ["one", t("save.one")],
        selection.length > 1 && ["selected", plural("save.selected", selection.length)],
        ["all", plural("save.all", usable.length)],
      ].filter(Boolean),
      scope,
      (value) => {
        scope = value;
        show();
      },
    );
  const go = h("button", { type: "submit", class: "button primary" });
  const said = h("p", { class: "quiet", role: "status" });
  let overwrite = false; // asked for anew each time, as it cannot be undone
  const flat = check(t("save.flat"), false, (value) => set({ transparency: value ? "drop" : "same" }));
  const replace = check(t("save.replace"), false, (value) => {
    overwrite = value;
  });
  const depth = choice(
    t("save.depth"),
    [
      ["same", t("save.depth-same")],
      ["8", t("save.depth-8")],
    ],
    String(wanted.depth),
    (value) => set({ depth: value === "8" ? 8 : "same" }),
  );
  const confidence = check(t("save.confidence"), wanted.confidence, (value) => set({ confidence: value }));
  const more = h(
    "details",
    { class: "more", open: wanted.depth !== "same" || wanted.confidence },
    h("summary", { text: t("save.more") }),
    h("div", { class: "more-body" }, can.depths && depth, confidence, can.transparency && flat, replace),
  );
  const form = h(
    "form",
    {
      class: "dialog-body",
      on: {
        submit: (event) => {
          event.preventDefault();
          send();
        },
      },
    },
    scopeRow,
    studio.session.out &&
      choice(
        t("save.target"),
        [
          ["out", t("save.out", { name: studio.session.out })],
          ["download", t("save.download")],
        ],
        wanted.target,
        (target) => set({ target }),
      ),
    can.formats.length > 1 &&
      choice(
        t("save.format"),
        can.formats.map((format) => [format, FORMATS[format] || t("save.same")]),
        wanted.format,
        (format) => set({ format }),
      ),
    check(t("save.mark"), wanted.mark, (mark) => set({ mark }), t("save.mark-about")),
    check(t("save.recipe"), wanted.recipe, (recipe) => set({ recipe }), t("save.recipe-about")),
    more,
    said,
    h("div", { class: "dialog-foot" }, go),
  );
  const show = () => {
    replace.hidden = wanted.target !== "out";
    go.textContent = wanted.target === "out" ? t("save.go") : t("save.go-download");
  };
  show();
  const element = dialog(t("save.title"), form);
  const watch = ({ detail: { step, part, of } }) => {
    if (step === "save" && go.disabled) said.textContent = t("save.saving", { part: part + 1, of });
  };
  studio.addEventListener("progress", watch);
  element.addEventListener("close", () => studio.removeEventListener("progress", watch));
  go.focus();

  async function send() {
    go.disabled = true;
    said.textContent = t("save.working");
    try {
      const answer = await studio.engine.save(
        scopes[scope].map(({ id }) => id),
        { ...wanted, overwrite },
      );
      if (answer.blob) download(answer.blob, answer.name || studio.current.picture.name);
      element.close();
      for (const { error } of (answer.failed || []).slice(0, 2)) studio.say(problemText(error), "error");
      if (answer.blob || answer.files.length)
        studio.say(
          answer.blob
            ? t("save.downloaded")
            : t("save.done", { files: listed(answer.files), folder: studio.session.out }),
        );
    } catch (error) {
      said.textContent = "";
      go.disabled = false;
      more.open ||= error.code === "output-exists";
      if (error.code === "offline") element.close();
      else fill(said, h("span", { class: "field-error", text: problemText(error) }));
      if (!error.status) studio.trouble(error);
    }
  }
}

const listed = (files = []) => (files.length > 3 ? `${files.slice(0, 2).join(", ")} …` : files.join(", "));
