package sheet

// style is the look of the page: on a screen of any width, and on A4. Colours never say anything alone.
const style = `
:root{color-scheme:light}
body{font:15px/1.55 "Noto Sans CJK JP","Noto Sans JP","Hiragino Sans","Yu Gothic","Meiryo",sans-serif;margin:1.5em auto;max-width:62em;padding:0 1em;color:#1a1a1a;background:#fff;overflow-wrap:anywhere}
h1{font-size:1.7em;line-height:1.25;margin:0}
h2{font-size:1.2em;border-bottom:2px solid #1d4a63;margin:1.8em 0 .4em;color:#173b50;break-after:avoid}
h3{font-size:1.05em;margin:1.3em 0 .3em;color:#173b50;break-after:avoid}
.en{color:#565c66;font-size:.86em;font-weight:normal}
.who{margin:.2em 0 0;font-size:1.05em}
table{border-collapse:collapse;width:100%}
th,td{border-top:1px solid #c3ccd4;padding:.3em .55em;vertical-align:top;text-align:left}
th{font-weight:bold;color:#2b4a5c}
td.t{white-space:nowrap;width:5.5em;color:#3c4a55}
td.w,td.by{width:10em;color:#3c4a55;font-size:.92em}
.glance{border:2px solid #1d4a63;margin:1em 0}
.form th{width:11em}.glance h3{margin:.8em .6em .2em}
.glance h2{border:0;margin:0;padding:.3em .6em;background:#1d4a63;color:#fff}.glance h2 .en{color:#e4edf2}
.alarm>th,.alarm>td{background:#fdecea;border-top-color:#c0392b}
.alarm>th{border-left:6px solid #c0392b;color:#8e1f14}
.line{margin:.1em 0}
.field{display:grid;grid-template-columns:12em 1fr;gap:0 .8em;margin:.1em 0}
.part{display:inline-block;margin-right:1em}
.label{color:#565c66;font-size:.86em}
.gone,.gone *{text-decoration:line-through;color:#5f5f5f}
.mark{background:#fff3cd;border-left:4px solid #a86400;padding:.1em .5em;margin:.25em 0}
.copy{border:1px solid #a86400;padding:.4em .8em;margin:.9em 0;font-size:.93em}
.note{margin:.15em 0}.note b{color:#173b50;display:inline-block;min-width:1.1em}
table.v{margin-bottom:.5em}table.v th{font-size:.88em;vertical-align:bottom;white-space:nowrap}
table.v td{white-space:nowrap;font-variant-numeric:tabular-nums}table.v td.r{white-space:normal;width:40%}table.v td.by{width:7em}
@media (max-width:46em){.field{grid-template-columns:8em 1fr}td.w,td.by{width:6em}.form th{width:7.5em}td.t{width:4.5em;white-space:normal}}
@media print{body{margin:0;max-width:none;padding:0;font-size:10.5px;line-height:1.45}h1{font-size:18px}h2{margin-top:1.2em}
.field,.note,.mark,.line,.v tr{break-inside:avoid}thead{display:table-header-group}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`

// paper is the sheet of paper: who it is about, when it was written and the page stand on every one.
func paper(who, when string) string {
	return "@page{size:A4;margin:14mm 12mm 16mm;@bottom-left{font:9px sans-serif;color:#444;content:" + styled(who) +
		"}@bottom-center{font:9px sans-serif;color:#444;content:" + styled(when) +
		`}@bottom-right{font:9px sans-serif;color:#444;content:counter(page) " / " counter(pages)}}` + "\n"
}
