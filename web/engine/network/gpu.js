// The graphs on the graphics processor, as the engine asks for them; and whether they can be trusted.

const FIRST_PATIENCE = 120_000; // milliseconds: at first a driver translates its programs
const LEAST_PATIENCE = 5_000;
const LONGER = 100; // than a test took, and it is believed to hang
const TOLERANCE = 1e-3; // of the largest number of an output

/** Calls through a port; a call fails that gets no answer in time. */
export class GpuGraphs {
  constructor(port, graphs) {
    this.port = port;
    this.waiting = new Map();
    this.count = 0;
    this.patience = FIRST_PATIENCE;
    port.onmessage = ({ data }) => this.#answered(data);
    port.postMessage({ graphs });
  }

  /**
   * @param {"encoder" | "decoder"} graph
   * @param {object} inputs {data, dims} by name
   * @param {string[]} names of outputs
   * @returns {Promise<{output: object, took: number}>} {data, dims} by name, and milliseconds
   */
  run(graph, inputs, names) {
    const id = ++this.count;
    const plain = Object.entries(inputs).map(([name, { data, dims }]) => [name, { data, dims: [...dims] }]);
    this.port.postMessage({ id, graph, inputs: Object.fromEntries(plain), names });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#answered({ id, problem: "no answer" }), this.patience);
      this.waiting.set(id, { resolve, reject, timer });
    });
  }

  /** Wait less from now on, as it is known how long a call takes. */
  tookInTest(took) {
    this.patience = Math.max(LEAST_PATIENCE, LONGER * took);
  }

  close() {
    this.#answered({ problem: "closed" });
    this.port.close();
  }

  #answered({ id, output, took, problem }) {
    const calls = id === undefined ? [...this.waiting.keys()] : [id];
    for (const key of calls) {
      const call = this.waiting.get(key);
      if (!call) continue;
      this.waiting.delete(key);
      clearTimeout(call.timer);
      if (problem) call.reject(new Error(problem));
      else call.resolve({ output, took });
    }
  }
}

/** Whether what one processor gave is what another gave, but for rounding. */
export function isSame(ours, theirs) {
  return Object.keys(theirs).every((name) => {
    const [one, other] = [ours[name].data, theirs[name].data];
    const most = other.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-6);
    return one.length === other.length && other.every((value, at) => Math.abs(value - one[at]) <= TOLERANCE * most);
  });
}
