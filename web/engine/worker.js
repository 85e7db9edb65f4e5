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

const hear = ({ data }) => {
  if (data.parts) {
    setUpRuntime(data.parts.wasm);
    desk = new Desk(data.parts);
  } else if (data.gpu) desk.useGpu(data.gpu, (state) => postMessage({ gpu: state }));
  else if (data.leaveGpu) desk.leaveGpu();
  else if (data.drop) dropped.add(data.drop);
  else last = last.then(() => answer(data));
};

// ONNX Runtime starts this file once more for each of its threads; those have nothing to do with calls.
if (!self.name.startsWith("em-pthread")) addEventListener("message", hear);
