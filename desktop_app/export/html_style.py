"""The style sheet of an exported page: the window's colours, light and dark by the reader's system, and on paper."""

STYLE = """
:root {
  color-scheme: light dark;
  --page: #ffffff; --text: #1f2226; --secondary: #5c626a; --accent: #026c77; --hairline: #e4e7eb;
  --code: #f9fafb; --code-header: #f3f5f7; --user: #e9f3f6; --error: #b32228; --error-soft: #fff2f0;
  --warning: #82530d; --warning-soft: #fff5e7; --quote: #d4d8dd; --chip: #eceff2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #191c1f; --text: #e0e3e7; --secondary: #9ba0a7; --accent: #6ccbd9; --hairline: #282c31;
    --code: #131518; --code-header: #1b1f23; --user: #222d31; --error: #f4928a; --error-soft: #331e1d;
    --warning: #e9c175; --warning-soft: #2c2417; --quote: #3a3f45; --chip: #262a30;
  }
}
@media (prefers-contrast: more) {
  :root { --secondary: var(--text); --hairline: currentColor; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 784px; padding: 48px 32px 96px; background: var(--page); color: var(--text);
  font: 16px/1.6 Inter, system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; overflow-wrap: break-word;
}
header { margin-bottom: 40px; padding-bottom: 20px; border-bottom: 1px solid var(--hairline); }
header h1 { margin: 0 0 8px; font-size: 26px; line-height: 32px; font-weight: 600; letter-spacing: -0.01em; }
.about, .who, .mark, .sources, figcaption { font-size: 13px; line-height: 20px; color: var(--secondary); }
.about { margin: 0; }
.message { margin: 0 0 24px; }
.who { display: flex; gap: 12px; align-items: baseline; margin: 0 0 4px; font-weight: 600; color: var(--text); }
.who time { font-weight: 400; color: var(--secondary); font-variant-numeric: tabular-nums; }
.user .text { padding: 12px 16px; border-radius: 12px; background: var(--user); white-space: pre-wrap; }
.text > :first-child { margin-top: 0; }
.text > :last-child { margin-bottom: 0; }
.text p, .text ul, .text ol, .text blockquote, .text figure, .text .table { margin: 0 0 12px; }
.text h1, .text h2, .text h3, .text h4, .text h5, .text h6 { margin: 20px 0 8px; line-height: 1.35; font-weight: 600; }
.text h1 { font-size: 22.5px; letter-spacing: -0.01em; }
.text h2 { font-size: 19.5px; letter-spacing: -0.01em; }
.text h3 { font-size: 17px; }
.text h4, .text h5, .text h6 { font-size: 16px; }
.text ul, .text ol { padding-inline-start: 28px; }
.text li { margin: 4px 0; }
.text li > p { margin-bottom: 4px; }
.text blockquote { padding-inline-start: 16px; border-inline-start: 3px solid var(--quote); color: var(--secondary); }
.text hr { margin: 24px 0; border: 0; border-top: 1px solid var(--hairline); }
a { color: var(--accent); text-underline-offset: 3px; }
.dead { text-decoration: underline dotted; text-underline-offset: 3px; }
code, pre {
  font: 14px/20px "JetBrains Mono", ui-monospace, "Cascadia Mono", Menlo, Consolas, "Noto Sans Mono",
    "DejaVu Sans Mono", monospace;
  font-variant-ligatures: none;
}
code { padding: 2px 5px; border-radius: 6px; background: var(--chip); }
figure.code { border: 1px solid var(--hairline); border-radius: 8px; background: var(--code); overflow: hidden; }
figcaption { padding: 4px 12px; background: var(--code-header); border-bottom: 1px solid var(--hairline); }
pre { margin: 0; padding: 12px; overflow-x: auto; tab-size: 4; }
pre code { padding: 0; background: none; white-space: pre; }
.table { overflow-x: auto; border: 1px solid var(--hairline); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-size: 15px; line-height: 22px; }
table { font-variant-numeric: tabular-nums; }
th, td { padding: 8px 12px; text-align: start; vertical-align: top; border-bottom: 1px solid var(--hairline); }
tr:last-child > td { border-bottom: 0; }
th { font-weight: 600; background: var(--code-header); }
.right { text-align: right; }
.center { text-align: center; }
.left { text-align: left; }
.mark { display: inline-block; margin: 8px 0 0; padding: 2px 10px; border-radius: 6px; }
.mark { color: var(--warning); background: var(--warning-soft); }
.mark.failed { color: var(--error); background: var(--error-soft); }
.empty { color: var(--secondary); font-style: italic; }
.footnote { font-size: 14px; color: var(--secondary); }
@media (max-width: 560px) { body { padding: 24px 16px 64px; } }
@media print {
  :root {
    color-scheme: light;
    --page: #ffffff; --text: #000000; --secondary: #444444; --accent: #000000; --hairline: #bbbbbb;
    --code: #ffffff; --code-header: #f3f3f3; --user: #f3f3f3; --error: #000000; --error-soft: #ffffff;
    --warning: #000000; --warning-soft: #ffffff; --quote: #999999; --chip: #f3f3f3;
  }
  body { max-width: none; padding: 0; font-size: 11pt; }
  .who, h1, h2, h3, h4, figcaption { break-after: avoid; }
  tr, li, figure.code { break-inside: avoid; }
  pre code { white-space: pre-wrap; overflow-wrap: anywhere; }
  .user .text { border: 1px solid var(--hairline); }
  .text a[href^="http"]::after { content: " (" attr(href) ")"; font-size: 9pt; }
}
"""
