// Small pictures, a few at a time, and only those that are still in the page: a browser has six connections to a server.

/** Pictures that are fetched at the same time. */
const MOST = 4;

export class Thumbnails {
  /** @type {HTMLImageElement[]} */
  #waiting = [];
  #coming = 0;

  /**
   * Fetches the pictures whose address stands in `data-src`, in their order, before all that still wait.
   * @param {Iterable<Element>} pictures
   */
  want(pictures) {
    const wanted = [...pictures].filter((one) => one instanceof HTMLImageElement && one.dataset.src !== undefined);
    this.#waiting = /** @type {HTMLImageElement[]} */ (wanted);
    this.#next();
  }

  #next() {
    while (this.#coming < MOST) {
      const picture = this.#waiting.shift();
      if (!picture) return;
      const src = picture.dataset.src;
      if (src === undefined || !picture.isConnected) continue;
      delete picture.dataset.src;
      this.#coming += 1;
      const come = () => {
        this.#coming -= 1;
        this.#next();
      };
      picture.addEventListener("load", come, { once: true });
      picture.addEventListener("error", come, { once: true });
      picture.src = src;
    }
  }
}
