// What went wrong, in one sentence that a person reads.

export class EngineError extends Error {
  /**
   * @param {string} code as the studio's server names it: "picture", "hint", "settings", "request", ...
   * @param {string} detail one sentence: what was wanted, what was found, what to do
   * @param {number} status what the server would answer with
   */
  constructor(code, detail, status = 422) {
    super(detail);
    this.code = code;
    this.status = status;
  }
}
