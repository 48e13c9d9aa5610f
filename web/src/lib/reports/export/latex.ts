/** A report as a LaTeX document that XeLaTeX or LuaLaTeX, and for European languages pdfLaTeX, turn into a page. */
import {
  type Block,
  blocksOf,
  childrenOf,
  field,
  foldedOf,
  levelOf,
  type Piece,
  plain,
  type Spec,
} from '../spec';
import { gridTitles } from './markdown';

const special: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '#': '\\#',
  '%': '\\%',
  _: '\\_',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
};
const escaped = (text: string): string =>
  text.replace(/[\\{}$&#%_~^]/g, (letter) => special[letter] ?? letter);
/** In an address these alone end it or begin something else. */
const address = (url: string): string =>
  url.replace(/[\\{}%#&\s]/g, (one) =>
    one === '%' || one === '#' || one === '&' ? `\\${one}` : encodeURIComponent(one),
  );

const commands = [
  ['bold', 'textbf'],
  ['italic', 'emph'],
  ['underline', 'underline'],
  ['strikethrough', 'sout'],
] as const;

function inline(pieces: readonly Piece[]): string {
  return pieces
    .map((piece, index) => {
      if (typeof piece.text === 'string') {
        const code = piece.inlineCode === true || piece.inline_code === true;
        const lines = escaped(piece.text).replaceAll('\n', '\\\\\n');
        return commands.reduce(
          (text, [name, command]) => (piece[name] === true ? `\\${command}{${text}}` : text),
          code ? `\\texttt{${lines}}` : lines,
        );
      }
      if (piece.type === 'link')
        return `\\href{${address(field(piece, 'url'))}}{${inline(childrenOf(piece))}}`;
      if (piece.type === 'latex') return `$${field(piece, 'content')}$`;
      return (index > 0 ? '\\\\\n' : '') + inline(childrenOf(piece));
    })
    .join('');
}

function list(block: Piece): string {
  const items = childrenOf(block);
  const ordered = block.ordered === true || items[0]?.ordered === true;
  const name = ordered ? 'enumerate' : 'itemize';
  const lines = items.map((item) => {
    const box =
      typeof item.checked === 'boolean' ? `[$${item.checked ? '\\boxtimes' : '\\square'}$]` : '';
    const texts = childrenOf(item).filter((one) => one.type !== 'list');
    const lists = childrenOf(item).filter((one) => one.type === 'list');
    // A text that begins with a bracket would be read as the item's own sign.
    return [`\\item${box} {}${inline(texts)}`, ...lists.map(list)].join('\n');
  });
  return [`\\begin{${name}}`, ...lines, `\\end{${name}}`].join('\n');
}

const within = (name: string, text: string) => `\\begin{${name}}\n${text}\n\\end{${name}}`;
const titles = ['section', 'subsection', 'subsubsection', 'paragraph', 'subparagraph'];

function oneBlock(block: Block, link: string): string {
  switch (block.type) {
    case 'heading': {
      const command = titles[Math.min(levelOf(block), titles.length) - 1] ?? 'section';
      const folded = foldedOf(block).map((one) => oneBlock(one, link));
      return [`\\${command}{${inline(childrenOf(block))}}`, ...folded].join('\n\n');
    }
    case 'list':
      return list(block);
    case 'block-quote':
    case 'callout-block':
      return within('quote', inline(childrenOf(block)));
    case 'code-block':
      return within('verbatim', plain(block).replaceAll('\\end{verbatim}', '\\end {verbatim}'));
    case 'latex':
      return `\\[\n${field(block, 'content')}\n\\]`;
    case 'markdown-block':
      return escaped(field(block, 'content'));
    case 'image': {
      const url = field(block, 'url');
      const where = url.startsWith('data:') ? link : url;
      return `\\href{${address(where)}}{${escaped(plain(block)) || escaped(where)}}`;
    }
    case 'horizontal-rule':
      return '\\bigskip\\hrule\\bigskip';
    case 'table-of-contents':
      return '\\tableofcontents';
    case 'video':
      return `\\url{${address(field(block, 'url'))}}`;
    case 'panel-grid':
      return `\\href{${address(link)}}{${gridTitles(block).map(escaped).join(', ') || '--'}}`;
    case 'paragraph':
    case 'default':
      return inline(childrenOf(block));
    default:
      return plain(block).trim()
        ? escaped(plain(block))
        : `\\href{${address(link)}}{${escaped(block.type ?? '--')}}`;
  }
}

const head = `\\documentclass{article}
\\usepackage{iftex}
\\ifPDFTeX\\usepackage[T1]{fontenc}\\usepackage[utf8]{inputenc}\\else\\usepackage{fontspec}\\fi
\\usepackage{amsmath,amssymb}
\\usepackage[normalem]{ulem}
\\usepackage[hidelinks]{hyperref}
\\setlength{\\parindent}{0pt}
\\setlength{\\parskip}{6pt}`;

/** The whole report; `link` leads to it. */
export function latex(title: string, authors: readonly string[], spec: Spec, link: string): string {
  const blocks = blocksOf(spec)
    .map((block) => oneBlock(block, link))
    .filter((text) => text !== '');
  const names = authors.map(escaped).join(' \\and ');
  return [
    `${head}\n\\title{${escaped(title)}}\n\\author{${names}}\n\\begin{document}\n\\maketitle`,
    ...blocks,
    '\\end{document}\n',
  ].join('\n\n');
}
