// The bars: at the top names and big steps, at the left the tools, under the picture how it is looked at.

import { button, h, icon, iconButton } from "../dom.js";
import { percent, t } from "../model/texts.js";

export const TOOLS = [
  ["look", "V"],
  ["point", "P"],
  ["stroke", "S"],
  ["box", "X"],
  ["lasso", "L"],
  ["grey", "G"],
];

export class TopBar extends HTMLElement {
  setUp(studio, actions) {
    this.className = "top-bar";
    this.setAttribute("role", "banner");
    this.studio = studio;
    this.name = h("span", { class: "picture-name" });
    this.undo = iconButton("undo", t("undo"), () => studio.current?.undo(), { key: "Ctrl+Z" });
    this.redo = iconButton("redo", t("redo"), () => studio.current?.redo(), { key: "Ctrl+Shift+Z" });
    this.save = button(t("save.short"), actions.save, {
      icon: "save",
      class: "button primary",
      title: t("save.key"),
      "aria-label": t("save.short"),
    });
    this.share = iconButton("share", t("share"), actions.share);
    this.archive = iconButton("archive", t("jobs.title"), actions.archive);
    this.append(
      h(
        "h1",
        { class: "brand" },
        h("span", { class: "brand-dot", "aria-hidden": "true" }),
        h("span", { class: "brand-name", text: "vermilion" }),
      ),
      this.name,
      h("div", { class: "bar-group" }, this.undo, this.redo),
      h(
        "div",
        { class: "bar-group" },
        button(t("open.short"), actions.open, {
          icon: "open",
          title: t("open.key"),
          "aria-label": t("welcome.open"),
        }),
        this.share,
        this.save,
        this.archive,
        iconButton("settings", t("settings.title"), actions.settings),
        iconButton("help", t("help.title"), actions.help, { key: "?" }),
      ),
    );
    for (const name of ["change", "current", "pictures"]) studio.addEventListener(name, () => this.show());
    this.show();
  }

  show() {
    const open = this.studio.current;
    const isUsable = Boolean(open?.isUsable);
    this.name.textContent = open?.picture.name || "";
    this.undo.disabled = !open?.history.canUndo;
    this.redo.disabled = !open?.history.canRedo;
    this.archive.hidden = !this.studio.session.archive;
    this.save.disabled = this.share.disabled = !isUsable;
    for (const part of [this.undo, this.redo, this.share, this.save]) part.hidden = !isUsable;
    document.title = open ? `${open.picture.name} – vermilion studio` : "vermilion studio";
  }
}

export class ToolBar extends HTMLElement {
  setUp(studio) {
    this.className = "tool-bar";
    this.setAttribute("role", "toolbar");
    this.setAttribute("aria-label", t("tools.label"));
    const buttons = TOOLS.map(([tool, key]) =>
      iconButton(tool, t(`tool.${tool}`), () => studio.take(tool), { key, "data-tool": tool }),
    );
    this.append(...buttons);
    const show = () => {
      for (const one of buttons) one.setAttribute("aria-pressed", String(one.dataset.tool === studio.tool));
      this.hidden = !studio.current?.isUsable;
    };
    for (const name of ["tool", "current", "pictures"]) studio.addEventListener(name, show);
    show();
  }
}

export class ViewBar extends HTMLElement {
  setUp(studio, stage, actions) {
    this.className = "view-bar";
    this.setAttribute("role", "toolbar");
    this.setAttribute("aria-label", t("viewing.label"));
    this.studio = studio;
    this.stage = stage;
    this.slider = iconButton("slider", t("compare.slider"), () => studio.showAs({ compare: "slider" }), {
      key: "\\",
    });
    this.side = iconButton("side", t("compare.side"), () => studio.showAs({ compare: "side" }), { key: "D" });
    this.hold = this.#holdButton();
    this.confidence = iconButton(
      "confidence",
      t("confidence.show"),
      () => studio.showAs({ overlay: "confidence" }),
      { key: "M" },
    );
    this.zoom = h("button", {
      type: "button",
      class: "zoom-value",
      title: t("zoom.toggle"),
      on: { click: () => stage.toggleZoom() },
    });
    this.full = iconButton("full", t("full.show"), actions.full, {
      key: "F",
      hidden: !document.fullscreenEnabled, // as on an iPhone
    });
    const group = (...parts) => h("div", { class: "bar-group" }, ...parts);
    this.append(
      group(this.slider, this.side, this.hold),
      group(this.confidence, iconButton("ask", t("ask.start"), actions.ask, { key: "A" })),
      group(
        iconButton("minus", t("zoom.out"), () => stage.zoom(1 / 1.5), {
          key: "−",
          class: "icon-button wide-only",
        }),
        this.zoom,
        iconButton("add", t("zoom.in"), () => stage.zoom(1.5), { key: "+", class: "icon-button wide-only" }),
        this.full,
      ),
    );
    stage.addEventListener("drawn", () => this.show());
    for (const name of ["show", "current", "pictures"]) studio.addEventListener(name, () => this.show());
    document.addEventListener("fullscreenchange", () => this.show());
    this.show();
  }

  /** Before is shown as long as the button is held; by keyboard as long as the key is. */
  #holdButton() {
    const hold = iconButton("hold", t("compare.hold"), () => {}, { key: "B" });
    const show = (before) => {
      if (this.studio.show.before !== before) this.studio.showAs({ before });
    };
    hold.addEventListener("pointerdown", (event) => {
      hold.setPointerCapture(event.pointerId);
      show(true);
    });
    for (const name of ["pointerup", "pointercancel", "blur"]) hold.addEventListener(name, () => show(false));
    hold.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        show(true);
      }
    });
    hold.addEventListener("keyup", () => show(false));
    hold.addEventListener("contextmenu", (event) => event.preventDefault());
    return hold;
  }

  show() {
    const { show, current } = this.studio;
    this.hidden = !current?.isUsable;
    this.slider.setAttribute("aria-pressed", String(show.compare === "slider"));
    this.side.setAttribute("aria-pressed", String(show.compare === "side"));
    this.hold.setAttribute("aria-pressed", String(show.before));
    this.confidence.setAttribute("aria-pressed", String(show.overlay === "confidence"));
    const { isFitted, scale } = this.stage.viewport;
    const share = scale * (window.devicePixelRatio || 1);
    const words = percent(share);
    this.zoom.textContent = words;
    this.zoom.setAttribute(
      "aria-label",
      t("zoom.now", { percent: words, action: isFitted ? t("zoom.to-one") : t("zoom.to-all") }),
    );
    this.full.setAttribute("aria-pressed", String(Boolean(document.fullscreenElement)));
  }
}

/** What lies under the picture while something is wrong, or not yet there. */
export class Banner extends HTMLElement {
  setUp(studio) {
    this.className = "banner";
    this.setAttribute("role", "status");
    const said = h("span");
    this.append(icon("offline"), said); // before it is needed: without a server no icon comes
    const show = () => {
      this.hidden = !studio.isOffline && !studio.isStranger;
      said.textContent = studio.isStranger ? t("stranger.text") : this.hidden ? "" : t("offline.text");
    };
    studio.addEventListener("offline", show);
    show();
  }
}

customElements.define("v-top-bar", TopBar);
customElements.define("v-tool-bar", ToolBar);
customElements.define("v-view-bar", ViewBar);
customElements.define("v-banner", Banner);
