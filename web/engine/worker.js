// The worker: calls come in, one is done after the other, answers go out.

import { Desk } from "./desk.js";
import { setUpRuntime } from "./network/model.js";

let desk = null;
let last = Promise.resolve();
const dropped = new Set();

async function answer({ id, method, said }) {
  if (dropped.delete(id)) return;
  try {
    postMessage({ id, answer: await desk[method](said) });
  } catch (error) {
    const { code = "page", status = 0, message } = error;
    if (!error.code) console.error(error);
    postMessage({ id, problem: { code, status, detail: message } });
  }
}

addEventListener("message", ({ data }) => {
  if (data.parts) {
    setUpRuntime(data.parts.wasm);
    desk = new Desk(data.parts);
  } else if (data.drop) dropped.add(data.drop);
  else last = last.then(() => answer(data));
});
