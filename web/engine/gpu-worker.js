// The graphs on the graphics processor: a worker of its own, so that a slow start or a driver that hangs holds up
// nothing. Its program, another build of ONNX Runtime, lies beside the page in a web space.

import * as ort from "onnxruntime-web/jspi";

// With NHWC, its own choice, ONNX Runtime 1.30 paints other colours: (a, b) up to 90 away.
const OPTIONS = {
  executionProviders: [{ name: "webgpu", preferredLayout: "NCHW" }],
  logSeverityLevel: 3, // errors alone
};

let graphs = null;
let last = null;

async function start(wasm, { encoder, decoder }) {
  Object.assign(ort.env.wasm, { wasmBinary: wasm, numThreads: 1 });
  ort.env.logLevel = "error";
  const open = (graph) => ort.InferenceSession.create(new Uint8Array(graph), OPTIONS);
  graphs = { encoder: await open(encoder), decoder: await open(decoder) };
}

async function run({ graph, inputs, names }) {
  const tensors = Object.entries(inputs).map(([name, { data, dims }]) => [
    name,
    new ort.Tensor("float32", data, dims),
  ]);
  const begun = performance.now();
  const output = await graphs[graph].run(Object.fromEntries(tensors), names);
  const took = performance.now() - begun;
  const planes = names.map((name) => [name, { data: output[name].data, dims: [...output[name].dims] }]);
  return { output: Object.fromEntries(planes), took };
}

/** The page hands over the program and a port; through the port, the engine sends its graphs and then its calls. */
addEventListener("message", ({ data: { wasm, port } }) => {
  port.onmessage = ({ data }) => {
    last = (last ?? start(wasm, data.graphs)).then(async () => {
      if (data.graphs) return;
      try {
        port.postMessage({ id: data.id, ...(await run(data)) });
      } catch (error) {
        port.postMessage({ id: data.id, problem: String(error) });
      }
    });
    last.catch((error) => port.postMessage({ problem: String(error) }));
  };
});
