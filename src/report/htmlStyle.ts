/** The page's looks: one column, system fonts, tables and wide charts scroll in themselves. Chart colours live here too. */
export const style = `
:root{color-scheme:light dark;--page:#f6f7f9;--panel:#ffffff;--text:#1b2230;--faint:#5a6577;--line:#dfe3ea;--code:#eef1f5;
--good:#0a7d57;--bad:#c2410c;--unsure:#8a5d00;--neutral:#2458b8;--good-bg:#e4f5ee;--bad-bg:#fdeee6;--unsure-bg:#fdf4dc;--neutral-bg:#e8effc;
--best:#0f5cc0;--incumbent:#c2560a;--band:rgba(194,65,12,.09);--rank-0:#cdd6e4;--rank-1:#adc0dd;--rank-2:#7fa3d4;--rank-3:#5086cb;--rank-4:#2a69bd}
@media (prefers-color-scheme:dark){:root{--page:#0e1218;--panel:#161c25;--text:#e6eaf1;--faint:#9aa6b8;--line:#2b3442;--code:#212936;
--good:#4cc79a;--bad:#ff9466;--unsure:#e6b84c;--neutral:#7fb0ff;--good-bg:#10291f;--bad-bg:#33190d;--unsure-bg:#2d230b;--neutral-bg:#12233f;
--best:#7db8ff;--incumbent:#ffa45c;--band:rgba(255,148,102,.1);--rank-0:#2c3646;--rank-1:#35475f;--rank-2:#4a6a94;--rank-3:#5b87c2;--rank-4:#6ea3e6}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif;-webkit-text-size-adjust:100%}
main{max-width:60rem;margin:0 auto;padding:2rem 1.25rem 4rem}
.brand{font-size:.8rem;letter-spacing:.04em;color:var(--faint);margin:0 0 .75rem}
section{margin:0 0 1.25rem}
p{margin:.5rem 0;overflow-wrap:anywhere}
h2,h3{margin:2.5rem 0 .75rem;font-size:1.25rem;line-height:1.3;overflow-wrap:anywhere}
.headline{display:flex;gap:.85rem;align-items:flex-start;margin:0;padding:1rem 1.15rem;border-radius:.75rem;border:1px solid var(--line);font-size:1.1rem;line-height:1.45;font-weight:400;overflow-wrap:anywhere;min-width:0}
.headline>span{min-width:0}
.headline+*{margin-top:1rem}
.headline strong{font-weight:700}
.headline svg{flex:none;width:1.6rem;height:1.6rem;margin-top:.02rem}
.good{background:var(--good-bg);border-color:var(--good)}.good svg,.good strong{color:var(--good)}
.bad{background:var(--bad-bg);border-color:var(--bad)}.bad svg,.bad strong{color:var(--bad)}
.unsure{background:var(--unsure-bg);border-color:var(--unsure)}.unsure svg,.unsure strong{color:var(--unsure)}
.neutral{background:var(--neutral-bg);border-color:var(--neutral)}.neutral svg,.neutral strong{color:var(--neutral)}
.scroll{overflow-x:auto;background:var(--panel);border:1px solid var(--line);border-radius:.6rem}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:.5rem .8rem;text-align:left;vertical-align:baseline;white-space:nowrap}
td.wrap{white-space:normal;min-width:9rem;max-width:26rem;overflow-wrap:anywhere}
th{font-weight:600;color:var(--faint);font-size:.78rem;border-bottom:1px solid var(--line)}
tr+tr td{border-top:1px solid var(--line)}
.right{text-align:right}.center{text-align:center}
.faint{color:var(--faint);font-size:.88em}
code{font:.88em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;background:var(--code);padding:.1em .35em;border-radius:.3em;overflow-wrap:anywhere}
pre{margin:.5rem 0;padding:.8rem 1rem;overflow-x:auto;background:var(--code);border-radius:.6rem;font:.8rem/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;tab-size:4}
ul{margin:.5rem 0;padding-left:1.2rem}li{overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.3rem 1.25rem;margin:.5rem 0;font-size:.92rem}
.scroll+dl{margin-top:1rem}
dt{color:var(--faint)}dd{margin:0;overflow-wrap:anywhere}
details{background:var(--panel);border:1px solid var(--line);border-radius:.6rem;padding:0 1rem}
details details{margin-top:.5rem;border:0;padding:0;background:none}
summary{cursor:pointer;padding:.7rem 0;font-weight:600;overflow-wrap:anywhere}
details[open]{padding-bottom:.9rem}
summary:focus-visible{outline:2px solid var(--best);outline-offset:2px;border-radius:.3rem}
figure{margin:1rem 0 1.25rem}
figcaption{font-weight:600;font-size:.92rem;margin-bottom:.4rem}
.hint{font-weight:400;color:var(--faint)}
.drawbox{overflow-x:auto}
.drawing{position:relative}
.drawing svg{display:block}
.drawing:not([data-live])>svg{width:100%;height:auto;min-width:38rem}
figure details summary{font-weight:400;font-size:.82rem;color:var(--faint);padding:.2rem 0}
@media (max-width:40rem){main{padding:1rem .8rem 3rem}.headline{padding:.85rem .9rem;font-size:1rem}details{padding:0 .8rem}
dl{grid-template-columns:minmax(0,1fr);gap:0}dd{margin-bottom:.45rem}th,td{padding:.45rem .6rem}th,td.left:first-child,td.left:last-child{white-space:normal}td.left:first-child{min-width:6.5rem;overflow-wrap:break-word}td code{overflow-wrap:break-word}}
@media print{body{background:#fff}details{border:0}}
`;
