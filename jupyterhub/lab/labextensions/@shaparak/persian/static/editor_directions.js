/* Plugin that gives each line of prose in an editor its own direction: the cursor follows it. */

import { directionOf } from "./text_direction.js";

const PROSE = new Set(["text/markdown", "text/x-markdown", "text/x-ipythongfm", "text/plain"]);

// Left to right inside a Persian line, and without a say in its direction: code, formulas, tags and
// addresses.
const CODE = /`[^`]+`|\$(?!\s)[^$]+(?<!\s)\$|<\/?[a-z][^<>]*>|(?<=\]\()[^()]+|https?:\/\/\S+/gi;
// Names of CodeMirror's grammars, such as Python's FormatString, and of its older stream parsers.
const STRING_OR_COMMENT = /string|comment/i;
const COMMENT_SIGN = /^(?:#+!?|\/[/*]+|--|%+|;+)?\s*/;
const CODE_BLOCKS = new Set(["FencedCode", "CodeBlock"]);

// A file of plain text may be one endless line, or many without words.
const MOST_LETTERS = 5000;
const MOST_LINES = 50;

/** Return whether an editor holds prose. A code cell is "text/plain" until its kernel is known. */
function isProse(model) {
  return PROSE.has(model.mimeType) && model.type !== "code";
}

/** Return the direction of a line by its own words, or null if it has none. */
function ownDirection(line) {
  return directionOf(line.text.slice(0, MOST_LETTERS).replace(CODE, ""));
}

/** Return the direction of the nearest line above with words. */
function directionAbove(document, line) {
  const first = Math.max(1, line.number - MOST_LINES);
  for (let number = line.number - 1; number >= first; number--) {
    const direction = ownDirection(document.line(number));
    if (direction) {
      return direction;
    }
  }
  return "ltr";
}

/** Return CodeMirror's extension for the editor of a model. */
function editorExtension({ view, state, language }, model) {
  const rightToLeft = view.Decoration.line({ attributes: { dir: "rtl" } });
  const isolated = view.Decoration.mark({
    class: "cm-iso",
    attributes: { dir: "ltr" },
    bidiIsolate: view.Direction.LTR,
  });

  const isolatedByItself = view.Decoration.mark({
    class: "cm-iso",
    inclusive: true,
    attributes: { dir: "auto" },
    bidiIsolate: null,
  });

  function isInCodeBlock(editorState, position) {
    let node = language.syntaxTree(editorState).resolveInner(position, 1);
    while (node && !CODE_BLOCKS.has(node.name)) {
      node = node.parent;
    }
    return node !== null;
  }

  /** Yield the lines in view that run from the right. One without words follows the line above. */
  function* rightToLeftLines({ state: editorState, viewport }) {
    const { doc } = editorState;
    let line = doc.lineAt(viewport.from);
    let direction = directionAbove(doc, line);
    for (;;) {
      if (!isInCodeBlock(editorState, line.from)) {
        direction = ownDirection(line) ?? direction;
        if (direction === "rtl") {
          yield line;
        }
      }
      if (line.to >= viewport.to) {
        return;
      }
      line = doc.line(line.number + 1);
    }
  }

  function decorateProse(editor) {
    const lines = new state.RangeSetBuilder();
    const isolates = new state.RangeSetBuilder();
    for (const line of rightToLeftLines(editor)) {
      lines.add(line.from, line.from, rightToLeft);
      for (const match of line.text.slice(0, MOST_LETTERS).matchAll(CODE)) {
        const start = line.from + match.index;
        isolates.add(start, start + match[0].length, isolated);
      }
    }
    return { lines: lines.finish(), isolates: isolates.finish() };
  }

  /** Isolate strings and the words of comments: two Persian strings of a list would swap places. */
  function decorateCode(editor) {
    const isolates = new state.RangeSetBuilder();
    let end = 0;
    const enter = (node) => {
      if (!STRING_OR_COMMENT.test(node.name) || node.from < end) {
        return true;
      }
      // The sign of a comment stays at the left, where code begins.
      const sign = COMMENT_SIGN.exec(editor.state.sliceDoc(node.from, node.to))[0].length;
      if (node.from + sign < node.to) {
        isolates.add(node.from + sign, node.to, isolatedByItself);
      }
      end = node.to;
      return false;
    };
    for (const { from, to } of editor.visibleRanges) {
      language.syntaxTree(editor.state).iterate({ from, to, enter });
    }
    return { lines: view.Decoration.none, isolates: isolates.finish() };
  }

  const decorate = (editor) => (isProse(model) ? decorateProse : decorateCode)(editor);

  class Directions {
    constructor(editor) {
      this.see(editor);
    }

    update(update) {
      const tree = language.syntaxTree(update.state);
      if (
        update.docChanged ||
        update.viewportChanged ||
        this.mimeType !== model.mimeType ||
        this.tree !== tree
      ) {
        this.see(update.view);
      }
    }

    see(editor) {
      this.mimeType = model.mimeType;
      this.tree = language.syntaxTree(editor.state);
      Object.assign(this, decorate(editor));
    }
  }

  const of = (name) => (editor) => editor.plugin(plugin)?.[name] ?? view.Decoration.none;
  const plugin = view.ViewPlugin.fromClass(Directions, {
    provide: () => [
      view.EditorView.decorations.of(of("lines")),
      // Outside of the spans that highlight the syntax.
      state.Prec.lowest(view.EditorView.decorations.of(of("isolates"))),
      view.EditorView.bidiIsolatedRanges.of(of("isolates")),
    ],
  });
  return [view.EditorView.perLineTextDirection.of(true), plugin];
}

export async function makePlugin(requirePackage) {
  const [codemirror, view, state, language] = await Promise.all(
    ["@jupyterlab/codemirror", "@codemirror/view", "@codemirror/state", "@codemirror/language"].map(
      requirePackage,
    ),
  );
  return {
    id: "@shaparak/persian:editor-directions",
    description: "Gives each line of prose in an editor its own direction.",
    autoStart: true,
    requires: [codemirror.IEditorExtensionRegistry],
    activate: (_app, extensions) => {
      extensions.addExtension({
        name: "shaparak-directions",
        factory: ({ model }) =>
          codemirror.EditorExtensionRegistry.createImmutableExtension(
            editorExtension({ view, state, language }, model),
          ),
      });
    },
  };
}
