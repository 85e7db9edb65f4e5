// Where the page begins: all parts, and how they are joined.

import { archiveDialog, sayEnd } from "./archive/archive-dialog.js";
import { h } from "./dom.js";
import { listen } from "./keys.js";
import { learnNotes } from "./model/notes.js";
import { settings, showTheme } from "./model/settings.js";
import { Studio } from "./model/studio.js";
import { loadTexts, t } from "./model/texts.js";
import { AskWalk } from "./parts/ask-walk.js";
import "./parts/bars.js";
import "./parts/color-popover.js";
import { helpDialog, settingsDialog, share } from "./parts/dialogs.js";
import "./parts/film-bar.js";
import "./parts/hints-panel.js";
import "./parts/look-panel.js";
import "./parts/messages.js";
import "./parts/panel.js";
import "./parts/picture-panel.js";
import { saveDialog } from "./parts/save-dialog.js";
import "./parts/strip.js";
import "./parts/variants-panel.js";
import { mayBeVersion, offerVersion } from "./parts/version-offer.js";
import { takeDrops } from "./parts/welcome.js";
import { makeEngine } from "./surroundings.js";
import "./view/stage.js";

const part = (name, ...needs) => {
  const element = document.createElement(`v-${name}`);
  element.setUp(...needs);
  return element;
};

class App extends HTMLElement {
  async connectedCallback() {
    showTheme();
    learnNotes(await loadTexts());
    this.studio = new Studio(makeEngine());
    this.#build();
    listen(this.#acts());
    takeDrops(this, (files, isOnPicture) => this.#take(files, isOnPicture));
    this.input.setAttribute("aria-label", t("welcome.open"));
    this.input.addEventListener("change", () => {
      this.studio.open([...this.input.files]);
      this.input.value = "";
    });
    addEventListener("pagehide", () => {
      for (const open of this.studio.pictures) if (open.isUnstored) open.store(true);
    });
    await this.studio.start();
    this.classList.add("ready");
  }

  #build() {
    const { studio } = this;
    this.input = document.querySelector("#open-pictures");
    this.stage = document.createElement("v-stage");
    this.stage.setUp(studio, (target) => this.asking?.ask(target));
    this.asking = part("color-popover", studio, this.stage);
    this.walk = new AskWalk(studio, this.stage, this.asking);
    const pages = {
      colors: part("hints-panel", studio, this.stage, this.walk),
      variants: part("variants-panel", studio),
      look: part("look-panel", studio),
      picture: part("picture-panel", studio, this.stage),
    };
    this.pages = pages;
    this.panel = part("panel", studio, pages);
    this.panel.addEventListener("selected", ({ detail }) => {
      if (detail === "variants" && !pages.variants.loaded) pages.variants.load();
    });
    this.asking.addEventListener("agree", ({ detail }) => {
      this.panel.open("colors");
      pages.colors.agree(detail);
    });
    const tools = part("tool-bar", studio);
    const viewing = part("view-bar", studio, this.stage, {
      ask: () => this.walk.start(),
      full: () => this.#full(),
    });
    this.room = h(
      "main",
      { class: "room" },
      this.stage,
      tools,
      viewing,
      this.asking,
      part("welcome", studio, () => this.input.click()),
      part("messages", studio),
    );
    this.append(
      part("top-bar", studio, {
        open: () => this.input.click(),
        save: () => this.#save(),
        share: () => share(studio),
        archive: () => archiveDialog(studio),
        settings: () => settingsDialog(studio),
        help: () => helpDialog(),
      }),
      part("banner", studio),
      h("div", { class: "desk" }, this.room, this.panel),
      part("film-bar", studio),
      part("strip", studio),
    );
    studio.addEventListener("current", () => this.asking.close());
    studio.addEventListener("job", ({ detail }) => sayEnd(studio, detail));
  }

  /** Files from a drop or the clipboard: recipes and cubes belong to the picture that is shown, versions may. */
  async #take(files, isOnPicture) {
    const isFor = (file, ending) => file.name.toLowerCase().endsWith(ending);
    const recipe = files.find((file) => isFor(file, ".json"));
    const cube = files.find((file) => isFor(file, ".cube"));
    if (recipe) this.pages.picture.openRecipe(recipe);
    if (cube && this.studio.current && this.studio.engine.can.files) this.pages.look.use("cube", cube);
    const pictures = files.filter((file) => file !== recipe && file !== cube);
    const [one] = pictures;
    if (isOnPicture && pictures.length === 1 && (await mayBeVersion(this.studio, one)))
      offerVersion(this.studio, one, {
        use: () => this.pages.look.versions.use(one),
        open: () => this.studio.open(pictures),
      });
    else this.studio.open(pictures);
  }

  #save() {
    if (this.studio.current?.isUsable) saveDialog(this.studio);
  }

  #full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.room.requestFullscreen?.().catch(() => {});
  }

  #acts() {
    const { studio, stage } = this;
    const tools = Object.fromEntries(
      ["look", "point", "stroke", "box", "lasso", "grey"].map((tool) => [tool, () => studio.take(tool)]),
    );
    return {
      ...tools,
      open: () => this.input.click(),
      save: () => this.#save(),
      previous: () => studio.step(-1),
      next: () => studio.step(1),
      tick: () => {
        if (studio.current) {
          studio.current.selected = !studio.current.selected;
          studio.tell("pictures");
        }
      },
      undo: () => studio.current?.undo(),
      redo: () => studio.current?.redo(),
      ask: () => this.walk.start(),
      surface: () => stage.surface.focus(),
      escape: () => {
        this.asking.close();
        stage.drop();
        if (studio.show.frames) studio.showAs({ frames: false });
      },
      before: (isDown) => studio.showAs({ before: isDown }),
      slider: () => studio.showAs({ compare: "slider" }),
      side: () => studio.showAs({ compare: settings.compare === "side" ? "slider" : "side" }),
      confidence: () => studio.showAs({ overlay: "confidence" }),
      trust: () => {
        if (studio.engine.can.files) studio.showAs({ overlay: "trust" });
      },
      closer: () => stage.zoom(1.5),
      farther: () => stage.zoom(1 / 1.5),
      fit: () => stage.fit(),
      one: () => stage.zoomTo(1 / (window.devicePixelRatio || 1)),
      rotate: () => {
        if (studio.current && studio.engine.can.turns) this.pages.picture.rotate(1);
      },
      full: () => this.#full(),
      help: () => helpDialog(),
    };
  }
}

customElements.define("v-app", App);
