// All of the page that is about pictures: the list of them, new ones, and the masks of one.

import { find } from "../dom.js";
import { Editing } from "./editing.js";
import { Pictures } from "./pictures.js";
import { Saving } from "./saving.js";
import { Taking } from "./taking.js";

/** @typedef {import("../address.js").State} State */

export class Place {
  #pictures;
  #editing;

  /**
   * @param {import("./editing.js").Hooks & {
   *   state: () => State,
   *   choose: (change: Partial<State>) => void,
   *   address: (picture: string) => string,
   *   cardAddress: (key: string) => string,
   *   keys: (keys: readonly import("../keys.js").Listed[]) => void,
   * }} on  `keys`: those of the mask editor are known
   */
  constructor(on) {
    this.#pictures = new Pictures(on);
    this.#editing = new Editing(on, on.keys);
    const folder = () => this.#pictures.folder;
    const saving = new Saving({
      folder,
      saved: () => {
        this.#pictures.forget();
        if (on.state().view === "pictures") void this.#pictures.load();
      },
    });
    new Taking({
      taken: async (files) => {
        await this.#pictures.load(); // For the name of the folder.
        saving.open(files);
      },
      takes: () => TAKES[on.state().view],
      folder,
    });
  }

  /** Asks for files. */
  add() {
    find("pictures-add", HTMLButtonElement).click();
  }

  /** @param {State} state */
  show(state) {
    if (state.view === "pictures") this.#pictures.show(state);
    else if (state.view === "masks") void this.#editing.open(state.picture);
  }

  /** Gets the pictures, if they are seen. */
  async load() {
    await this.#pictures.load();
  }

  /** @param {import("../server.js").Deck} deck  as the last build has left it */
  build(deck) {
    this.#pictures.forget();
    this.#editing.build(deck);
  }

  /**
   * Whether one may go from a state to another. The masks that are left are closed, unless the author wants to stay.
   * @param {State} from
   * @param {State} to
   */
  leaves(from, to) {
    const stays = from.view !== "masks" || (to.view === "masks" && to.picture === from.picture);
    return stays || this.#editing.close();
  }

  /**
   * Leads the keys to what is seen now; `from` is what was seen before.
   * @param {State} from
   * @param {State} to
   */
  focus(from, to) {
    if (to.view === "masks") find("main", HTMLElement).focus({ preventScroll: true });
    else this.#pictures.reveal(from.picture);
  }
}

/** Whether pictures are taken: where they are seen, where a paste may also mean something else, or not at all. */
const TAKES = /** @type {const} */ ({ stack: "silently", grid: "silently", pictures: "gladly", masks: "never" });
