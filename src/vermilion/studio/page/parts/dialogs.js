// The dialogs: what they share, settings, and the sheet of all keys.

import { h, iconButton, newId } from "../dom.js";
import { remember, settings, showTheme } from "../model/settings.js";
import { language, t } from "../model/texts.js";
import { KEYS } from "../keys.js";
import { ownSettings } from "../surroundings.js";

/** A modal dialog with a title and a way out; it is gone once it is closed. */
export function dialog(title, ...content) {
  const id = newId("dialog");
  const element = h(
    "dialog",
    { class: "dialog", "aria-labelledby": id },
    h(
      "div",
      { class: "dialog-head" },
      h("h2", { id, text: title }),
      iconButton("close", t("close"), () => element.close()),
    ),
    ...content,
  );
  element.addEventListener("close", () => element.remove());
  element.addEventListener("click", (event) => {
    if (event.target === element) element.close();
  });
  document.body.append(element);
  element.showModal();
  return element;
}

/** A labelled list to choose from. */
export function choice(label, options, value, changed, hint = "") {
  const id = newId("choice");
  const select = h(
    "select",
    { id, class: "select", on: { change: () => changed(select.value) } },
    options.map(([name, text]) => h("option", { value: name, text })),
  );
  select.value = value;
  return h(
    "div",
    { class: "select-row" },
    h("label", { for: id, text: label }),
    select,
    hint && h("p", { class: "quiet", text: hint }),
  );
}

/** A labelled box to tick. */
export function check(label, value, changed, hint = "") {
  const box = h("input", { type: "checkbox", checked: value, on: { change: () => changed(box.checked) } });
  return h(
    "label",
    { class: "check" },
    box,
    h("span", {}, h("span", { text: label }), hint && h("small", { text: hint })),
  );
}

/** Hand a file to the browser's downloads. */
export function download(blob, name) {
  const link = h("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Theme, language, keys, and the link for a phone. */
export function settingsDialog(studio) {
  const { lan_url: url, lan_qr: code, version } = studio.session;
  const phone =
    url &&
    h(
      "section",
      { class: "section" },
      h("h3", { text: t("phone.title") }),
      h("p", { class: "quiet", text: t("phone.about") }),
      code &&
        h("img", {
          class: "qr",
          alt: t("phone.code"),
          src: svgAddress(code),
        }),
      h("p", { class: "mono", text: url }),
    );
  dialog(
    t("settings.title"),
    h(
      "div",
      { class: "dialog-body" },
      choice(
        t("settings.theme"),
        ["auto", "light", "dark"].map((name) => [name, t(`theme.${name}`)]),
        settings.theme,
        (theme) => {
          remember({ theme });
          showTheme();
        },
      ),
      choice(
        t("settings.language"),
        [
          ["en", "English"],
          ["de", "Deutsch"],
        ],
        language(),
        (code_) => {
          remember({ language: code_ });
          location.reload();
        },
      ),
      check(t("settings.keys"), settings.keys, (keys) => remember({ keys }), t("settings.keys-about")),
      ownSettings(studio.engine),
      phone,
      h("p", { class: "quiet", text: t("settings.about", { version: version || "" }) }),
    ),
  );
}

/** The sheet of all keys. */
export function helpDialog() {
  const groups = [...new Set(KEYS.map(({ group }) => group))];
  const rows = (group) =>
    KEYS.filter((one) => one.group === group).map(({ shown, text }) => [
      h(
        "dt",
        {},
        shown.split(" ").map((key) => h("kbd", { text: key })),
      ),
      h("dd", { text: t(text) }),
    ]);
  const element = dialog(
    t("help.title"),
    h(
      "div",
      { class: "dialog-body help", tabindex: "0" },
      h("p", { class: "quiet", text: t("help.about") }),
      groups.map((group) =>
        h(
          "section",
          {},
          h("h3", { text: t(`help.${group}`) }),
          h("dl", { class: "keys" }, rows(group).flat()),
        ),
      ),
    ),
  );
  element.classList.add("broad");
}

/** Share a small picture of before and after, by the system's sheet or as a download. */
export async function share(studio) {
  const open = studio.current;
  if (!open?.isUsable) return;
  studio.say(t("share.working"));
  try {
    const { blob, name } = await studio.engine.share(open.id, 1600);
    const file = new File([blob], name || `${open.picture.name}.before-after.jpg`, { type: "image/jpeg" });
    if (matchMedia("(pointer: coarse)").matches && navigator.canShare?.({ files: [file] }))
      await navigator.share({ files: [file] });
    else download(blob, file.name);
    studio.say(t("share.done"));
  } catch (error) {
    studio.trouble(error);
  }
}

/** An address with which an SVG that was meant to stand in a page can be shown as a picture. */
function svgAddress(code) {
  const named = code.includes("xmlns=")
    ? code
    : code.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ');
  return `data:image/svg+xml;utf8,${encodeURIComponent(named)}`;
}
