/* Plugin that gives each block of rendered Markdown its own direction, as the attribute `dir`. */

import { directionOf } from "./text_direction.js";

const MIME_TYPE = "text/markdown";
const BLOCKS =
  "p, h1, h2, h3, h4, h5, h6, ul, ol, dl, table, th, td, blockquote, details, summary";
const NOT_PROSE = "code, pre, script, style, .MathJax, mjx-container";

/** Set `dir` on blocks below the element, except where the author has set it. */
export function setDirections(root) {
  const authored = [...root.querySelectorAll("[dir]")];
  for (const block of root.querySelectorAll(BLOCKS)) {
    if (!authored.some((element) => element.contains(block))) {
      setDirection(block);
    }
  }
  for (const item of root.querySelectorAll("[dir] > li")) {
    const direction = directionOf(proseOf(item, "ul, ol"));
    // Its bullet stays in the column of the others, so it keeps the direction of the list.
    item.classList.toggle(
      "shaparak-opposite",
      direction !== null && direction !== item.parentElement.dir,
    );
  }
}

function setDirection(block) {
  // In a cell -5 would become 5- beside Persian cells.
  const neutral = block.matches("th, td") ? "ltr" : null;
  const direction = directionOf(proseOf(block)) ?? neutral;
  if (direction) {
    block.dir = direction;
  }
}

/** Return the text of an element without code, formulas and what the selector names. */
function proseOf(element, excluded = "") {
  const skipped = excluded ? `${NOT_PROSE}, ${excluded}` : NOT_PROSE;
  const walker = document.createTreeWalker(
    element,
    NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT,
    (node) =>
      node.nodeType === Node.ELEMENT_NODE && node.matches(skipped)
        ? NodeFilter.FILTER_REJECT
        : NodeFilter.FILTER_ACCEPT,
  );
  const texts = [];
  while (walker.nextNode()) {
    if (walker.currentNode.nodeType === Node.TEXT_NODE) {
      texts.push(walker.currentNode.data);
    }
  }
  return texts.join("");
}

/** Return a factory whose renderers also set directions. It keeps what others have registered. */
function withDirections(factory) {
  return {
    ...factory,
    mimeTypes: [MIME_TYPE],
    createRenderer: (options) => {
      const renderer = factory.createRenderer(options);
      const renderModel = renderer.renderModel.bind(renderer);
      renderer.renderModel = async (model) => {
        await renderModel(model);
        setDirections(renderer.node);
      };
      return renderer;
    },
  };
}

export async function makePlugin(requirePackage) {
  const { IRenderMimeRegistry } = await requirePackage("@jupyterlab/rendermime");
  return {
    id: "@shaparak/persian:markdown-directions",
    description: "Gives each block of rendered Markdown its own direction.",
    autoStart: true,
    requires: [IRenderMimeRegistry],
    activate: (_app, rendermime) => {
      const factory = rendermime.getFactory(MIME_TYPE);
      if (factory) {
        rendermime.addFactory(withDirections(factory), rendermime.getRank(MIME_TYPE));
      }
    },
  };
}
