/** A report as markdown. What markdown has no word for, such as a panel grid, is a link back to the report. */
import { panelTypes } from '../../panels/registry';
import { metadataOf, specOf } from '../grid/metadata';
import { panelsOf, sectionsOf } from '../../workspace/spec';
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

/** Characters that would mean something. */
const escaped = (text: string): string =>
  text.replace(/([\\`*_[\]<>~$])/g, '\\$1').replace(/^(\s*)([#+-]|\d+\.)(?=\s)/gm, '$1\\$2');

/** Marks stand close to the text: a space between them and it would make them plain characters. */
function around(mark: string, text: string): string {
  const [, before = '', inside = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? [];
  return inside ? `${before}${mark}${inside}${mark}${after}` : text;
}

function codeSpan(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = /^`|`$/.test(text) ? ' ' : '';
  return `${fence}${pad}${text}${pad}${fence}`;
}

function inline(pieces: readonly Piece[]): string {
  return pieces
    .map((piece, index) => {
      if (typeof piece.text === 'string') {
        const code = piece.inlineCode === true || piece.inline_code === true;
        let text = code ? codeSpan(piece.text) : escaped(piece.text).replaceAll('\n', '  \n');
        if (piece.bold === true) text = around('**', text);
        if (piece.italic === true) text = around('_', text);
        if (piece.strikethrough === true) text = around('~~', text);
        return text;
      }
      if (piece.type === 'link')
        return `[${inline(childrenOf(piece))}](<${field(piece, 'url').replace(/[<>\n]/g, encodeURIComponent)}>)`;
      if (piece.type === 'latex') return `$${field(piece, 'content')}$`;
      return (index > 0 ? '  \n' : '') + inline(childrenOf(piece));
    })
    .join('');
}

function list(block: Piece, depth: number): string {
  const items = childrenOf(block);
  const ordered = block.ordered === true || items[0]?.ordered === true;
  return items
    .map((item, index) => {
      const lead = ordered ? `${index + 1}. ` : '- ';
      const indent = ' '.repeat(lead.length);
      const box = typeof item.checked === 'boolean' ? `[${item.checked ? 'x' : ' '}] ` : '';
      const texts = childrenOf(item).filter((one) => one.type !== 'list');
      const lists = childrenOf(item).filter((one) => one.type === 'list');
      const text = inline(texts).replaceAll('\n', `\n${indent}`);
      const inner = lists.map((one) => list(one, depth + 1).replace(/^/gm, indent));
      return [`${lead}${box}${text}`, ...inner].join('\n');
    })
    .join('\n');
}

/** What a grid shows, by the titles of its panels. */
export function gridTitles(block: Block): string[] {
  const [section] = sectionsOf(specOf(metadataOf(block)));
  return panelsOf(section ?? {}).map((panel) => {
    const type = panelTypes[panel.viewType ?? ''];
    return type?.titleOf(panel.config ?? {}) || type?.title() || panel.viewType || '–';
  });
}

function oneBlock(block: Block, link: string): string {
  switch (block.type) {
    case 'heading': {
      const folded = foldedOf(block).map((one) => oneBlock(one, link));
      const title = `${'#'.repeat(levelOf(block) + 1)} ${inline(childrenOf(block))}`;
      return [title, ...folded].join('\n\n');
    }
    case 'list':
      return list(block, 0);
    case 'block-quote':
    case 'callout-block':
      return inline(childrenOf(block)).replace(/^/gm, '> ');
    case 'code-block': {
      const text = plain(block);
      const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
      const fence = '`'.repeat(longest + 1);
      const language = block.language === undefined ? 'python' : field(block, 'language');
      return `${fence}${language}\n${text}\n${fence}`;
    }
    case 'latex':
      return `$$\n${field(block, 'content')}\n$$`;
    case 'markdown-block':
      return field(block, 'content');
    case 'image':
      return `![${escaped(plain(block))}](<${field(block, 'url').replace(/[<>\n]/g, encodeURIComponent)}>)`;
    case 'horizontal-rule':
      return '---';
    case 'table-of-contents':
      return '';
    case 'video':
      return `<${field(block, 'url')}>`;
    case 'panel-grid':
      return `[${gridTitles(block).map(escaped).join(', ') || '–'}](<${link}>)`;
    case 'paragraph':
    case 'default':
      return inline(childrenOf(block));
    default:
      return plain(block).trim()
        ? escaped(plain(block))
        : `[${escaped(block.type ?? '–')}](<${link}>)`;
  }
}

/** The whole report; `link` leads to it. */
export function markdown(title: string, spec: Spec, link: string): string {
  const blocks = blocksOf(spec).map((block) => oneBlock(block, link));
  return `${[`# ${escaped(title)}`, ...blocks].filter((text) => text !== '').join('\n\n')}\n`;
}
