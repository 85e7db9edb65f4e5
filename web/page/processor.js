// What computes the colours, in the settings: a line that says it, and a choice where there is one.

import { h } from "../../src/vermilion/studio/page/dom.js";
import { t } from "../../src/vermilion/studio/page/model/texts.js";
import { choice } from "../../src/vermilion/studio/page/parts/dialogs.js";
import { threads } from "../engine/network/threads.js";
import { WISHES } from "./gpu.js";

/** @param {import("./gpu.js").Gpu} gpu */
export function processorSettings(gpu) {
  const line = h("p", { class: "quiet", role: "status" });
  const show = () => {
    const now = gpu.state === "on" ? t("processor.on") : t("processor.here", { threads: threads() });
    const why = ["trying", "slow", "wrong", "failed"].includes(gpu.state) && t(`processor.${gpu.state}`);
    line.textContent = why ? `${now} ${why}` : now;
  };
  const heard = () => (line.isConnected ? show() : gpu.removeEventListener("change", heard));
  gpu.addEventListener("change", heard);
  show();
  const wishes = WISHES.map((wish) => [wish, t(`processor.wish-${wish}`)]);
  return [
    gpu.state !== "none" && choice(t("processor.title"), wishes, gpu.wish, (wish) => gpu.wishes(wish)),
    line,
  ];
}
