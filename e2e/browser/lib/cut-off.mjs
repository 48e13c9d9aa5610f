/** Texts that do not fit where they stand: neither scrolled to nor shortened with a sign that they are. */
export const cutOff = (page) =>
  page.evaluate(() => {
    const hides = (style) => /hidden|clip/.test(style.overflowX);
    const found = [];
    for (const element of document.body.querySelectorAll('*')) {
      const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join(' ').trim();
      if (!text || element.closest('svg, script, style, canvas, textarea, select') || !element.checkVisibility({ visibilityProperty: true })) continue;
      const range = document.createRange();
      range.selectNodeContents(element);
      const box = range.getBoundingClientRect();
      if (box.width <= 1 || box.height <= 1) continue;
      for (let at = element; at && at !== document.body; at = at.parentElement) {
        const style = getComputedStyle(at);
        // What is only for screen readers is one pixel large.
        if (at.clientWidth === 1 || style.clipPath !== 'none' || /auto|scroll/.test(style.overflowX) || style.textOverflow === 'ellipsis') break;
        if (style.display === 'inline' || style.display === 'contents') continue;
        const around = at.getBoundingClientRect();
        const out = Math.round(Math.max(box.right - around.right, around.left - box.left));
        const own = at === element || at.parentElement === element;
        if (out > 1 && (hides(style) || (own && /^(button|a|label|th|td|dt|dd|h\d|summary)$/i.test(at.tagName)))) {
          found.push(`${text.slice(0, 40)} (${out} px beyond ${at.tagName.toLowerCase()}.${at.className})`);
          break;
        }
        if (style.position === 'fixed' || style.position === 'absolute') break;
      }
    }
    return found;
  });
